"""Which language a call is answered in: what it asks for, else the office's own, else English."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Final

from server.tools.arguments import is_template
from server.tools.wording import languages

HEADER: Final = "x-chairtime-language"
META: Final = "language"
LONGEST: Final = 100

# Code of a table to what else it goes by: ISO 639-2, and its names, without accents.
_NAMES: Final[Mapping[str, frozenset[str]]] = {
    "en": frozenset({"eng", "english", "ingles"}),
    "es": frozenset({"spa", "spanish", "espanol", "castellano"}),
}
_CODE: Final = re.compile(r"[a-z]{2,3}")


def language_in(text: Any) -> str:
    """The code of the language that a tag or a name means ("es-MX", "spa", "Español"); "" where none is read.

    It may be one that no table is in, such as "fr".
    """
    if not isinstance(text, str) or len(text) > LONGEST or is_template(text):
        return ""
    plain = "".join(
        sign for sign in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(sign)
    )
    first = re.split(r"[-_,;]|\s", plain.strip(), maxsplit=1)[0]
    named = next((code for code, names in _NAMES.items() if first in names), "")
    return named or (first if _CODE.fullmatch(first) else "")


def asked_in(headers: Mapping[str, str], meta: Mapping[str, Any]) -> str:
    """The language a call asks for: by its header, else by `_meta`; "" where neither can be read."""
    return language_in(headers.get(HEADER)) or language_in(meta.get(META))


def spoken_in(asked: str, of_office: Iterable[str] = ()) -> str:
    """The language to answer in.

    Args:
        asked: what the call asks for; "" for nothing.
        of_office: the languages of its profile, in words, its own first.
    """
    if asked in languages():
        return asked
    return next((code for word in of_office if (code := language_in(word)) in languages()), languages()[0])
