"""Reading an answer's body: an object or an array of one, a list page, an error, or nothing at all."""

import json
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from pydantic import ValidationError

from server.sikka.errors import Unreadable
from server.sikka.models import Wire

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


def read_object(status: int, text: str) -> dict[str, Any]:
    """The body as one object; empty for no body.

    Raises:
        Unreadable: HTML, half a JSON, or a shape the API does not have.
    """
    if not text.strip():
        return {}
    try:
        body: object = json.loads(text)
    except ValueError:
        raise Unreadable(status) from None
    if isinstance(body, list):
        # Several official samples wrap the envelope in an array of one.
        rows = cast("list[object]", body)
        body = rows[0] if rows else {}
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
    """A list answer. 204 and an empty body are an empty page; a bare object counts as a list of one.

    Raises:
        Unreadable: not a list envelope, or a row without its id.
    """
    body = read_object(status, text)
    if not body:
        return Page([], last=True, data_insert=data_insert)
    rows: object = body.get("items")
    if rows is None:
        # A production integration reads GET /authorized_practices/{office_id} as a bare object.
        rows = [] if "pagination" in body or "total_count" in body else [body]
    if not isinstance(rows, list):
        raise Unreadable(status)
    found = cast("list[object]", rows)
    try:
        items = [model.model_validate(row) for row in found]
    except ValidationError:
        raise Unreadable(status) from None
    links: object = body.get("pagination")
    following = cast("dict[str, Any]", links).get("next") if isinstance(links, dict) else None
    last = not items or len(items) < limit or following == ""
    return Page(items, last=last, data_insert=data_insert)
