"""The desk put together: everything a tool may ask of it."""

from dataclasses import dataclass

from server.clock import Clock
from server.desk.accounts import Accounts
from server.desk.charter.standing import Charters
from server.desk.copies.age import Ages
from server.desk.copies.copies import Copies
from server.desk.doorbell import Doorbell
from server.desk.gate import Gate
from server.desk.identity import Identity
from server.desk.inbox import DeskInbox
from server.desk.office import Profiles
from server.desk.patients import Patients
from server.desk.times.calendar import Calendar
from server.desk.times.finding import Finding
from server.desk.times.holds import SlotHolds
from server.desk.times.listed_slots import ListedSlots
from server.desk.waiting import Waiting
from server.desk.writes.booking import Booking
from server.desk.writes.cancelling import Cancelling
from server.desk.writes.moving import Moving
from server.desk.writes.records import Records
from server.desk.writes.registering import Registering
from server.desk.writes.requests import Ground
from server.settings import Settings
from server.sikka.client import Sikka
from store.opening import Store


@dataclass(frozen=True)
class FrontDesk:
    """The parts of one desk, which serves all offices of the process."""

    store: Store
    clock: Clock
    settings: Settings
    doorbell: Doorbell
    copies: Copies
    charters: Charters
    ages: Ages
    gate: Gate
    profiles: Profiles
    patients: Patients
    identity: Identity
    calendar: Calendar
    finding: Finding
    booking: Booking
    cancelling: Cancelling
    moving: Moving
    registering: Registering
    records: Records
    waiting: Waiting
    inbox: DeskInbox
    accounts: Accounts


def open_desk(store: Store, sikka: Sikka, doorbell: Doorbell, clock: Clock, settings: Settings) -> FrontDesk:
    """A desk over a store and a Sikka client."""
    charters = Charters(store.profiles, settings)
    copies = Copies(store.mirror, clock, settings)
    profiles = Profiles(sikka, clock, settings, charters, copies)
    ages = Ages(clock)
    gate = Gate(store, charters, ages, clock)
    calendar = Calendar(store.ledger, sikka, clock, settings, copies)
    patients = Patients(sikka, copies)
    ground = Ground(store, doorbell, clock, settings, profiles, gate)
    return FrontDesk(
        store=store,
        clock=clock,
        settings=settings,
        copies=copies,
        charters=charters,
        ages=ages,
        gate=gate,
        doorbell=doorbell,
        profiles=profiles,
        patients=patients,
        identity=Identity(patients, store, clock, settings),
        calendar=calendar,
        finding=Finding(
            calendar, store.ledger, SlotHolds(store, clock, settings), ListedSlots(sikka, clock), clock
        ),
        booking=Booking(ground, copies),
        cancelling=Cancelling(ground),
        moving=Moving(ground, calendar.stands),
        registering=Registering(ground),
        records=Records(ground, sikka, copies),
        waiting=Waiting(store.ledger, doorbell, clock),
        inbox=DeskInbox(store, clock),
        accounts=Accounts(sikka, clock),
    )
