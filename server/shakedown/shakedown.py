"""What `chairtime shakedown` does: reads, then writes for one test patient, and leaves nothing behind."""

import datetime as dt
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from rich.console import Console

from server.app import Connection, connected
from server.connecting.asking import Asker
from server.desk.answers import Unanswerable
from server.desk.charter.standing import Charters
from server.desk.doorbell import Doorbell
from server.desk.front_desk import FrontDesk, open_desk
from server.desk.office import Profile
from server.desk.times.calendar import Wanted
from server.desk.times.openings import Opening
from server.desk.times.reasons import EXAM
from server.doctor.findings import finding_of
from server.failures import ConfigurationError, Failure
from server.hosting.stdio import ended_by_signals
from server.operators.live_office import one_office
from server.operators.records import label
from server.settings import Settings
from server.shakedown import key_questions, patient, read_questions, write_questions
from server.shakedown.bookings import Bookings, shielded
from server.shakedown.facts import Facts
from server.shakedown.patient import Sought
from server.shakedown.probe import Probe
from server.shakedown.questions import QUESTIONS, Topic
from server.shakedown.report import Report, refuse_unwritable
from server.sikka import formats, models
from server.sikka.errors import SikkaError
from server.sikka.pms_fields import Operation
from server.sikka.pms_fitting import Misfit
from server.sikka.transport import Timeouts, open_transport
from server.sikka.vocabularies import read_vocabulary
from store.offices import Office

FIRST_DAY, LAST_DAY = 14, 60  # far enough ahead that nobody plans with that time, and within most schedules
FAILED: Final = 1
WHO: Final = (
    "Name the test patient as the practice's system spells it: --first-name, --last-name and --birth-date "
    "YYYY-MM-DD. Nothing was asked of Sikka. To read only, give --reads-only."
)
AGREE: Final = (
    "Say --yes to let this write for the test patient; nobody is there to ask. Nothing was written. "
    "To read only, give --reads-only."
)


@dataclass(frozen=True)
class Request:
    """What the person gave along.

    Attributes:
        sought: the test patient; None to read only.
        out: file for the report.
        patience: seconds for which a write's outcome is waited for.
        agree: asked before the first write.
    """

    office: str
    out: str
    patience: float
    sought: Sought | None = field(repr=False)
    agree: Callable[[str], bool] = field(repr=False)


def sought(asker: Asker, first: str, last: str, born: str) -> Sought:
    """The test patient as given, or asked for. Raises ConfigurationError: one of the three is missing."""
    first = first or asker.text("The test patient's first name", missing=WHO)
    last = last or asker.text("The test patient's last name", missing=WHO)
    born = born or asker.text("The test patient's birth date (YYYY-MM-DD)", missing=WHO)
    if not (first and last) or formats.day(born) is None:
        raise ConfigurationError(WHO)
    return Sought(first, last, born)


async def shakedown(settings: Settings, wanted: Request) -> int:
    """Run it and say what was learned. Returns 0; 1 where it ended early or left something behind.

    Raises:
        Failure: before anything was learned: the report cannot be written, or the office, or the test
            patient, is not the one.
        ConfigurationError: nobody agreed to the first write.
    """
    await refuse_unwritable(wanted.out)
    console = Console(highlight=False)
    ended: Failure | ConfigurationError | None = None
    report: Report | None = None
    async with (
        connected(settings) as connection,
        open_transport(settings.sikka_base_url, Timeouts(read=settings.read_timeout_seconds)) as transport,
    ):
        try:
            office = await one_office(connection, wanted.office, "Nothing was asked.")
            now = dt.datetime.fromtimestamp(connection.clock.now() / 1000, dt.UTC)
            report = Report(office, Facts(), now.isoformat(timespec="seconds"))
            key = await connection.sikka.keys.current(office.office_id)
            probe = Probe(connection, transport, office, key.request_key)
            await _Run(connection, probe, office, wanted, report, console).all()
        except (Failure, ConfigurationError) as failure:
            ended = failure
        except SikkaError as error:
            finding = finding_of(error)
            ended = Failure(f"{finding.says} {finding.advice} See more with: chairtime doctor")
    if ended is not None:
        raise ended
    assert report is not None  # noqa: S101 - else it has ended
    report.show(console)
    await report.save(wanted.out)
    console.print(f"\nAll of it is in {wanted.out}, without patients' data.", markup=False, soft_wrap=True)
    return FAILED if report.left or report.stopped else 0


