"""Finds the line of a document on which a key stands: Python's own reader of TOML keeps no places."""

import re
from collections import Counter
from typing import Final, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Names of tables and keys, and places in lists from 0."""

_HEADER: Final = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?")
_KEY: Final = re.compile(r"""\s*([A-Za-z0-9_-]+|"[^"]*"|'[^']*')\s*(?:\.\s*([A-Za-z0-9_-]+)\s*)?=""")


def lines_of(document: str) -> dict[Path, int]:
    """Each table and key to its line, from 1; what stands inside a longer value is not told apart."""
    found: dict[Path, int] = {}
    seen: Counter[Path] = Counter()
    table: Path = ()
    for number, line in enumerate(document.splitlines(), 1):
        if header := _HEADER.fullmatch(line):
            table = _table(header[2], seen, is_item=header[1] == "[[")
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            inner = (_bare(key[1]),) + ((key[2],) if key[2] else ())
            found.setdefault((*table, *inner), number)
    return found


def line_of(lines: dict[Path, int], path: Path) -> int | None:
    """The line of a key, or of the nearest that it is part of; None where even that is not told."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return None


def _table(name: str, seen: Counter[Path], *, is_item: bool) -> Path:
    """A header's path; a table inside an item of a list belongs to the last item before it."""
    path: Path = ()
    parts = [_bare(part.strip()) for part in name.split(".")]
    for place, part in enumerate(parts):
        path = (*path, part)
        if is_item and place == len(parts) - 1:
            seen[path] += 1
        if seen[path]:
            path = (*path, seen[path] - 1)
    return path


def _bare(word: str) -> str:
    return word.strip("\"'")
