"""Learns which offices there are, and how fresh Sikka's copy of each is."""

import structlog

from server.background.parts import Parts
from server.desk.choice import chosen_offices, is_chosen
from server.sikka.errors import SikkaError
from server.sikka.models import AuthorizedPractice

log = structlog.get_logger(__name__)


class Freshness:
    """The loop that asks Sikka, for all offices in one call, when each copy was last loaded.

    Attributes:
        asked_at: when Sikka last told (UTC ms); None before it did.
    """

    def __init__(self, parts: Parts) -> None:
        self._offices = parts.store.offices
        self._sikka = parts.sikka
        self._clock = parts.clock
        self._settings = parts.settings
        self._loaded = False
        self.asked_at: int | None = None

    async def load_offices(self, *, live: bool = False) -> list[AuthorizedPractice]:
        """Put the chosen offices down in the store. Returns all that Sikka shows, chosen or not.

        Raises:
            SikkaError: Sikka cannot be asked now.
        """
        shown = await self._sikka.application(live=live).authorized_practices()
        for row in shown:
            if is_chosen(self._settings, row.office_id, row.practice_id):
                await self._offices.upsert(
                    row.office_id,
                    row.practice_id,
                    practice_name=row.practice_name,
                    pms=row.practice_management_system,
                    pms_version=row.practice_management_system_version,
                    zone_name=row.practice_management_system_refresh_date_time_zone,
                    secret_key=row.secret_key or None,
                    as_of=row.data_insert_date,
                    now=self._clock.now(),
                )
        self.asked_at = self._clock.now()
        return shown

    async def run(self) -> None:
        """Forever: load the offices until that succeeds, then note when their copies move."""
        while True:
            try:
                await self.look()
            except SikkaError as error:
                log.warning("freshness_unknown", error=type(error).__name__)
            await self._clock.sleep(self._settings.freshness_seconds)

    async def look(self) -> None:
        """One round. Raises SikkaError."""
        offices = await chosen_offices(self._offices, self._settings)
        known = {(office.office_id, office.practice_id): office.id for office in offices}
        if not self._loaded or not known:
            await self.load_offices()
            self._loaded = True
            return
        for row in await self._sikka.application(live=False).sync_status():
            row_id = known.get((row.office_id, row.practice_id))
            if row_id is not None and row.data_insert_date:
                await self._offices.saw_as_of(row_id, row.data_insert_date, self._clock.now())
        self.asked_at = self._clock.now()