class _Run:
    """One run at one office."""

    def __init__(
        self,
        connection: Connection,
        probe: Probe,
        office: Office,
        wanted: Request,
        report: Report,
        console: Console,
    ) -> None:
        self._connection = connection
        self._probe = probe
        self._office = office
        self._wanted = wanted
        self._report = report
        self._facts = report.facts
        self._console = console

    async def all(self) -> None:
        """Reads, keys, the test patient, and writes."""
        who = None
        if self._wanted.sought is not None:  # first: what is no test patient ends it before anything is done
            who = await patient.find(
                self._connection.sikka, self._office, self._wanted.sought, await self._cancelled_word()
            )
            self._facts.secret |= _values(who)
        desk = open_desk(
            self._connection.store,
            self._connection.sikka,
            Doorbell(),
            self._connection.clock,
            self._connection.settings,
        )
        profile = await desk.profiles.of(self._office)
        with self._console.status("Reading ..."):
            now = self._connection.clock.now()
            look = read_questions.Look(self._probe, self._office, profile.zone, now, self._facts)
            await read_questions.ask(look)
            await key_questions.ask(self._connection, self._probe, self._office, profile.zone, self._facts)
            if who is not None:
                await patient.ask(self._probe, who, self._facts)
        if who is None:
            names = [one.name for one in QUESTIONS if one.topic in {Topic.PATIENT, Topic.WRITES}]
            self._facts.unknown(names, "only reads were wanted, and no test patient was named")
            return
        await self._write(desk, profile, who)

    async def _cancelled_word(self) -> str:
        """What the office has said; "" where it has said nothing."""
        charters = Charters(self._connection.store.profiles, self._connection.settings)
        return (await charters.of(self._office.id)).policy.cancelled_word

    async def _write(self, desk: FrontDesk, profile: Profile, who: models.Patient) -> None:
        lacking = await self._lacking(profile)
        openings = [] if lacking else await _openings(desk, profile)
        if not lacking and not openings:
            lacking = (
                f"no time is known to be free {FIRST_DAY} to {LAST_DAY} days from now; "
                "where Sikka shows no hours, apply a profile with hours first"
            )
        if lacking:
            self._stop(lacking)
            return
        first, second = openings[0], openings[-1]
        question = (
            f"Book {first.start:%Y-%m-%d %H:%M} in {first.operatory} and {second.start:%Y-%m-%d %H:%M} in "
            f"{second.operatory} of {label(self._office)}, {first.length_minutes} minutes each, for the test "
            "patient, and cancel it all again?"
        )
        if not self._wanted.agree(question):
            raise ConfigurationError(AGREE)
        calls = self._connection.sikka.office(self._office.office_id, live=False)
        settings = self._connection.settings
        name = f"{self._office.pms} {self._office.pms_version}".strip()
        bookings = Bookings(
            self._probe,
            self._office,
            who,
            await read_vocabulary(
                calls, name, [Operation.BOOK, Operation.CANCEL], practice_id=self._office.practice_id
            ),
            self._connection.clock,
            cancelled_word=profile.cancelled_word,
            patience=self._wanted.patience,
            poll=settings.poll_seconds,
        )
        trial = write_questions.Trial(
            bookings, first, second, profile.zone, self._connection.clock, self._facts
        )
        self._report.wrote = True
        ended = True
        # At Ctrl-C Python ends it likewise, and what is left behind is said.
        async with ended_by_signals(signal.SIGTERM):
            try:
                with self._console.status("Writing for the test patient, and waiting for its outcomes ..."):
                    await trial.run()
            except write_questions.CannotWrite as error:
                self._stop(str(error))
            except Misfit as error:
                self._stop(f"this software takes no booking without {error.field}, which cannot be made up")
            except SikkaError as error:
                self._stop(f"Sikka could not be asked ({type(error).__name__})")
            finally:
                self._report.left = await shielded(bookings, self._wanted.patience)
                self._report.wrote = bool(bookings.writes)
                for line in self._report.left:  # also where the run is being ended, and no report follows
                    self._console.print(f"Left behind: {line}", markup=False, soft_wrap=True)
            ended = False
        if ended:
            self._stop("it was told to end")

    async def _lacking(self, profile: Profile) -> str:
        """What writing needs, and is not there; "" where all is."""
        if not profile.cancelled_word:
            return "the office's list has no word for cancelled, so a test booking could not be cancelled"
        status = await self._probe.read("/writeback_status", {"id": "1"})
        if not status.ok:
            return f"writeback_status is refused ({status.answer}), so no outcome could be seen"
        return ""

    def _stop(self, why: str) -> None:
        self._report.stopped = why
        names = [one.name for one in QUESTIONS if one.topic is Topic.WRITES]
        self._facts.unknown(names, f"it ended early: {why}")


async def _openings(desk: FrontDesk, profile: Profile) -> list[Opening]:
    """Free times some weeks ahead: the first, and the last that does not touch it."""
    try:
        today = profile.clock(desk.clock.now()).date()
        days = (today + dt.timedelta(days=FIRST_DAY), today + dt.timedelta(days=LAST_DAY))
        free = await desk.calendar.free(profile, Wanted(EXAM, *days))
    except Unanswerable:  # no zone, or no hours
        return []
    if not free:
        return []
    first = free[0]
    apart = [each for each in free if each.start >= first.start + dt.timedelta(minutes=first.length_minutes)]
    return [first, apart[0]] if apart else []


def _values(who: models.Patient) -> set[str]:
    """All that is known of somebody, which no report may repeat."""
    texts = {str(getattr(who, name)).strip() for name in type(who).model_fields}
    return {text for text in texts if len(text) > 1 and text.casefold() not in {"active", "true", "false"}}
