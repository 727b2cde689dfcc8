"""An office whose copy is kept, with no loop running: a test says when the copy is read.

async with mirrored_office(line, tmp_path, clock) as office:
    office.refresh()
    await office.catch_up()
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from harness import MANUAL_SETTINGS, MONDAY, OFFICE_ID, Line, ManualClock, Office, settings_for

from server.app import connected
from server.background.freshness import Freshness
from server.background.mirror import MirrorKeeper, Work
from server.background.mirror_reading import Progress
from server.background.parts import Parts
from server.desk.copies.office import Copy
from server.desk.doorbell import Doorbell
from server.desk.front_desk import FrontDesk, open_desk
from server.desk.office import Profile, copied_profile
from server.desk.zones import zone_of
from server.sikka.client import Sikka
from store import offices
from store.mirror import Mirrored

READS = ("/patients", "/appointments", "/practice", "/providers", "/operatories", "/reminders")


class MirroredOffice(Office):
    """As `Office`, with a keeper that works when it is told to.

    Attributes:
        told: the progress of every page read.
    """

    keeper: MirrorKeeper
    freshness: Freshness

    def __init__(
        self, desk: FrontDesk, sikka: Sikka, line: Line, profile: Profile, told: list[Progress]
    ) -> None:
        super().__init__(desk, sikka, line, profile)
        self.told = told

    @property
    def practice(self):
        """The practice itself, and what Sikka shows of it."""
        return self.world.offices[OFFICE_ID]

    def refresh(self) -> None:
        """Sikka loads the practice: a second later, since its times count in seconds."""
        self.manual.advance(1)
        assert self.practice.refresh()

    async def office(self) -> offices.Office:
        """Its row, as the store has it now."""
        found = await self.store.offices.get(self.id)
        assert found is not None
        return found

    async def meet(self) -> None:
        """Learn who works there, in which chairs, and when: from the copy, or live."""
        self.profile = await self.desk.profiles.of(await self.office())

    async def tend(self) -> Work:
        """Let the keeper do what the office needs."""
        return await self.keeper.tend(await self.office())

    async def catch_up(self) -> Work:
        """Learn how new Sikka's copy is, and read what that asks for."""
        await self.freshness.look()
        return await self.tend()

    async def head(self) -> Mirrored:
        """The state of the copy in the store."""
        head = await self.store.mirror.head(self.id)
        assert head is not None
        return head

    async def copy(self) -> Copy:
        """The copy, which serves."""
        self.desk.copies.moved(self.id)
        copy = await self.desk.copies.of(await self.office())
        assert copy is not None
        return copy

    async def copy_in_hand(self) -> Copy:
        """The copy as this process holds it, without looking whether there is a newer one."""
        copy = await self.desk.copies.of(await self.office())
        assert copy is not None
        return copy

    def reads(self) -> int:
        """How often the practice's data was asked for."""
        return sum(self.asked("GET", path) for path in READS)


@asynccontextmanager
async def mirrored_office(
    line: Line, folder: Path, clock: ManualClock, **changes: Any
) -> AsyncGenerator[MirroredOffice]:
    """A process without loops on a line; several share the database of `folder`."""
    settings = settings_for(
        line, folder, **(MANUAL_SETTINGS | {"mirror": "on", "unreviewed": "book"} | changes)
    )
    async with connected(settings, clock) as given:
        desk = open_desk(given.store, given.sikka, Doorbell(), clock, settings)
        parts = Parts(given.store, given.sikka, desk.doorbell, clock, settings, given.owner)
        freshness = Freshness(parts)
        desk.copies.vouched_at = lambda: freshness.asked_at
        await freshness.look()
        office = (await given.store.offices.list())[0]
        told: list[Progress] = []
        unmet = copied_profile(Copy(), office, zone_of("", office.zone_name), MONDAY.date())
        seen = MirroredOffice(desk, given.sikka, line, unmet, told)
        seen.freshness = freshness
        seen.keeper = MirrorKeeper(parts, desk.copies, desk.profiles, told.append)
        yield seen
