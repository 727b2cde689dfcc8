"""What a practice's software holds: patients, appointments, people, chairs, weeks, notes, money, insurances.

Rows are frozen, and a change replaces a row, so the read copy is a cheap snapshot of the same rows.
Dates and times are the practice's wall clock, without a zone, as the PMS keeps them.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Practice:
    """One location of an office."""

    practice_id: str
    cust_id: str
    name: str
    address: str
    city: str
    state: str
    zipcode: str
    phone: str
    website: str
    npi: str
    main: bool = True


@dataclass(frozen=True, slots=True)
class Provider:
    """A dentist, a hygienist or a member of staff; `kind` is Provider or Staff."""

    provider_id: str
    practice_id: str
    firstname: str
    lastname: str
    kind: str
    specialty: str
    active: bool = True
    user: bool = False


@dataclass(frozen=True, slots=True)
class Operatory:
    """A chair; `name` is what appointments carry, `abbreviation` is only shown."""

    name: str
    abbreviation: str
    practice_id: str
    provider_ids: tuple[str, ...]
    hygiene: bool
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class WeekSchedule:
    """One resource's week from its Sunday: per day (Sunday first) up to three "HH:MM" intervals."""

    practice_id: str
    kind: str
    resource_id: str
    sunday: date
    days: tuple[tuple[tuple[str, str], ...], ...]
    holidays: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Patient:
    """A patient; phones are kept as somebody once typed them, any of them may be empty.

    `details` are further values that a write gave, by the field's name.
    """

    patient_id: str
    practice_id: str
    firstname: str
    lastname: str
    birthdate: date | None
    middlename: str = ""
    preferred_name: str = ""
    gender: str = ""
    status: str = "Active"
    guarantor_id: str = ""
    provider_id: str = ""
    cell: str = ""
    homephone: str = ""
    workphone: str = ""
    email: str = ""
    address: str = ""
    city: str = ""
    state: str = ""
    zipcode: str = ""
    created: date | None = None
    first_visit: date | None = None
    last_visit: date | None = None
    salutation: str = ""
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Appointment:
    """An appointment; `length` is minutes, `cancelled` says that the chair is free again.

    `details` are further values that a write gave, by the field's name.
    """

    sr_no: str
    practice_id: str
    patient_id: str
    provider_id: str
    operatory: str
    start: datetime
    length: int
    description: str
    status: str
    hygienist: str = ""
    type: str = ""
    note: str = ""
    amount: str = "0.0000"
    codes: tuple[str, ...] = ()
    made: date | None = None
    changed: datetime | None = None
    confirmed_on: date | None = None
    cancelled: bool = False
    cancelled_on: date | None = None
    details: tuple[tuple[str, str], ...] = ()

    @property
    def end(self) -> datetime:
        """The wall-clock time at which the chair is free again."""
        return self.start + timedelta(minutes=self.length)


@dataclass(frozen=True, slots=True)
class Note:
    """A note in a patient's record; `made` is when it was entered, `day` the day it is about."""

    note_id: str
    practice_id: str
    patient_id: str
    provider_id: str
    type: str
    text: str
    day: date
    made: datetime
    description: str = ""
    appointment_sr_no: str = ""
    transaction_sr_nos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Transaction:
    """An entry of the ledger: a charge is above zero, a payment below.

    `kind` is Procedure, Payment or Adjustment.
    `linked_to` are the numbers, with a pipe between, of the entries it pays or refunds.
    """

    sr_no: str
    practice_id: str
    patient_id: str
    guarantor_id: str
    provider_id: str
    kind: str
    code: str
    description: str
    amount: Decimal
    day: date
    entered: date
    note: str = ""
    cheque_no: str = ""
    linked_to: str = ""
    created_by: str = ""


@dataclass(frozen=True, slots=True)
class Insurer:
    """An insurance company, as the practice knows it."""

    insurer_id: str
    practice_id: str
    name: str
    payer_id: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One insurance of one patient; `kind` is Dental Primary, Dental Secondary or the like."""

    patient_id: str
    insurer_id: str
    subscriber_id: str
    kind: str
    relation: str
    used: Decimal
    deductible_left: Decimal


@dataclass(frozen=True, slots=True)
class Reminder:
    """A recall that the software has set up: what for, when it is due, and how often."""

    reminder_id: str
    practice_id: str
    patient_id: str
    provider_id: str
    care: str
    due: date
    prior: date | None
    months: int


@dataclass(slots=True)
class Records:
    """Everything in one office's software, by the software's own ids."""

    practices: dict[str, Practice] = field(default_factory=dict[str, Practice])
    providers: dict[str, Provider] = field(default_factory=dict[str, Provider])
    operatories: dict[str, Operatory] = field(default_factory=dict[str, Operatory])
    schedules: list[WeekSchedule] = field(default_factory=list[WeekSchedule])
    patients: dict[str, Patient] = field(default_factory=dict[str, Patient])
    appointments: dict[str, Appointment] = field(default_factory=dict[str, Appointment])
    notes: dict[str, Note] = field(default_factory=dict[str, Note])
    transactions: dict[str, Transaction] = field(default_factory=dict[str, Transaction])
    reminders: dict[str, Reminder] = field(default_factory=dict[str, Reminder])
    insurers: dict[str, Insurer] = field(default_factory=dict[str, Insurer])
    subscriptions: dict[str, tuple[Subscription, ...]] = field(
        default_factory=dict[str, tuple[Subscription, ...]]
    )
    last_patient_id: int = 0
    last_sr_no: int = 0
    last_note_id: int = 0
    last_transaction_sr_no: int = 0

    def snapshot(self) -> "Records":
        """The same rows in containers of their own: what a refresh uploads."""
        return replace(
            self,
            practices=dict(self.practices),
            providers=dict(self.providers),
            operatories=dict(self.operatories),
            schedules=list(self.schedules),
            patients=dict(self.patients),
            appointments=dict(self.appointments),
            notes=dict(self.notes),
            transactions=dict(self.transactions),
            reminders=dict(self.reminders),
            insurers=dict(self.insurers),
            subscriptions=dict(self.subscriptions),
        )

    def new_patient_id(self) -> str:
        """The next patient id of this software."""
        self.last_patient_id += 1
        return str(self.last_patient_id)

    def new_sr_no(self) -> str:
        """The next appointment number of this software."""
        self.last_sr_no += 1
        return str(self.last_sr_no)

    def new_note_id(self) -> str:
        """The next note id of this software."""
        self.last_note_id += 1
        return str(self.last_note_id)

    def new_transaction_sr_no(self) -> str:
        """The next number in this software's ledger."""
        self.last_transaction_sr_no += 1
        return str(self.last_transaction_sr_no)

    def in_the_way(
        self, practice_id: str, operatory: str, start: datetime, length: int, but: str = ""
    ) -> Appointment | None:
        """The appointment that holds the chair in `[start, start + length)`, leaving out number `but`."""
        end = start + timedelta(minutes=length)
        for row in self.appointments.values():
            if (
                row.operatory == operatory
                and row.practice_id == practice_id
                and not row.cancelled
                and row.sr_no != but
                and row.start < end
                and start < row.end
            ):
                return row
        return None
