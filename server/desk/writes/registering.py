"""Registering a new patient: by whom they will be seen, whether they are here already, and the row."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Final

from server.desk.office import Profile
from server.desk.people.matching import fold
from server.desk.proofs import SlotOffer
from server.desk.writes.requests import Put, Requests
from server.sikka import bodies
from server.sikka.bodies import Write
from server.sikka.pms_fields import Operation
from store.handles import Kind
from store.ledger_rows import Writeback
from store.ledger_states import UNDONE

LATEST: Final = 50  # rows of one person that are looked at: more were never asked for


@dataclass(frozen=True)
class Newcomer:
    """A person to be registered, as they said it.

    Attributes:
        phone: as `phones.normal_phone` gives it.
        email: "" for none.
    """

    first: str = field(repr=False)
    last: str = field(repr=False)
    born: dt.date = field(repr=False)
    phone: str = field(repr=False)
    email: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """First and last name, as said."""
        return f"{self.first} {self.last}"

    @property
    def person(self) -> tuple[str, ...]:
        """What is the same however the name is spelled out loud."""
        return (" ".join(fold(self.name)), self.born.isoformat())


class Registering(Requests):
    """Puts registrations down."""

    async def provider(self, profile: Profile, scope_key: str | None) -> str:
        """Whom a new patient will see; "" where nobody can be named.

        Whom this call was offered, if the charter says that they take new patients, else the first who
        does. Without a charter's word the setting decides, then the offer.
        """
        takers = [one.id for one in profile.charter.providers if one.takes_new_patients]
        offered = await self._offered(profile, scope_key)
        if profile.charter.providers:
            return offered if offered in takers else next(iter(takers), "")
        return self._settings.new_patient_provider or offered

    async def _offered(self, profile: Profile, scope_key: str | None) -> str:
        if scope_key is None:
            return ""
        offered = await self._store.handles.latest(
            Kind.SLOT, office=profile.office.id, scope_key=scope_key, now=self._clock.now()
        )
        return SlotOffer.read(offered.payload).opening.provider_id if offered else ""

    async def demand(self, profile: Profile) -> None:
        """Raise Unanswerable (`NOT_SUPPORTED`) where the office's software registers nobody; SikkaError."""
        (await self._profiles.rulebook(profile.office)).demand(Operation.REGISTER)

    async def write(self, profile: Profile, newcomer: Newcomer, provider_id: str) -> Write:
        """The request as the office's software takes it.

        Raises:
            Unanswerable: it takes none (`NOT_SUPPORTED`), or `Unfit`, with the field that it objects to.
            SikkaError: what it takes cannot be read now.
        """
        write = bodies.new_patient(
            practice_id=profile.office.practice_id,
            provider_id=provider_id,
            first=newcomer.first,
            last=newcomer.last,
            birth_date=newcomer.born,
            further={"cell": newcomer.phone, "email": newcomer.email},
        )
        return await self.fit(profile, Operation.REGISTER, write)

    async def asked(self, profile: Profile, newcomer: Newcomer) -> Writeback | None:
        """The registration of the same name and birth date that is under way or done; the newest.

        The phone does not count here: a second number makes nobody a second person.
        """
        key = self._person_key(profile, newcomer)
        rows = await self._ledger.by_patient(profile.office.id, key, LATEST)
        # Bookings that wait for the registration bear the same key.
        made = (row for row in rows if row.operation == Operation.REGISTER)
        return next((row for row in made if row.state not in UNDONE and not row.wish), None)

    async def with_another_birth_date(
        self, profile: Profile, newcomer: Newcomer, scope_key: str | None
    ) -> bool:
        """Whether this call has sent a registration of that name and phone before, born on another day."""
        if scope_key is None:
            return False
        rows = await self._ledger.by_scope(profile.office.id, scope_key, LATEST)
        return any(
            _is_namesake(row, newcomer)
            for row in rows
            if row.operation == Operation.REGISTER and row.state not in UNDONE and not row.wish
        )

    async def register(
        self, profile: Profile, newcomer: Newcomer, write: Write, scope_key: str | None
    ) -> Put:
        """Put a registration down. The same name, birth date and phone is the same request.

        Args:
            profile: of the office.
            newcomer: who it is.
            write: as `write` made it.
            scope_key: of the call.
        """
        return await self._put(
            profile,
            self._new(
                profile,
                Operation.REGISTER,
                write,
                facts={
                    "first_name": newcomer.first,
                    "last_name": newcomer.last,
                    "birth_date": newcomer.born.isoformat(),
                    "phone": newcomer.phone,
                    "provider_id": write.body.get("provider_id", ""),
                    "patient_id": "",
                },
                natural_key=self._index.keyed_hash(
                    Operation.REGISTER, profile.office.id, *newcomer.person, newcomer.phone
                ),
                patient_key=self._person_key(profile, newcomer),
                scope_key=scope_key,
            ),
        )

    def _person_key(self, profile: Profile, newcomer: Newcomer) -> str:
        return self._index.keyed_hash("newcomer", profile.office.id, *newcomer.person)


def _is_namesake(row: Writeback, newcomer: Newcomer) -> bool:
    name = f"{row.facts['first_name']} {row.facts['last_name']}"
    return (
        fold(name) == fold(newcomer.name)
        and row.facts["phone"] == newcomer.phone
        and row.facts["birth_date"] != newcomer.born.isoformat()
    )
