"""What differs between practice management systems, as tables a reader can check."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

# Words with which a status list may say "cancelled", best first. Any system's list is searched for
# them, because vendors spell them differently and offices can add their own.
CANCELLED_WORDS: Final = ("cancelled", "canceled", "cancel", "appointment cancelled", "cancelled by patient")

# Systems whose list has no such word. Source: the word was seen on a live Open Dental office, whose
# list was scheduled, complete, broken; it has no separate no-show among them.
OTHER_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "opendental": ("broken",),
}

# The path of a status change. Source: the official sample of GET /writebacks; "/status" was tried on
# a live account and corrected to this.
STATUS_PATH: Final = "/appointment_status"

# Statuses, in any system's words, of an appointment that does not take place and frees its chair.
# "broken" and the no-shows free it too, since nobody sits in it; "Dismissed" is a visit that is over.
_FREES_THE_CHAIR: Final = re.compile(
    r"(?<![a-z])(?:cancel|broken|no[\s_-]*show|missed|failed|deleted|unscheduled|rescheduled)",
    re.IGNORECASE,
)
_UNPLAIN: Final = re.compile(r"[^A-Za-z0-9 .-]+")


def pms_key(name: str) -> str:
    """A system's name without case, spaces and punctuation: Sikka spells "Opendental" and "OpenDental"."""
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def word_for_cancelled(pms: str, statuses: Iterable[str]) -> str:
    """The office's own word for a cancelled appointment, spelled as in its list; "" if it has none.

    A no-show is never taken for a cancellation: on most systems it is held against the patient.
    """
    spelled = {status.strip().casefold(): status.strip() for status in statuses}
    for word in (*CANCELLED_WORDS, *OTHER_WORDS.get(pms_key(pms), ())):
        if word in spelled:
            return spelled[word]
    return ""


def frees_the_chair(status: str) -> bool:
    """Whether an appointment with this status does not take place."""
    return bool(_FREES_THE_CHAIR.search(status))


def is_own_word(status: str, own_word: str) -> bool:
    """Whether a status is the very word that an office has for it, in whatever case; "" is no word."""
    own = own_word.strip().casefold()
    return bool(own) and status.strip().casefold() == own


def plain_text(text: str, limit: int) -> str:
    """Letters, digits, spaces, periods and hyphens only, capped.

    The official pages contradict each other on special characters in descriptions; this is what no
    page forbids. Accents are taken off, so that a name keeps its letters.
    """
    bare = "".join(mark for mark in unicodedata.normalize("NFKD", text) if not unicodedata.combining(mark))
    return " ".join(_UNPLAIN.sub(" ", bare).split())[:limit].rstrip()
