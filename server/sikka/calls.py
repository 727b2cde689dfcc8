"""One call to Sikka: budget, answer, error; and a list read to its last page."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final, TypeVar

from anyio import to_thread

from server.sikka.budget import RateBudget
from server.sikka.envelope import Page, Rows, error_texts, read_object, read_page, read_rows
from server.sikka.errors import REFUSALS_WITH_STATUS_200, Unreadable, error_for
from server.sikka.models import Wire
from server.sikka.retries import ask_again
from server.sikka.transport import SUCCESS, Answer, Transport

FAILED: Final = range(400, 600)
MOST_ROWS: Final = 5000  # official: the largest `limit`
MOST_PAGES: Final = 200  # a list that never ends must not hang a call
LONGEST_MESSAGE: Final = 2000  # characters; a list of thousands of rows is not parsed twice
LIVE_ATTEMPTS: Final = 2
BACKGROUND_ATTEMPTS: Final = 4

Row = TypeVar("Row", bound=Wire)
Result = TypeVar("Result")


class Calls:
    """Calls under one rate budget. A subclass says which headers go along.

    Args:
        transport: to Sikka.
        budget: of the office, or of the application.
        live: whether a caller on the phone waits for these calls.
    """

    def __init__(self, transport: Transport, budget: RateBudget, *, live: bool) -> None:
        self._transport = transport
        self._budget = budget
        self._live = live

    async def _headers(self) -> Mapping[str, str]:
        raise NotImplementedError

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None = None,
        body: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request, once. Raises SikkaError for anything but a success."""
        async with self._budget.spend(live=self._live):
            answer = await self._transport.ask(method, path, params=params, headers=headers, body=body)
        reset = self._budget.learn(answer.status, answer.headers)
        return _success(answer, reset)

    async def _read(self, path: str, params: Mapping[str, str], read: Callable[[Answer], Result]) -> Result:
        """A GET, asked again while that can help, be it that `read` finds the answer unreadable."""

        async def call() -> Result:
            return read(await self._ask("GET", path, params=params, headers=await self._headers()))

        return await ask_again(
            call, attempts=LIVE_ATTEMPTS if self._live else BACKGROUND_ATTEMPTS, live=self._live
        )

    async def page(
        self,
        path: str,
        params: Mapping[str, str],
        model: type[Row],
        *,
        number: int = 0,
        limit: int = MOST_ROWS,
    ) -> Page[Row]:
        """One page of a list. `number` counts pages from 0: Sikka's `offset` is not a row number."""

        def read(answer: Answer) -> Page[Row]:
            insert = answer.headers.get("data-insert", "")
            return read_page(answer.status, answer.text, model, limit=limit, data_insert=insert)

        return await self._read(path, {**params, "offset": str(number), "limit": str(limit)}, read)

    async def rows(
        self,
        path: str,
        params: Mapping[str, str],
        fields: Sequence[str],
        *,
        number: int = 0,
        limit: int = MOST_ROWS,
    ) -> Rows:
        """One page of a list as bare texts, read on a thread: thousands of rows must not hold up a caller.

        Args:
            path: below the base URL.
            params: filters.
            fields: all that is asked for; the first is the row's id.
            number: of the page, from 0.
            limit: rows to a page.

        Raises:
            SikkaError: the page cannot be had.
        """
        asked = {**params, "offset": str(number), "limit": str(limit)}
        asked |= {"lightweight": "true", "fields": ",".join(fields)}

        async def call() -> Rows:
            answer = await self._ask("GET", path, params=asked, headers=await self._headers())
            insert = answer.headers.get("data-insert", "")
            return await to_thread.run_sync(
                partial(read_rows, answer.status, answer.text, fields, limit=limit, data_insert=insert)
            )

        return await ask_again(
            call, attempts=LIVE_ATTEMPTS if self._live else BACKGROUND_ATTEMPTS, live=self._live
        )

    async def every(self, path: str, params: Mapping[str, str], model: type[Row]) -> list[Row]:
        """All rows of a list, page by page; empty where Sikka answers 204.

        Raises:
            Unreadable: the list has no end.
            SikkaError: a page cannot be had; half a list is not given out as a whole one.
        """
        rows: list[Row] = []
        for number in range(MOST_PAGES):
            page = await self.page(path, params, model, number=number, limit=MOST_ROWS)
            rows += page.items
            if page.last:
                return rows
        raise Unreadable(SUCCESS.start)


def _success(answer: Answer, reset_seconds: float) -> Answer:
    if answer.status in SUCCESS:
        code = _code_of(answer)
        if code in REFUSALS_WITH_STATUS_200:
            raise error_for(answer.status, code, error_texts(read_object(answer.status, answer.text))[1])
        return answer
    try:
        code, detail = error_texts(read_object(answer.status, answer.text))
    except Unreadable:
        code, detail = "", ""
    if answer.status not in FAILED:
        raise Unreadable(answer.status, code, detail)
    raise error_for(answer.status, code, detail, reset_seconds=reset_seconds)


def _code_of(answer: Answer) -> str:
    if len(answer.text) > LONGEST_MESSAGE or '"error_code"' not in answer.text:
        return ""
    try:
        return error_texts(read_object(answer.status, answer.text))[0]
    except Unreadable:
        return ""
