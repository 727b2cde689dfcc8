"""What goes back over the wire: Sikka's result bodies, its list envelope, and its error table."""

import math
import time
from dataclasses import dataclass, field
from http import HTTPStatus

Row = dict[str, str]
Json = dict[str, object] | list[object]


@dataclass(slots=True)
class Reply:
    """A status, a JSON body (None for an empty one) and headers."""

    status: int
    body: Json | None = None
    headers: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Meaning:
    """An error_code's HTTP status and short message."""

    status: int
    short: str


# the official error table; the short messages of API1004, API2016, API0007, API1029 are from its samples
CODES: dict[str, Meaning] = {
    "API1001": Meaning(400, "Missing Parameter"),
    "API1002": Meaning(400, "Missing Parameter"),
    "API1003": Meaning(400, "Missing Parameter"),
    "API1004": Meaning(400, "Missing Parameter"),
    "API1005": Meaning(400, "Missing Parameter"),
    "API1006": Meaning(415, "Unsupported format"),
    "API1020": Meaning(400, "Missing Parameter"),
    "API1025": Meaning(400, "Request key expired"),
    "API1026": Meaning(400, "Invalid Parameter"),
    "API1029": Meaning(202, "Request Accepted."),
    "API2001": Meaning(500, "Internal Server Error"),
    "API2002": Meaning(503, "Service overloaded"),
    "API2003": Meaning(401, "Unauthorized application"),
    "API2004": Meaning(401, "Unauthorized API"),
    "API2007": Meaning(401, "Unauthorized practice"),
    "API2009": Meaning(404, "Resource not found"),
    "API2012": Meaning(429, "Request limit exceeded"),
    "API2014": Meaning(405, "Method not allowed"),
    "API2016": Meaning(201, "New resource created successfully"),
    "API2017": Meaning(412, "Precondition Failed"),
    "API2019": Meaning(422, "Invalid parameters"),
    "API0002": Meaning(200, "Request Session terminated successfully."),
    "API0003": Meaning(200, "Request Session terminated successfully."),
    "API0007": Meaning(200, "Appointment status logged successfully"),
    "API0008": Meaning(200, "Appointment status not logged"),
    "API0011": Meaning(200, "Patient update request logged successfully"),
    "API4006": Meaning(200, ""),
}


class ApiError(Exception):
    """A refusal by error_code, with its long message and a hint."""

    def __init__(self, code: str, long_message: str, hint: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.long_message = long_message
        self.hint = hint


def result(code: str, long_message: str, more: str = "") -> Reply:
    """A result body in Sikka's six fields, for successes and refusals alike."""
    meaning = CODES[code]
    phrase = HTTPStatus(meaning.status).phrase
    return Reply(
        meaning.status,
        {
            "http_code": str(meaning.status),
            # the official samples write "BadRequest" in one word and "OK" as it is
            "http_code_desc": "".join(phrase.split()) if meaning.status != HTTPStatus.OK else "OK",
            "error_code": code,
            "short_message": meaning.short,
            "long_message": long_message,
            "more_information": more,
        },
    )


def refusal(error: ApiError) -> Reply:
    """The reply for a refusal."""
    return result(error.code, error.long_message, error.hint)


@dataclass(frozen=True, slots=True)
class Found:
    """All rows a query found and the names of the fields to show of each."""

    rows: list[Row]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A page asked for: `offset` counts pages, not rows; `limit` is the rows of a page."""

    offset: int
    limit: int


DEFAULT_LIMIT, MAXIMUM_LIMIT = 50, 5000


def page_of(query: dict[str, str]) -> Page:
    """The page a query asks for; raises ApiError API1026 for what is no page."""
    offset, limit = query.get("offset", "") or "0", query.get("limit", "") or str(DEFAULT_LIMIT)
    if not (offset.isdecimal() and limit.isdecimal() and 1 <= int(limit) <= MAXIMUM_LIMIT):
        raise ApiError("API1026", "offset/limit is invalid", f"Maximum limit is {MAXIMUM_LIMIT}")
    return Page(int(offset), int(limit))


def listing(found: Found, page: Page, url: str, began: float, *, wrapped: bool) -> Reply:
    """The list envelope of one page of what was found, or an empty 204 when the page has none.

    `url` is the endpoint's own address; links carry offset and limit only, as in the official samples.
    `began` is a `time.perf_counter` reading for execution_time. `wrapped` puts the envelope in an array.
    """
    total, first = len(found.rows), page.offset * page.limit
    shown = [
        {name: row.get(name, "") for name in found.names} for row in found.rows[first : first + page.limit]
    ]
    if not shown:
        return Reply(204)
    last = math.ceil(total / page.limit) - 1

    def link(offset: int) -> str:
        return f"{url}?offset={offset}&limit={page.limit}" if 0 <= offset <= last else ""

    envelope: dict[str, object] = {
        "offset": str(page.offset),
        "limit": str(page.limit),
        "total_count": str(total),
        "execution_time": str(max(1, round((time.perf_counter() - began) * 1000))),
        "pagination": {
            "first": link(0),
            "previous": link(page.offset - 1),
            "current": link(page.offset),
            "next": link(page.offset + 1),
            "last": link(last),
        },
        "items": shown,
    }
    return Reply(200, [envelope] if wrapped else envelope)
