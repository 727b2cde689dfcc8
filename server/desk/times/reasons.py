"""What people come in for, in their words: how long it takes, whose column it belongs in, when it is due."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from server.desk.charter.terms import EMPTY, Charter, VisitReason, Wants

CHILD_UNTIL: Final = 14  # from this age on the codes for a cleaning are an adult's (CDT D1110, D1120)


@dataclass(frozen=True)
class Comer:
    """Who comes.

    Attributes:
        new: whether the office has not seen them yet.
        child: whether the visit is a child's.
        age: in years; None where it is not known.
    """

    new: bool = False
    child: bool = False
    age: int | None = None


RETURNING: Final = Comer()


@dataclass(frozen=True)
class Reason:
    """A kind of visit.

    Attributes:
        name: as it stands in the appointment's description.
        minutes: its usual length.
        hygiene: True for a hygienist's column, False for a dentist's, None for either.
        new_minutes: its length for somebody new; 0 for the usual one.
        child_minutes: its length for a child, new or not; 0 for the usual one.
        months: as in `VisitReason`.
        urgent: whether the soonest is the best, whoever it is with.
    """

    name: str
    minutes: int
    hygiene: bool | None
    new_minutes: int = 0
    child_minutes: int = 0
    months: int | None = None
    urgent: bool = False

    def length(self, comer: Comer) -> int:
        """Minutes for whoever comes."""
        own = self.child_minutes if comer.child else self.new_minutes if comer.new else 0
        return own or self.minutes


CLEANING: Final = Reason("cleaning", 60, hygiene=True)
EXAM: Final = Reason("exam", 30, hygiene=False)
EMERGENCY: Final = Reason("emergency", 30, hygiene=False, urgent=True)
CONSULTATION: Final = Reason("consultation", 30, hygiene=False)
OTHER: Final = Reason("other", 30, hygiene=False)

# Looked through in this order: pain beats whatever else a caller mentions. The words of each language count
# in every call, since agents pass on what callers say. Accents are left out on both sides.
WORDS: Final[tuple[tuple[Reason, tuple[str, ...]], ...]] = (
    (
        EMERGENCY,
        (
            r"emergenc|urgent|\bpain(?!t)|\bhurt|ach(?:es?|y|ing)\b|swell|swollen|bleed|crack|\bchip|abscess",
            r"infect|\b(?:fell|came|coming|falling) (?:out|off)\b|\bknocked",
            r"\bbroke(?!n (?:my |the |an )?(?:appointment|visit))",
            r"\blost (?:(?:an?|my|the|his|her|their) )?(?:\w+ )?(?:tooth|teeth|filling|crown|bridge|veneer)",
            r"urgencia|dolor|\bduel|doliendo|hinch[ao]|inflamad|inflamacion|sangr|\brot[ao]s?\b|rompi|quebr",
            r"fractur|astill|se (?:me |le )?(?:cayo|salio|solto)|se (?:me|le) ha (?:caido|salido)|absces",
            r"perdi(?:o|do)? (?:un|una|el|la|su) (?:diente|muela|corona|empaste|tapadura|amalgama)",
        ),
    ),
    (
        CLEANING,
        (r"clean|hygien|prophy|\bscal|polish|recall", r"limpi(?:eza|ar)|higien|profilax|sarro|pulid|pulir"),
    ),
    (
        CONSULTATION,
        (
            r"consult|second opinion|discuss|implant|invisalign|braces|veneer|whiten",
            r"segunda opinion|\bfrenos\b|frenillos|brackets|ortodoncia|carillas|blanque",
        ),
    ),
    (
        EXAM,
        (
            r"exam|check|new patient|x.?ray",
            r"revision|revisar|chequeo|paciente nuev|nuev[ao] paciente|radiograf|rayos x",
        ),
    ),
)

# What somebody says they do not have: "no pain", "it isn't an emergency", "sin dolor". A second word for
# pain beside it still counts.
_DENIED: Final = re.compile(
    r"\b(?:no|not|isn'?t|without|never|sin)\s+(?:(?:an?|any|real|really|tooth|in|es|una?|me|tengo|hay)\s+){0,3}"
    rf"\w*?(?:{'|'.join(WORDS[0][1])})\w*",
    re.IGNORECASE,
)
_IN_COLUMN: Final = {Wants.HYGIENE: True, Wants.DOCTOR: False, Wants.ANY: None}


def reason_of(words: str, charter: Charter = EMPTY) -> Reason:
    """The reason that a caller's words mean; `OTHER` where none fits.

    Pain comes first, unless it is denied; then the office's own reasons, the longest name or word that the
    caller says; then those built in, each as the office has described it.
    """
    words = _DENIED.sub(" ", _plain(words))
    built_in = next(
        (reason for reason, said in WORDS if re.search("|".join(said), words, re.IGNORECASE)), OTHER
    )
    if built_in is not EMERGENCY:
        own = [(len(said), reason) for reason in charter.reasons for said in _said(reason, words)]
        if own:
            return _reason(max(own, key=lambda pair: pair[0])[1])
    described = charter.reason(built_in.name)
    return built_in if described is None else _reason(described)


def _plain(words: str) -> str:
    """Without accents: people and what hears them leave them out or put them in as it comes."""
    return "".join(sign for sign in unicodedata.normalize("NFD", words) if not unicodedata.combining(sign))


def _said(reason: VisitReason, words: str) -> Iterator[str]:
    """The name and words of a reason that a caller's words hold, as whole words."""
    for said in (reason.name, *reason.words):
        plain = r"\s+".join(re.escape(part) for part in _plain(said).split())
        if plain and re.search(rf"(?<!\w){plain}(?!\w)", words, re.IGNORECASE):
            yield said


def _reason(described: VisitReason) -> Reason:
    """An office's own description of a kind of visit."""
    return Reason(
        name=described.name,
        minutes=described.minutes.returning,
        hygiene=_IN_COLUMN[described.column],
        new_minutes=described.minutes.new,
        child_minutes=described.minutes.child,
        months=described.months,
        urgent=described.name.casefold() == EMERGENCY.name,
    )
