"""Every key of an office's document in one table: what it takes, what it means, and what holds without it.

The reader, the diff, the writer and the reference (docs/office.md) all go by this table.
"""

from dataclasses import dataclass
from typing import Final

from server.desk.charter.kinds import (
    DAY,
    FLAG,
    MINUTES,
    PHONE,
    WEEK,
    ZONE,
    Kind,
    choice,
    number,
    operations,
    text,
    texts,
    worded,
)
from server.desk.charter.terms import BookedBy, ColumnKind, FollowUp, IdentityLevel, SameDay, Wants
from server.sikka.pms_fields import Operation

REQUESTABLE: Final = tuple(operation.value for operation in Operation)
NAME: Final = text(60)
LONGEST_AGE: Final = 525_600  # a year


@dataclass(frozen=True)
class Section:
    """A part of the document.

    Attributes:
        name: "" for the keys that stand before every table.
        many: whether it may stand there several times, as [[name]].
        identity: of one that may, the key that tells one from another; "" where the order does.
        meaning: for the reference.
    """

    name: str
    meaning: str
    many: bool = False
    identity: str = ""


@dataclass(frozen=True)
class Key:
    """One key.

    Attributes:
        section: name of its section.
        name: within the section; for a section that is one value as a whole, "".
        default: what holds without it, in words.
        example: as it is written, right of the equals sign.
        required: whether its section cannot do without.
    """

    section: str
    name: str
    kind: Kind
    default: str
    meaning: str
    example: str
    required: bool = False

    @property
    def path(self) -> str:
        """As problems and differences name it."""
        return ".".join(part for part in (self.section, self.name) if part)


SECTIONS: Final = (
    Section("", "What stands before every table."),
    Section("phones", "Numbers at which people can be reached."),
    Section("hours", "When the office is open: told to callers, and the bounds of columns without windows."),
    Section("closures", "Days on which nobody is seen, whatever the hours say.", many=True),
    Section(
        "columns",
        "The chairs. If there is any, nothing is offered in one that is not here.",
        many=True,
        identity="operatory",
    ),
    Section("providers", "Those who see patients.", many=True, identity="id"),
    Section(
        "reasons",
        "What people come for. One named cleaning, exam, emergency, consultation or other replaces the "
        "built-in one.",
        many=True,
        identity="name",
    ),
    Section("policy", "What is done without asking a person."),
    Section("other_offices", "Other offices of the group.", many=True, identity="name"),
)

_SIKKA: Final = "what Sikka shows"
_NONE: Final = "none"

