"""The test bookings: made, waited for, and cancelled again whatever happens."""

import contextlib
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import anyio

from server.clock import Clock
from server.desk.times.openings import Opening
from server.shakedown.probe import TROUBLE, Probe, Seen
from server.sikka import bodies, formats, models
from server.sikka.errors import NoAnswer, NotSent
from server.sikka.pms_fields import Operation
from server.sikka.pms_fitting import Misfit, fitted
from server.sikka.vocabularies import Vocabulary
from store.offices import Office

DESCRIPTION: Final = "Chairtime test visit. Please ignore"
SLOWEST_POLL_SECONDS: Final = 15.0
MARGIN: Final = 20  # a look for every twentieth of the time that has passed


@dataclass
class Write:
    """One write of this run.

    Attributes:
        id: of the writeback; "" where the answer to it was lost.
        opening: of a booking.
        seconds: from acceptance to the look that found it done.
        row: its row of writeback_status, once done.
        settled: whether nothing of it is left in the practice's calendar: refused, deleted or cancelled.
    """

    what: str
    id: str
    opening: Opening | None = None
    sent_at: float = 0.0
    seconds: float | None = None
    row: dict[str, str] = field(default_factory=dict[str, str])
    settled: bool = False

    @property
    def done(self) -> bool:
        """Whether the practice's system has answered."""
        return bool(self.row)

    @property
    def ok(self) -> bool:
        """Whether it did what was asked."""
        said = self.row.get("status", "").casefold()
        return self.done and said == "success" and not formats.truth(self.row.get("has_error", ""))

    @property
    def sr_no(self) -> str:
        """The appointment that a booking made."""
        return self.row.get("appointment_sr_no", "") or self.row.get("created_id", "")


@dataclass(frozen=True)
class Sent:
    """What came of handing a write over; ``write`` is None where Sikka refused it at once."""

    seen: Seen
    write: Write | None


