"""What the desk reads: each office's kept copy, held in memory while it is used, and whether it may serve."""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

import anyio
import anyio.lowlevel
import structlog

from server.clock import Clock
from server.desk.copies.office import Copy
from server.settings import Settings
from server.sikka.copied import INSERTING, LAYOUT
from server.sikka.errors import SikkaError
from store.errors import SealBroken
from store.mirror import Mirror, Mirrored
from store.offices import Office

LOOK_SECONDS: Final = 1.0  # another process may have loaded something; ours says so itself
VOUCHED_ROUNDS: Final = 5  # rounds of questions to Sikka that may fail before nobody vouches for a copy
LEAST_VOUCHED_MS: Final = 300_000
LET_ALONE_SECONDS: Final = 10.0
STEPS_AT_ONCE: Final = 20  # of a rehearsal, about a millisecond; then whoever waits has their turn
CLOCKS_APART_MS: Final = 5_000  # of two processes

Result = TypeVar("Result")
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Mark:
    """What goes with an answer that was read.

    Attributes:
        as_of: Sikka's load that was read, as far as is known; "" where nothing is.
        stale: whether no kept copy vouched for it: it was read live, or from a copy that is behind.
    """

    as_of: str
    stale: bool


@dataclass
class _Held:
    """A copy in memory. `looked` and `used` are monotonic seconds."""

    copy: Copy
    head: Mirrored
    looked: float
    used: float
    rehearsed: bool = False


@dataclass
class _Place:
    """Where one office's copy is held, who is bringing it in, and when Sikka was last asked in vain."""

    held: _Held | None = None
    in_vain: float = float("-inf")
    lock: anyio.Lock = field(default_factory=anyio.Lock)


class Copies:
    """The copies of all offices, shared by every call of the process.

    Attributes:
        vouched_at: when Sikka last told how new its copies are (UTC ms); None before it did. Without that
            a copy may be of yesterday, and does not serve.
    """

    def __init__(self, mirror: Mirror, clock: Clock, settings: Settings) -> None:
        self._mirror = mirror
        self._clock = clock
        self._settings = settings
        self._places: defaultdict[str, _Place] = defaultdict(_Place)
        self.vouched_at: Callable[[], int | None] = lambda: None

    async def of(self, office: Office) -> Copy | None:
        """The office's copy, as new as any process has it; None where it is cold, behind, or switched off."""
        held = await self._current(office.id)
        return held.copy if held is not None and self._serves(held.head) else None

    async def behind(self, office: Office) -> Copy | None:
        """The office's copy though it may be behind; None where there is none."""
        held = await self._current(office.id)
        return held.copy if held is not None else None

    async def unseen(self, office: Office, patient_id: str) -> bool:
        """Whether somebody has a chart and was never seen, as far as a copy tells, be it behind or not."""
        copy = await self.behind(office)
        return copy is not None and copy.patients.unseen(patient_id)

    async def reading(
        self, office: Office, of_copy: Callable[[Copy], Result], live: Callable[[], Awaitable[Result]]
    ) -> Result:
        """What the copy says; while it cannot serve, what Sikka says, and if it says nothing, the old copy.

        Raises:
            SikkaError: there is no copy, and Sikka cannot be asked now.
        """
        copy = await self.of(office)
        if copy is not None:
            return of_copy(copy)
        old, place = await self.behind(office), self._places[office.id]
        if old is None:
            return await live()
        # Asked once in vain, Sikka is let alone for a while: one call reads several times.
        if self._clock.monotonic() - place.in_vain >= LET_ALONE_SECONDS:
            with anyio.move_on_after(self._settings.slot_check_seconds):
                try:
                    return await live()
                except SikkaError as error:
                    log.warning("read_from_old_copy", office=office.id, error=type(error).__name__)
            place.in_vain = self._clock.monotonic()
        return of_copy(old)

    async def mark(self, office: Office) -> Mark:
        """What goes with what was just read of an office."""
        if self._settings.mirror == "off":
            return Mark(office.as_of, stale=False)
        held = await self._current(office.id)
        if held is None:
            return Mark(office.as_of, stale=True)
        return Mark(held.head.as_of, stale=not self._serves(held.head))

    def moved(self, office_id: str) -> None:
        """This process has loaded something of an office (by our id): look at the next call."""
        held = self._places[office_id].held
        if held is not None:
            held.looked = float("-inf")

    def forget_idle(self) -> int:
        """Take copies that nobody has used for a while out of memory. Returns how many."""
        until = self._clock.monotonic() - self._settings.mirror_idle_minutes * 60
        idle = [place for place in self._places.values() if place.held and place.held.used < until]
        for place in idle:
            place.held = None
        return len(idle)

    async def rehearse(self) -> int:
        """Have the names of copies that are new in memory looked at, between other work. Returns how many."""
        new = [place.held for place in self._places.values() if place.held and not place.held.rehearsed]
        for held in new:
            held.rehearsed = True
            for step, _ in enumerate(held.copy.patients.roster.rehearse()):
                if step % STEPS_AT_ONCE == 0:
                    await anyio.lowlevel.checkpoint()
        return len(new)

    def _serves(self, head: Mirrored) -> bool:
        now = self._clock.now()
        asked = self.vouched_at()
        vouched = max(LEAST_VOUCHED_MS, VOUCHED_ROUNDS * 1000 * self._settings.freshness_seconds)
        if asked is None or now - asked > vouched:
            return False
        if head.as_of == head.newest_as_of or head.newest_seen_at is None:
            return True
        # While Sikka loads the office its own lists are half of each: what we have is the better copy.
        late = now - head.newest_seen_at > self._settings.mirror_behind_seconds * 1000
        return not late or head.failure == INSERTING

    async def _current(self, office_id: str) -> _Held | None:
        if self._settings.mirror == "off":
            return None
        place = self._places[office_id]
        now = self._clock.monotonic()
        if place.held is None or now - place.held.looked >= LOOK_SECONDS:
            async with place.lock:
                if place.held is None or now - place.held.looked >= LOOK_SECONDS:
                    place.held = await self._look(office_id, place.held)
        if place.held is not None:
            place.held.used = now
        return place.held

    async def _look(self, office_id: str, held: _Held | None) -> _Held | None:
        now = self._clock.monotonic()
        head = await self._mirror.head(office_id)
        if head is None or not head.ready or head.layout != LAYOUT:
            return None
        try:
            copy = await self._brought_up(office_id, held.copy if held else None, head)
        except SealBroken:
            log.error("copy_damaged", office=office_id)
            await self._mirror.forget(office_id)
            return None
        copy.version, copy.as_of = head.version, head.as_of
        copy.read_from = (head.read_from or 0) - CLOCKS_APART_MS
        known = held is not None and held.rehearsed and held.copy is copy
        return _Held(copy, head, looked=now, used=now, rehearsed=known)

    async def _brought_up(self, office_id: str, copy: Copy | None, head: Mirrored) -> Copy:
        if copy is not None and copy.version == head.version:
            return copy
        if copy is not None and head.forgotten <= copy.version < head.version:
            changed = await self._mirror.changed(office_id, copy.version)
            if changed is not None:
                copy.take(changed)
                return copy
        copy = Copy()
        async for portion in self._mirror.whole(office_id):
            copy.take(portion)
            await anyio.lowlevel.checkpoint()
        return copy
