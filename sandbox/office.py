"""One practice: its software's truth, Sikka's copy of it, and whether the office PC is on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from typing import TYPE_CHECKING, Literal, get_args

from sandbox.config import OfficeSpec
from sandbox.diary import fill_calendar
from sandbox.insurance import add_insurances
from sandbox.ledger import add_ledger
from sandbox.pms import PROFILES, PmsProfile
from sandbox.records import Records
from sandbox.reminders import add_reminders
from sandbox.seed import add_patients, add_practice
from sandbox.switches import Switches
from sandbox.zones import utc_clock, wall_clock

if TYPE_CHECKING:
    from sandbox.slots import Slot

Table = Literal["patients", "appointments", "transactions", "reminders"]
TABLES: tuple[Table, ...] = get_args(Table)


@dataclass(slots=True)
class Copy:
    """What GETs show: the rows as last uploaded, when, and when each row last came up changed.

    `written` keeps API rows already written from this copy, by list name and link base; `slots` are its
    open slots once somebody asked.
    """

    records: Records
    inserted_at: float
    loaded: dict[Table, dict[str, float]] = field(default_factory=lambda: {table: {} for table in TABLES})
    written: dict[tuple[str, str], list[dict[str, str]]] = field(
        default_factory=dict[tuple[str, str], list[dict[str, str]]]
    )
    slots: "tuple[Slot, ...] | None" = None


class Office:
    """An installation: `records` is the truth in its software, `copy` is what the API shows of it."""

    def __init__(
        self, spec: OfficeSpec, seed: int, today: date | None, clock: Callable[[], float], switches: Switches
    ) -> None:
        self.spec = spec
        self.pms: PmsProfile = PROFILES[spec.pms]
        self.switches = switches
        self.denied: set[str] = set(spec.denied)
        self.spu_online = True
        self.load_seconds = 0.0
        self._clock = clock
        self.today = today or wall_clock(clock(), spec.zone).date()
        rng = Random(f"{seed}:{spec.office_id}")
        self.secret_key = "".join(rng.choices("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=32))
        self.records = Records(last_patient_id=rng.randint(1000, 4000), last_sr_no=rng.randint(20000, 60000))
        for practice_id in (spec.practice_id, *spec.more_practice_ids):
            add_practice(self.records, rng, practice_id, self.pms, self.today)
            add_patients(self.records, rng, practice_id, spec.patients, self.today)
            fill_calendar(self.records, rng, practice_id, self.pms, self.today)
        # a chance of its own, so that the people and the calendar of a seed do not depend on the money
        money = Random(f"{seed}:{spec.office_id}:ledger")
        for practice_id in (spec.practice_id, *spec.more_practice_ids):
            add_ledger(self.records, money, practice_id, self.pms, self.today)
        insured = Random(f"{seed}:{spec.office_id}:insurance")
        for practice_id in (spec.practice_id, *spec.more_practice_ids):
            add_insurances(self.records, insured, practice_id, self.today)
        recalls = Random(f"{seed}:{spec.office_id}:recalls")
        for practice_id in (spec.practice_id, *spec.more_practice_ids):
            add_reminders(self.records, recalls, practice_id, self.today)
        now = clock()
        self.copy = Copy(self.records.snapshot(), now)
        for table in TABLES:
            self.copy.loaded[table] = dict.fromkeys(getattr(self.records, table), now)

    @property
    def office_id(self) -> str:
        """Sikka's id of the installation, such as D10001."""
        return self.spec.office_id

    def now(self) -> datetime:
        """The practice's wall clock, naive."""
        return self.local_time(self._clock())

    def local_time(self, epoch: float) -> datetime:
        """The practice's wall clock at `epoch`, naive."""
        return wall_clock(epoch, self.spec.zone)

    def cloud_time(self, epoch: float) -> datetime:
        """The naive time that Sikka's cloud writes for `epoch`, in the zone its switch says."""
        return utc_clock(epoch) if self.switches.cloud_zone == "utc" else wall_clock(epoch, self.spec.zone)

    def copy_time(self, epoch: float) -> datetime:
        """The naive time of a load of the copy, in the zone its switch says."""
        return utc_clock(epoch) if self.switches.copy_zone == "utc" else wall_clock(epoch, self.spec.zone)

    def refresh(self) -> bool:
        """Upload the truth into the copy; False, and nothing happens, while the office PC is off."""
        if not self.spu_online:
            return False
        now, old, new = self._clock(), self.copy.records, self.records.snapshot()
        loaded: dict[Table, dict[str, float]] = {}
        for table in TABLES:
            before: dict[str, object] = getattr(old, table)
            after: dict[str, object] = getattr(new, table)
            loaded[table] = {
                key: self.copy.loaded[table][key] if before.get(key) is row else now
                for key, row in after.items()
            }
        self.copy = Copy(new, now, loaded)
        return True

    @property
    def loading(self) -> bool:
        """Whether the last refresh is still being loaded (the Data-Insert header says so)."""
        return self._clock() < self.copy.inserted_at + self.load_seconds
