"""Calls in the application's own name (App-Id, App-Key): practices, freshness, writes still open."""

import datetime as dt
from collections.abc import Mapping
from typing import Final

from server.sikka import formats, models
from server.sikka.budget import RateBudget
from server.sikka.calls import Calls
from server.sikka.envelope import error_texts, read_object
from server.sikka.errors import GrantRefused, Unreadable
from server.sikka.transport import Transport

DELETED: Final = "API4006"  # official: "Writeback request deleted successfully."


class Application(Calls):
    """The application-level endpoints.

    Args:
        transport: to Sikka.
        budget: the application's own; it is not any office's.
        app_id: 32 characters from Sikka's portal.
        app_key: likewise.
        live: whether a caller waits.
    """

    def __init__(
        self, transport: Transport, budget: RateBudget, *, app_id: str, app_key: str, live: bool
    ) -> None:
        super().__init__(transport, budget, live=live)
        self._credentials = {"App-Id": app_id, "App-Key": app_key}

    async def _headers(self) -> Mapping[str, str]:
        return self._credentials

    async def authorized_practices(self, office_id: str = "") -> list[models.AuthorizedPractice]:
        """Every practice of every office; without `show=all` Sikka leaves out all but practice 1.

        Args:
            office_id: keep only this office. The filter is ours: Sikka documents none by office.
        """
        rows = await self.every("/authorized_practices", {"show": "all"}, models.AuthorizedPractice)
        return [row for row in rows if office_id in {"", row.office_id}]

    async def secret_of(self, office_id: str) -> str:
        """The office's secret key, fresh.

        Raises:
            GrantRefused: the application has no such office, so no key can be granted for it.
        """
        for row in await self.authorized_practices(office_id):
            if row.secret_key:
                return row.secret_key
        raise GrantRefused(404)

    async def sync_status(self) -> list[models.SyncStatus]:
        """How fresh each practice's copy is, for all offices in one call."""
        return await self.every("/data_sync_status", {}, models.SyncStatus)

    async def supported_pmses(self, pms: str = "") -> list[models.SupportedPms]:
        """Which writes Sikka can carry to a system, or to each; empty for a system it does not list."""
        params = {"practice_management_system": pms} if pms else {}
        return await self.every("/supported_pmses", params, models.SupportedPms)

    async def writebacks(
        self, first: dt.date, last: dt.date, writeback_id: str = ""
    ) -> list[models.WritebackEntry]:
        """Writes handed over between two days (both included, at most seven), of all offices."""
        params = {"startdate": formats.wire_day(first), "enddate": formats.wire_day(last)}
        if writeback_id:
            params["id"] = writeback_id
        return await self.every("/writebacks", params, models.WritebackEntry)

    async def delete_writeback(self, writeback_id: str) -> None:
        """Take back a write that the practice utility has not carried out.

        Raises:
            Refused: it is not pending any more, or not ours.
            Unreadable: Sikka did not say in so many words that it is deleted; it may still be done.
        """
        answer = await self._ask(
            "DELETE", "/writebacks", params={"id": writeback_id}, headers=self._credentials
        )
        code, detail = error_texts(read_object(answer.status, answer.text))
        if code != DELETED:
            raise Unreadable(answer.status, code, detail)

    async def end_refresh_key(self, refresh_key: str) -> None:
        """End a refresh key: it buys no more request keys.

        Raises:
            Refused: Sikka does not know it, or it was ended before.
        """
        await self._ask("DELETE", "/refresh_key", headers={**self._credentials, "Refresh-Key": refresh_key})

    async def end_request_key(self, request_key: str) -> None:
        """End a request key before its time.

        Raises:
            KeyRefused: it has expired, or was ended before.
        """
        await self._ask("DELETE", "/request_key", headers={"Request-Key": request_key})
