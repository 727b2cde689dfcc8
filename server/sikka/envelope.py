"""Reading an answer's body: an object or an array of one, a list page, an error, or nothing at all."""

import json
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar, cast

from pydantic import ValidationError

from server.sikka.errors import Unreadable
from server.sikka.formats import leading_integer
from server.sikka.models import Wire

NO_CONTENT: Final = 204  # official: an empty list is API2005, a 204 without a body

Row = TypeVar("Row", bound=Wire)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """A page of a list; an empty one stands for Sikka's 204.

    Attributes:
        items: the rows.
        last: whether no page follows.
        data_insert: the Data-Insert header ("completed", "in progress" or "").
    """

    items: list[Row]
    last: bool
    data_insert: str = ""


@dataclass(frozen=True)
class Rows:
    """A page of a list as bare texts.

    Attributes:
        rows: the fields asked for, of each row, in that order.
        last: whether no page follows.
        data_insert: the Data-Insert header ("completed", "in progress" or "").
    """

    rows: list[tuple[str, ...]] = field(repr=False)
    last: bool
    data_insert: str = ""


def read_object(status: int, text: str) -> dict[str, Any]:
    """The body as one object; empty for a 204.

    Raises:
        Unreadable: HTML, half a JSON, nothing where a body belongs, or a shape the API does not have.
    """
    if status == NO_CONTENT and not text.strip():
        return {}
    try:
        body: object = json.loads(text)
    except (ValueError, RecursionError):  # the latter from a body nested without end
        raise Unreadable(status) from None
    if isinstance(body, list):
        # Several official samples wrap the envelope in an array of one.
        rows = cast("list[object]", body)
        body = rows[0] if len(rows) == 1 else None
    if not isinstance(body, dict):
        raise Unreadable(status)
    return cast("dict[str, Any]", body)


def error_texts(body: dict[str, Any]) -> tuple[str, str]:
    """(`error_code`, all of Sikka's messages) of a body; empty strings where it has none."""
    messages = (str(body.get(name) or "") for name in ("short_message", "long_message", "log_message"))
    return str(body.get("error_code") or ""), " ".join(text for text in messages if text)


def read_row(status: int, body: dict[str, Any], model: type[Row]) -> Row:
    """The body itself as one row.

    Raises:
        Unreadable: a field the row cannot be without is missing.
    """
    try:
        return model.model_validate(body)
    except ValidationError:
        raise Unreadable(status) from None


def read_page(status: int, text: str, model: type[Row], *, limit: int, data_insert: str = "") -> Page[Row]:
    """A list answer. 204 is an empty page; a bare object that looks like a row is a list of one.

    Args:
        status: HTTP status, 2xx.
        text: the body.
        model: of the rows.
        limit: rows asked for. Sikka may give fewer to a page than that, so its own links count first.
        data_insert: the header.

    Raises:
        Unreadable: not a list envelope, or a row without its id.
    """
    found, last = _items(status, text, model.model_fields.keys(), limit)
    try:
        items = [model.model_validate(row) for row in found]
    except ValidationError:
        raise Unreadable(status) from None
    return Page(items, last=last, data_insert=data_insert)


def read_rows(status: int, text: str, fields: Sequence[str], *, limit: int, data_insert: str = "") -> Rows:
    """A list answer as bare texts, for thousands of rows at once: each row's `fields`, in that order.

    Args:
        status: HTTP status, 2xx.
        text: the body.
        fields: the first is the row's id; one that Sikka leaves out reads as "".
        limit: rows asked for.
        data_insert: the header.

    Raises:
        Unreadable: not a list envelope, or a row without its id.
    """
    found, last = _items(status, text, frozenset(fields), limit)
    rows: list[tuple[str, ...]] = []
    for row in found:
        if not isinstance(row, dict):
            raise Unreadable(status)
        known = cast("dict[str, Any]", row)
        rows.append(tuple([_plain(known.get(name)) for name in fields]))
        if not rows[-1][0]:
            raise Unreadable(status)
    return Rows(rows, last=last, data_insert=data_insert)


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def _items(status: int, text: str, fields: AbstractSet[str], limit: int) -> tuple[list[object], bool]:
    """The rows of a list answer, and whether no page follows. Raises Unreadable."""
    body = read_object(status, text)
    if not body and status == NO_CONTENT:
        return [], True
    rows: object = body.get("items")
    if rows is None and ("pagination" in body or "total_count" in body):
        rows = []
    elif rows is None and not fields.isdisjoint(body):
        # A production integration reads GET /authorized_practices/{office_id} as a bare object.
        rows = [body]
    if not isinstance(rows, list):
        raise Unreadable(status)
    found = cast("list[object]", rows)
    return found, not found or not _follows(body, len(found), limit)


def _follows(body: dict[str, Any], count: int, limit: int) -> bool:
    """Whether a page follows one of `count` rows: by its link, else by whether it is full."""
    links: object = body.get("pagination")
    if isinstance(links, dict) and "next" in links:
        return bool(cast("dict[str, Any]", links)["next"])
    given = leading_integer(str(body.get("limit", "")))
    return count >= (limit if given is None else min(limit, given))
