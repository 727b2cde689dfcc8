"""Writes a charter as the TOML document that reads as the same charter, with remarks for whoever edits it."""

from collections.abc import Mapping
from typing import Any, Final, cast

import tomlkit
from tomlkit.items import AoT, InlineTable, Table

from server.desk.charter.keys import SECTIONS, keys_of
from server.desk.charter.lines import Path
from server.desk.charter.plain import plain
from server.desk.charter.terms import Charter

_ON_ONE_LINE: Final = frozenset({"minutes", "cancellation_sentence", "emergency_text"})
_NO_REMARKS: Final[Mapping[Path, str]] = {}


def written(charter: Charter, remarks: Mapping[Path, str] = _NO_REMARKS, *, head: str = "") -> str:
    """The document of a charter.

    Args:
        charter: what it shall say.
        remarks: by path ("zone",) or ("columns", 0); each is put as a comment before what it is about.
        head: comment lines at the very top.
    """
    said = plain(charter)
    document = tomlkit.document()
    for line in head.splitlines():
        document.add(tomlkit.comment(line))
    for name in keys_of(""):
        if (name,) in remarks:
            document.add(tomlkit.comment(remarks[name,]))
        if name in said:
            document.add(
                name, _inline(said[name]) if isinstance(said[name], dict) else tomlkit.item(said[name])
            )
    for section in SECTIONS:
        value = said.get(section.name) if section.name else None
        if section.name and (section.name,) in remarks:
            document.add(tomlkit.nl())
            document.add(tomlkit.comment(remarks[section.name,]))
        if value is None:
            continue
        if section.many:
            items = enumerate(cast("list[dict[str, Any]]", value))
            tables = [_table(item, remarks.get((section.name, place), "")) for place, item in items]
            document.add(section.name, AoT(tables))
        else:
            document.add(section.name, _table(value))
    return tomlkit.dumps(document)


def _inline(value: Mapping[str, Any]) -> InlineTable:
    inline = tomlkit.inline_table()
    for name, one in value.items():
        inline.add(name, tomlkit.item(one))
    return inline


def _table(item: Mapping[str, Any], remark: str = "") -> Table:
    table = tomlkit.table()
    if remark:
        table.add(tomlkit.comment(remark))
    for name, value in item.items():
        if name in _ON_ONE_LINE and isinstance(value, dict):
            table.add(name, _inline(cast("dict[str, Any]", value)))
        elif isinstance(value, dict):
            table.add(name, _table(cast("dict[str, Any]", value)))
        else:
            table.add(name, tomlkit.item(value))
    return table
