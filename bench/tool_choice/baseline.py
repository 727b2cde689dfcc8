"""The scripted baseline: keywords and a few patterns, in English, with no model."""

import re
from collections.abc import Sequence
from typing import Any, Final

from bench.tool_choice.cases import Case, Choice
from bench.tool_choice.dates import WEEKDAYS, birth_date, coming_day

_YES: Final = re.compile(r"^(?:yes|yep|yeah|sure|that's right|go ahead|please do)\b", re.IGNORECASE)
_NAME: Final = re.compile(r"\b([A-Z][\w'’-]+ [A-Z][\w'’-]+)")
_NOT_NAMES: Final = re.compile(r"^(?:It's|This|Hi|Hello|Sure|Dr)\b")
_PHONE: Final = re.compile(r"\b\d{3} \d{3} \d{4}\b")
_EMERGENCY: Final = re.compile(r"breath|swallow|stop bleeding|swell|unconscious", re.IGNORECASE)
_VISIT: Final = re.compile(
    r"clean|check\s?up|exam|fill|crown|tooth|teeth|root canal|appointment free", re.IGNORECASE
)
_PARTS: Final = (
    ("morning", r"morning|before noon"),
    ("afternoon", r"afternoon"),
    ("evening", r"evening"),
)
_CALLERS: Final = (
    ("parent", r"my (?:daughter|son|child)|mother|father"),
    ("guardian", r"guardian"),
    ("spouse", r"my (?:wife|husband)"),
    ("other", r"neighbor|friend"),
)
_TOPICS: Final = (
    ("hours", r"\b(?:open|close|hours)\b"),
    ("address", r"where (?:exactly )?are you|address|parking"),
    ("providers", r"which (?:dentists|doctors)"),
    ("insurance", r"do you take"),
    ("phones", r"number i can call"),
    ("other_offices", r"another (?:location|office)"),
    ("today", r"what day is it"),
)
_MESSAGES: Final = (
    ("running_late", r"\blate\b|traffic"),
    ("clinical", r"antibiotic|medicine|medication"),
    ("waitlist", r"opens up|earlier than"),
    ("billing", r"\bbill\b|charge"),
    ("request", r"can someone|have somebody|have someone"),
)


def choose(case: Case) -> Sequence[Choice]:
    """The calls that the rules come to, none where no rule fits."""
    for rule in (_emergency, _agreed, _outcome, _identity, _cancelled, _message, _office, _times):
        choice = rule(case)
        if choice is not None:
            return [choice]
    return []


def _first(table: Sequence[tuple[str, str]], text: str) -> str:
    return next((word for word, pattern in table if re.search(pattern, text, re.IGNORECASE)), "")


def _handles(case: Case, kind: str) -> list[tuple[str, str]]:
    return [(one.what, one.handle) for one in case.known if one.handle.startswith(kind)]


def _meant(case: Case, kind: str, text: str) -> str:
    """The handle whose weekday is said; the only one; "" where it is not clear."""
    known = _handles(case, kind)
    day = next((day for day in WEEKDAYS if day in text.casefold()), "")
    fitting = [handle for what, handle in known if day and day in what.casefold()]
    if len(fitting) == 1:
        return fitting[0]
    return known[0][1] if len(known) == 1 else ""


def _emergency(case: Case) -> Choice | None:
    if not _EMERGENCY.search(case.says):
        return None
    return Choice("message_office", {"message": case.says, "urgency": "emergency"})


def _agreed(case: Case) -> Choice | None:
    """A yes to what was read back last."""
    read = case.history[-1]["content"] if case.history else ""
    if not (_YES.search(case.says) and "hall" in read):  # "Shall I …?"
        return None
    patients = _handles(case, "p")
    slot, visit = _meant(case, "s", read), _meant(case, "a", read)
    if "cancel" in read and visit:
        return Choice("cancel_appointment", {"appointment": visit, "caller_confirmed": True})
    if slot and patients:
        return Choice("book_appointment", {"patient": patients[0][1], "slot": slot, "caller_confirmed": True})
    return None


def _outcome(case: Case) -> Choice | None:
    asks = re.search(r"booked|go through|that's (?:all|everything)|bye", case.says, re.IGNORECASE)
    return Choice("check_writeback", {}) if asks and _handles(case, "w") else None


def _identity(case: Case) -> Choice | None:
    born = birth_date(case.says)
    names = [name for name in _NAME.findall(case.says) if not _NOT_NAMES.search(name)]
    if born is None or not names:
        return None
    phone = _PHONE.search(case.says)
    if phone and re.search(r"never been|new", case.says, re.IGNORECASE):
        first, _, last = names[0].partition(" ")
        person = {"first_name": first, "last_name": last, "date_of_birth": born.isoformat()}
        return Choice("register_patient", {**person, "phone": phone[0]})
    given: dict[str, Any] = {"name": names[0], "date_of_birth": born.isoformat()}
    caller = _first(_CALLERS, case.says)
    return Choice("find_patient", {**given, **({"caller_is": caller} if caller else {})})


def _cancelled(case: Case) -> Choice | None:
    visit = _meant(case, "a", case.says)
    if not visit or not re.search(r"\bcancel\b", case.says, re.IGNORECASE):
        return None
    return Choice("cancel_appointment", {"appointment": visit})


def _message(case: Case) -> Choice | None:
    kind = _first(_MESSAGES, case.says)
    if not kind:
        return None
    phone, name = _PHONE.search(case.says), _NAME.search(case.says)
    said = {"callback": phone[0] if phone else "", "name": name[1] if name and phone else ""}
    return Choice("message_office", {"kind": kind, "message": case.says, **said})


def _office(case: Case) -> Choice | None:
    topic = _first(_TOPICS, case.says)
    return Choice("office_info", {"topic": topic}) if topic else None


def _times(case: Case) -> Choice | None:
    """Free times for the day that is said; from today on where none is."""
    visit = _VISIT.search(case.says)
    if not visit:
        return None
    given: dict[str, Any] = {"reason": visit[0]}
    day = coming_day(case.says, case.today)
    if day is not None:
        given |= {"date_from": day.isoformat(), "date_to": day.isoformat()}
    part = _first(_PARTS, case.says)
    provider = re.search(r"\bDr\. (\w+)", case.says)
    given |= {"time_of_day": part} if part else {}
    given |= {"provider": f"Dr. {provider[1]}"} if provider else {}
    return Choice("find_slots", given)
