"""Asks Sikka and keeps what an answer looked like: status, code, shape and names, for evidence."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from server.app import Connection
from server.sikka.errors import NoAnswer, NotSent
from server.sikka.transport import SUCCESS, Answer, Transport
from store.offices import Office

TRIES: Final = 3
PAUSE_SECONDS: Final = 0.5
TROUBLE: Final = range(500, 600)
TOO_MANY: Final = 429


@dataclass(frozen=True)
class Seen:
    """An answer, whatever it was.

    Attributes:
        code: Sikka's error_code; "" without one.
        body: the answer as one object; empty without a body.
        rows: of a list; the body itself where it is no list.
        wrapped: whether the body came in an array.
    """

    status: int
    code: str
    body: dict[str, str] = field(repr=False)
    rows: list[dict[str, str]] = field(repr=False)
    wrapped: bool
    headers: Mapping[str, str] = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether Sikka says that it went well: a refusal can come with status 200 too (API0008)."""
        return self.status in SUCCESS and self.code != "API0008"

    @property
    def answer(self) -> str:
        """Status and code, for the report."""
        return f"HTTP {self.status} {self.code}".strip()


class Probe:
    """Calls in an office's and in the application's name, as they come back.

    Attributes:
        request_key: in use; the questions about keys put others here.
    """

    def __init__(
        self, connection: Connection, transport: Transport, office: Office, request_key: str
    ) -> None:
        self._transport = transport
        self._sikka = connection.sikka
        self._clock = connection.clock
        self._office = office
        settings = connection.settings
        self._app = {
            "App-Id": settings.sikka_app_id.get_secret_value(),
            "App-Key": settings.sikka_app_key.get_secret_value(),
        }
        self.request_key = request_key

    @property
    def in_body(self) -> dict[str, str]:
        """The pair as a grant wants it."""
        return {"app_id": self._app["App-Id"], "app_key": self._app["App-Key"]}

    async def read(self, path: str, params: Mapping[str, str] | None = None, *, key: str = "") -> Seen:
        """A GET in the office's name, asked again while that can help. Raises NotSent, NoAnswer."""
        headers = {"Request-Key": key or self.request_key}
        return await self._again("GET", path, params or {}, headers, self._office.office_id)

    async def read_app(self, path: str, params: Mapping[str, str] | None = None) -> Seen:
        """A GET in the application's name. Raises NotSent, NoAnswer."""
        return await self._again("GET", path, params or {}, self._app, "")

    async def write(self, method: str, path: str, body: Mapping[str, str]) -> Seen:
        """A write, sent once. Raises NotSent, NoAnswer: then it may have been taken."""
        headers = {"Request-Key": self.request_key}
        return await self._once(method, path, {}, headers, body, self._office.office_id)

    async def delete(self, writeback_id: str) -> Seen:
        """Take a pending write back. Raises NotSent, NoAnswer."""
        return await self._once("DELETE", "/writebacks", {"id": writeback_id}, self._app, None, "")

    async def grant(self, body: Mapping[str, str]) -> Seen:
        """A grant, asked once. Raises NotSent, NoAnswer."""
        return await self._once("POST", "/request_key", {}, {}, {**body, **self.in_body}, "")

    async def _again(
        self, method: str, path: str, params: Mapping[str, str], headers: Mapping[str, str], office: str
    ) -> Seen:
        for left in range(TRIES - 1, -1, -1):
            try:
                seen = await self._once(method, path, params, headers, None, office)
            except (NotSent, NoAnswer):
                if not left:
                    raise
            else:
                if not left or (seen.status not in TROUBLE and seen.status != TOO_MANY):
                    return seen
            await self._clock.sleep(PAUSE_SECONDS)
        raise AssertionError  # pragma: no cover - the last try returns or raises

    async def _once(
        self,
        method: str,
        path: str,
        params: Mapping[str, str],
        headers: Mapping[str, str],
        body: Mapping[str, str] | None,
        office: str,
    ) -> Seen:
        budget = self._sikka.budget(office)
        async with budget.spend(live=False):
            answer = await self._transport.ask(method, path, params=params, headers=headers, body=body)
        budget.learn(answer.status, answer.headers)
        return _seen(answer)


def _seen(answer: Answer) -> Seen:
    try:
        body: object = json.loads(answer.text) if answer.text.strip() else {}
    except ValueError:
        body = {}
    wrapped = isinstance(body, list)
    if wrapped:
        inside = cast("list[object]", body)
        body = inside[0] if inside else {}
    whole = cast("dict[str, Any]", body) if isinstance(body, dict) else {}
    rows = whole.get("items")
    listed = cast("list[object]", rows) if isinstance(rows, list) else [whole] if whole else []
    texts = [_texts(cast("dict[str, Any]", row)) for row in listed if isinstance(row, dict)]
    flat = _texts(whole)
    return Seen(answer.status, flat.get("error_code", ""), flat, texts, wrapped, answer.headers)


def _texts(row: Mapping[str, Any]) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in row.items()}
