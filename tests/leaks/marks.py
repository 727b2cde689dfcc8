"""Marks that stand for patients' data and secrets, in every spelling in which they could have got out."""

import base64
import html
import json
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, quote_plus

# In every name, address, note, mail address and text that is planted or said.
WORD = "Quorxel"
ACCENTED = "Ñúqxeló"
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "latin-1")


def dates(iso: str, month: str) -> set[str]:
    """A date as machines and Americans write it, and as it is said."""
    year, number, day = iso.split("-")
    bare = f"{int(number)}/{int(day)}/{year}"
    return {iso, f"{number}/{day}/{year}", f"{number}-{day}-{year}", bare, f"{year}{number}{day}"} | {
        f"{month} {int(day)}, {year}"
    }


def phones(digits: str) -> set[str]:
    """A number of ten digits with and without punctuation."""
    area, first, last = digits[:3], digits[3:6], digits[6:]
    return {digits, f"{area}-{first}-{last}", f"({area}) {first}-{last}", f"{area}.{first}.{last}"} | {
        f"{area} {first} {last}",
        " ".join(digits),
    }


def needles(text: str) -> Iterator[bytes]:
    """The bytes by which a text is found, plain or encoded; what is cased is looked for in three cases."""
    for said in {text, text.lower(), text.upper()}:
        yield from _plain(said)
        yield from encoded(said.encode())
        yield from encoded(said.encode("utf-16-le"))


def _plain(text: str) -> Iterator[bytes]:
    for encoding in ENCODINGS:
        if encoding != "latin-1" or max(map(ord, text)) < 256:
            yield text.encode(encoding)
    for escaped in (json.dumps(text)[1:-1], quote(text, safe=""), quote_plus(text), html.escape(text)):
        yield escaped.encode()
    yield ascii(text)[1:-1].encode()
    yield repr(text.encode())[2:-1].encode()


def encoded(raw: bytes) -> Iterator[bytes]:
    """Bytes in hexadecimal, and in base64 wherever they stand in what was encoded."""
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    for before in range(3):
        whole = base64.b64encode(bytes(before) + raw)
        part = whole[(0, 2, 3)[before] : (before + len(raw)) * 8 // 6]
        yield part
        yield part.translate(bytes.maketrans(b"+/", b"-_"))


def found(marks: Mapping[str, Iterable[str | bytes]], places: Mapping[str, bytes]) -> list[str]:
    """Which mark stands in which place; of the marks, by what they are, every spelling."""
    sought = {
        what: {
            needle
            for spelling in spellings
            for needle in (needles(spelling) if isinstance(spelling, str) else (spelling, *encoded(spelling)))
        }
        for what, spellings in marks.items()
    }
    return [
        f"{what} in {place}"
        for place, content in places.items()
        for what, ways in sought.items()
        if any(way in content for way in ways)
    ]