class Bookings:
    """Writes for the test patient, and nobody else.

    Args:
        cancelled_word: the office's own.
        patience: seconds for which an outcome is waited for.
        poll: seconds between two looks, at first.
    """

    def __init__(
        self,
        probe: Probe,
        office: Office,
        patient: models.Patient,
        vocabulary: Vocabulary,
        clock: Clock,
        *,
        cancelled_word: str,
        patience: float,
        poll: float,
    ) -> None:
        self.probe = probe
        self.patient = patient
        self.office = office
        self.vocabulary = vocabulary
        self._clock = clock
        self._cancelled_word = cancelled_word
        self._patience = patience
        self._poll = poll
        self.writes: list[Write] = []
        self.status_wrapped: bool | None = None

    @property
    def pms(self) -> str:
        """The system, with its version."""
        return f"{self.office.pms} {self.office.pms_version}".strip()

    def body(self, opening: Opening, **changes: str) -> dict[str, str]:
        """A booking as the system takes it, and then changed. Raises Misfit: it takes none of ours."""
        write = bodies.new_appointment(
            practice_id=self.office.practice_id,
            patient_id=self.patient.patient_id,
            provider_id=opening.provider_id,
            operatory=opening.operatory,
            start=opening.start,
            length_minutes=opening.length_minutes,
            description=DESCRIPTION,
        )
        return {**fitted(write, self.pms, Operation.BOOK, self.vocabulary).body, **changes}

    async def book(self, opening: Opening, what: str, **changes: str) -> Sent:
        """Hand a booking over. Raises Misfit, NotSent, NoAnswer; after NoAnswer it is among the writes."""
        return await self.send(what, "POST", "/appointment", self.body(opening, **changes), opening)

    async def send(
        self, what: str, method: str, path: str, body: Mapping[str, str], opening: Opening | None = None
    ) -> Sent:
        """Hand a write over, and note it before it goes. Raises NotSent, NoAnswer."""
        write = Write(what, "", opening, sent_at=self._clock.monotonic(), settled=opening is None)
        self.writes.append(write)
        try:
            seen = await self.probe.write(method, path, body)
        except NotSent:
            self.writes.remove(write)
            raise
        if not seen.ok and seen.status not in TROUBLE:
            self.writes.remove(write)
            return Sent(seen, None)
        write.id = id_of(seen) if seen.ok else ""
        return Sent(seen, write)

    async def wait(self, *writes: Write) -> None:
        """Until each is done, or patience ends. Raises NotSent, NoAnswer."""
        began = self._clock.monotonic()
        while True:
            for write in writes:
                if not write.done:
                    await self.look(write)
            passed = self._clock.monotonic() - began
            if all(write.done or not write.id for write in writes) or passed > self._patience:
                return
            await self._clock.sleep(min(max(self._poll, passed / MARGIN), SLOWEST_POLL_SECONDS))

    async def look(self, write: Write) -> None:
        """Whether a write is done by now."""
        if not write.id:
            return
        seen = await self.probe.read("/writeback_status", {"id": write.id})
        row = next((row for row in seen.rows if row.get("id") == write.id), None)
        if row is not None and formats.truth(row.get("is_completed", "")):
            self.status_wrapped = seen.wrapped
            write.row, write.seconds = row, round(self._clock.monotonic() - write.sent_at, 1)
            if not write.ok:
                write.settled = True

    async def take_back(self, write: Write) -> Seen:
        """Delete a pending write."""
        seen = await self.probe.delete(write.id)
        if seen.ok and seen.code == "API4006":
            write.settled = True
        return seen

    async def cancel(self, write: Write) -> Write | None:
        """Cancel a booking that got through; the write that did, None where it was not taken."""
        change = bodies.cancellation(
            practice_id=self.office.practice_id,
            appointment_sr_no=write.sr_no,
            value=self._cancelled_word,
            note=DESCRIPTION,
        )
        change = replace(change, body=fitted(change, self.pms, Operation.CANCEL, self.vocabulary).body)
        made = (await self.send("cancellation", change.method, change.endpoint, change.body)).write
        if made is None:
            return None
        await self.wait(made)
        write.settled = made.ok
        return made

    async def clean_up(self) -> list[str]:
        """Cancel what is left, and say what could not be: one line each, for a person to do by hand."""
        left: list[str] = []
        for write in [each for each in self.writes if each.opening is not None and not each.settled]:
            with contextlib.suppress(NotSent, NoAnswer, Misfit):
                await self._remove(write)
            if not write.settled:
                left.append(_by_hand(write))
        return left

    async def _remove(self, write: Write) -> None:
        if not write.id:
            await self._recognise(write)
        if not write.id:
            return
        await self.look(write)
        if not write.done and not (await self.take_back(write)).ok:
            await self.wait(write)
        if write.ok and write.sr_no and not write.settled:
            await self.cancel(write)

    async def _recognise(self, write: Write) -> None:
        """Find a booking whose answer was lost in the list of writes, by what only it says."""
        assert write.opening is not None  # noqa: S101 - only bookings are removed
        today = dt.datetime.fromtimestamp(self._clock.now() / 1000, dt.UTC).date()
        first, last = today - dt.timedelta(days=1), today + dt.timedelta(days=1)
        seen = await self.probe.read_app(
            "/writebacks", {"startdate": formats.wire_day(first), "enddate": formats.wire_day(last)}
        )
        known = {each.id for each in self.writes}
        start = write.opening.start
        parts = (
            f"patient_id={self.patient.patient_id}",
            f"date={formats.wire_day(start.date())}",
            f"time={formats.wire_time(start.time())}",
        )
        for row in seen.rows:
            echo = f"{row.get('api_request_body', '')}&"
            if row.get("id") not in known and all(f"{part}&" in echo for part in parts):
                write.id = row.get("id", "")


def id_of(seen: Seen) -> str:
    """The writeback's id in an acknowledgement."""
    return formats.write_id(seen.body.get("long_message", "")) or seen.body.get("id", "").strip()


def _by_hand(write: Write) -> str:
    opening = write.opening
    assert opening is not None  # noqa: S101 - only bookings are told of
    known = "may be there" if not write.done else "is there"
    number = f"; Sikka's id of the write is {write.id}" if write.id else ""
    return (
        f"{opening.start:%Y-%m-%d %H:%M}, {opening.length_minutes} minutes, in {opening.operatory}: "
        f"the test visit {known}{number}. Have the office cancel it."
    )


async def shielded(bookings: Bookings, seconds: float) -> list[str]:
    """The clean-up, whatever ended the run; within some time, since a person waits."""
    with anyio.move_on_after(seconds, shield=True):
        return await bookings.clean_up()
    return [_by_hand(each) for each in bookings.writes if each.opening is not None and not each.settled]
