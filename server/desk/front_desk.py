"""The desk put together: everything a tool may ask of it."""

from dataclasses import dataclass

from server.clock import Clock
from server.desk.booking import Booking
from server.desk.calendar import Calendar
from server.desk.doorbell import Doorbell
from server.desk.inbox import DeskInbox
from server.desk.moving import Moving
from server.desk.office import Profiles
from server.desk.patients import Patients
from server.desk.records import Records
from server.desk.registering import Registering
from server.desk.waiting import Waiting
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
    profiles: Profiles
    patients: Patients
    calendar: Calendar
    booking: Booking
    moving: Moving
    registering: Registering
    records: Records
    waiting: Waiting
    inbox: DeskInbox


def open_desk(store: Store, sikka: Sikka, doorbell: Doorbell, clock: Clock, settings: Settings) -> FrontDesk:
    """A desk over a store and a Sikka client."""
    profiles = Profiles(sikka, clock, settings)
    return FrontDesk(
        store=store,
        clock=clock,
        settings=settings,
        doorbell=doorbell,
        profiles=profiles,
        patients=Patients(sikka),
        calendar=Calendar(store.ledger, sikka, clock, settings),
        booking=Booking(store, doorbell, clock, settings, profiles),
        moving=Moving(store, doorbell, clock, settings, profiles),
        registering=Registering(store, doorbell, clock, settings, profiles),
        records=Records(store, doorbell, clock, settings, profiles, sikka),
        waiting=Waiting(store.ledger, doorbell, clock),
        inbox=DeskInbox(store, clock),
    )
