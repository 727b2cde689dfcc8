"""Tells names that the PMS holds from sentences that somebody has put in a name's place.

What is called a name is said aloud and read by a model; whoever can write into the PMS can write there.
"""

import re
from typing import Final

LONGEST: Final = 60
_TAG: Final = re.compile(r"<[^<>]*>")
_SENTENCE: Final = re.compile(r"[;:!?]|\.\s+[a-z]")
# Words of whoever gives orders to a model; nobody is called so.
_ORDER: Final = re.compile(
    r"\b(?:ignore|disregard|forget|pretend|previous|instructions?|prompt|verified|confirmed|cancell?ed)\b",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(r"[\d\s()+./-]{3,40}(?:(?:extension|ext\.?|x)\s*\d{1,6})?", re.IGNORECASE)


def name_in(text: str, most_words: int) -> str:
    """A name on one line, without tags; "" where the text is none: too long, or more than a name says."""
    plain = " ".join(_TAG.sub(" ", text).split())
    is_none = (
        len(plain) > LONGEST
        or plain.count(" ") >= most_words
        or _SENTENCE.search(plain) is not None
        or _ORDER.search(plain) is not None
    )
    return "" if is_none else plain


def number_in(text: str) -> str:
    """A telephone number as it is written, maybe with an extension; "" where the text is none."""
    plain = text.strip()
    return plain if _NUMBER.fullmatch(plain) else ""