KEYS: Final = (
    Key(
        "",
        "zone",
        ZONE,
        "CHAIRTIME_TIMEZONE, else " + _SIKKA,
        "The office's zone; it decides what now is there.",
        '"America/New_York"',
    ),
    Key(
        "",
        "greeting",
        worded(200),
        _NONE,
        "How the agent may begin a call.",
        '"Newbrook Family Dental, how can I help?"',
    ),
    Key(
        "",
        "languages",
        texts(text(30), "names"),
        _NONE,
        "In which callers can be served by people there. The first that this server speaks is that of calls "
        "which ask for none ([language.md](language.md)).",
        '["English", "Spanish"]',
    ),
    Key(
        "",
        "insurance",
        texts(NAME, "names"),
        "not told",
        "Plans by name. They are read out as a list and nothing more: never that something is covered.",
        '["Delta Dental PPO", "MetLife"]',
    ),
    Key(
        "phones",
        "transfer",
        PHONE,
        "CHAIRTIME_TRANSFER_NUMBER",
        "Takes urgent calls and those that policy.same_day transfers.",
        '"+1 860 555 0199"',
    ),
    Key(
        "phones",
        "on_call",
        PHONE,
        _NONE,
        "For emergencies while the office is closed; else the number above is given.",
        '"+1 860 555 0198"',
    ),
    Key("hours", "", WEEK, "the schedules", "From-to, several a day.", 'monday = ["08:00-12:00"]'),
    Key("closures", "first", DAY, "", "First day.", "2026-12-24", required=True),
    Key("closures", "last", DAY, "the first day", "Last day, included.", "2026-12-26"),
    Key("closures", "name", text(40), _NONE, "What it is, for those who read this.", '"Christmas"'),
    Key(
        "columns",
        "operatory",
        NAME,
        "",
        "The chair's name in the practice's system.",
        '"Hygiene 1"',
        required=True,
    ),
    Key(
        "columns",
        "kind",
        choice(ColumnKind),
        "",
        "What it is for; nothing is offered in one that is off.",
        '"hygiene"',
        required=True,
    ),
    Key(
        "columns",
        "providers",
        texts(NAME, "provider ids"),
        _SIKKA,
        "Who works in it, the usual one first.",
        '["HYG1"]',
    ),
    Key(
        "columns",
        "windows",
        WEEK,
        "the hours, else the schedules",
        "When it may be booked, as a table [columns.windows].",
        '{ monday = ["08:00-12:00"] }',
    ),
    Key(
        "providers",
        "id",
        NAME,
        "",
        "Their id in the practice's system.",
        '"DMD1"',
        required=True,
    ),
    Key("providers", "spoken", text(27), _SIKKA, "How they are named aloud, and asked for.", '"Dr. Marsh"'),
    Key(
        "providers",
        "max_parallel",
        number(1, 9, "visits"),
        "1 for a hygienist, else bound by the chairs alone",
        "How many visits they may have at a time.",
        "2",
    ),
    Key("providers", "takes_new_patients", FLAG, "true", "Whether new patients are offered them.", "false"),
    Key("providers", "youngest", number(0, 120, "years"), "no bound", "Age of the youngest they see.", "3"),
    Key("providers", "oldest", number(0, 120, "years"), "no bound", "Age of the oldest they see.", "17"),
    Key("reasons", "name", text(40), "", "As it is said.", '"cleaning"', required=True),
    Key(
        "reasons",
        "minutes",
        MINUTES,
        "",
        "How long it takes, for everybody or by who comes; new and child count as returning if left out.",
        "{ returning = 60, new = 90, child = 40 }",
        required=True,
    ),
    Key("reasons", "column", choice(Wants), "any", "Whose column it belongs in.", '"hygiene"'),
    Key(
        "reasons",
        "booked",
        choice(BookedBy),
        "agent",
        "Whether the agent books it, or leaves a request for the office's people.",
        '"request"',
    ),
    Key("reasons", "words", texts(text(40), "words"), _NONE, "What callers say for it.", '["checkup"]'),
    Key(
        "reasons",
        "type",
        NAME,
        _NONE,
        "The appointment type in the practice's system. It goes with a booking where the system takes one; "
        "one that is no longer in its list is left out.",
        '"Recall"',
    ),
    Key(
        "reasons",
        "months",
        number(1, 60, "months"),
        "the recall's own interval",
        "Where a patient's recall names the last such visit and no due day, it is not due before so many "
        "months after that. A due day of the recall counts as it is; without a recall there is no bound, "
        "since no other list tells when the last one was.",
        "6",
    ),
    Key(
        "policy",
        "lead_minutes",
        number(0, 20160, "minutes"),
        "CHAIRTIME_LEAD_MINUTES",
        "The earliest time offered is this far from now.",
        "120",
    ),
    Key(
        "policy",
        "horizon_days",
        number(1, 366, "days"),
        "CHAIRTIME_HORIZON_DAYS",
        "How far ahead times are offered.",
        "90",
    ),
    Key(
        "policy",
        "same_day",
        choice(SameDay),
        "book",
        "A time today is booked, left as a request, or the call is transferred.",
        '"request"',
    ),
    Key(
        "policy",
        "max_copy_age_minutes",
        number(1, LONGEST_AGE, "minutes"),
        "CHAIRTIME_MAX_COPY_AGE_MINUTES",
        "While Sikka's copy is older, only starts beyond two working days are booked; others are requests.",
        "30",
    ),
    Key(
        "policy",
        "offline",
        choice(("queue", "refuse")),
        "CHAIRTIME_OFFLINE",
        "While the office's PC is off, requests are kept until it is back, or refused.",
        '"queue"',
    ),
    Key(
        "policy",
        "only_requested",
        operations(REQUESTABLE),
        _NONE,
        "What the agent may only leave a request for.",
        '["move", "update_patient"]',
    ),
    Key(
        "policy",
        "cancellation_notice_hours",
        number(0, 336, "hours"),
        "0",
        "Whoever cancels later than this before the visit is told the sentence below, before the yes.",
        "24",
    ),
    Key(
        "policy",
        "cancellation_sentence",
        worded(90),
        _NONE,
        "The office's own.",
        '{ en = "We ask for a day\'s notice.", es = "Pedimos avisar un día antes." }',
    ),
    Key(
        "policy",
        "emergency_text",
        worded(140),
        "CHAIRTIME_EMERGENCY_TEXT",
        "The office's own words for a caller with an emergency.",
        '"Please call 911, or go to Hartford Hospital."',
    ),
    Key(
        "policy",
        "new_patients_per_day",
        number(0, 50, "patients"),
        "no bound",
        "How many the agent books for one day; more are requests. Those the desk books are not counted, nor "
        "those whose cancellation was confirmed.",
        "2",
    ),
    Key(
        "policy",
        "follow_up",
        choice(FollowUp),
        "none",
        "How callers hear about a request. Nothing is promised that does not stand here.",
        '"call"',
    ),
    Key(
        "policy",
        "cancelled_word",
        text(40),
        _SIKKA,
        "The status that says cancelled in the practice's system. A visit that bears it, in whatever case, "
        "frees its chair.",
        '"Cancelled"',
    ),
    Key(
        "policy",
        "mention_recall",
        FLAG,
        "false",
        "Whether a cleaning that is due is mentioned to a verified patient with nothing coming up.",
        "true",
    ),
    Key(
        "policy",
        "identity",
        choice(IdentityLevel),
        "booking",
        "Before a time is booked: the name, with the birth date or a caller's number on file (booking), or "
        "name and birth date always (strict). Everything else needs both anyway.",
        '"strict"',
    ),
    Key("other_offices", "name", NAME, "", "As it is said.", '"Elmfield Dental"', required=True),
    Key("other_offices", "address", text(100), _NONE, "As it is said.", '"12 Mill Road, Elmfield"'),
    Key("other_offices", "phone", PHONE, _NONE, "Its number.", '"+1 860 555 0101"'),
)


def keys_of(section: str) -> dict[str, Key]:
    """The keys of a section by name."""
    return {key.name: key for key in KEYS if key.section == section}
