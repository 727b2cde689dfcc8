"""What every request of a caller has in common on its way into the ledger."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from server.clock import Clock
from server.desk.doorbell import Doorbell
from server.desk.gate import Gate, Wish
from server.desk.office import Profile, Profiles
from server.desk.proofs import said_to_be
from server.desk.together import to_the_end
from server.desk.zones import moment_of
from server.settings import Settings
from server.sikka.bodies import Write
from server.sikka.pms_fields import Operation
from store.ledger_rows import NewWriteback, Writeback
from store.opening import Store
from store.sealing import Index


@dataclass(frozen=True)
class Put:
    """A row in the ledger after a request.

    Attributes:
        row: as it is now.
        new: False where the same request was there already.
    """

    row: Writeback
    new: bool


def appointment_key(index: Index, office: str, appointment_sr_no: str) -> str:
    """The keyed hash under which an appointment's rows are found."""
    return index.keyed_hash("appointment", office, appointment_sr_no)


@dataclass(frozen=True)
class Ground:
    """What all requests are put down with."""

    store: Store
    doorbell: Doorbell
    clock: Clock
    settings: Settings
    profiles: Profiles
    gate: Gate


class Requests:
    """Puts down what a caller wants done, if the office's software would take it. It sends nothing."""

    def __init__(self, ground: Ground) -> None:
        self._store = ground.store
        self._ledger = ground.store.ledger
        self._index = ground.store.index
        self._doorbell = ground.doorbell
        self._clock = ground.clock
        self._settings = ground.settings
        self._profiles = ground.profiles
        self._gate = ground.gate

    def patient_key(self, profile: Profile, patient_id: str) -> str:
        """The keyed hash under which a patient's rows are found."""
        return self._index.patient(profile.office.id, patient_id)

    def appointment_key(self, office: str, appointment_sr_no: str) -> str:
        """The keyed hash under which an appointment's rows are found."""
        return appointment_key(self._index, office, appointment_sr_no)

    async def fit(self, profile: Profile, operation: Operation, write: Write) -> Write:
        """The write as the office's software takes it.

        Raises:
            Unanswerable: it takes no such write (`NOT_SUPPORTED`), or not this one (`Unfit`).
            SikkaError: what it takes has never been read, and cannot be now.
        """
        rulebook = await self._profiles.rulebook(profile.office)
        today = profile.clock(self._clock.now()).date() if profile.zone else None
        return rulebook.fit(write, operation, today)

    async def _put(self, profile: Profile, new: NewWriteback) -> Put:
        """Put down what a caller wants, if the office lets us act on it. Raises Diverted."""
        await self._pass(profile, new)
        return await self._append(new)

    async def _pass(self, profile: Profile, new: NewWriteback) -> None:
        """Raise Diverted where a wish is to be left to people; what is in the ledger already has passed."""
        key = new.natural_key or ""
        if await self._ledger.holder(new.office, key, self._clock.now()) is None:
            wish = Wish(new.office, new.operation, new.facts, key, new.patient_key, new.scope_key)
            await self._gate.demand(profile, wish)

    async def _append(self, new: NewWriteback) -> Put:
        new = replace(new, facts={**new.facts, **said_to_be()})
        # A caller who hangs up now has said yes: the row is committed or not at all, but never in doubt.
        row, fresh = await to_the_end(self._ledger.append(new, self._clock.now()))
        self._doorbell.ring()
        return Put(row, fresh)

    def _new(
        self,
        profile: Profile,
        operation: Operation,
        write: Write,
        *,
        facts: Mapping[str, Any],
        natural_key: str,
        patient_key: str | None,
        scope_key: str | None,
        number: str = "",
        start: dt.datetime | None = None,
    ) -> NewWriteback:
        """The row of a request, ready to be put down.

        Args:
            profile: of the office.
            operation: what is asked for.
            write: as `fit` gives it.
            facts: what is to be known of it later.
            natural_key: what makes it the same request.
            patient_key: under which the patient's rows are found.
            scope_key: of the call.
            number: of the appointment that it changes; "" for none.
            start: past which it is not sent any more; None for no such time.
        """
        office = profile.office.id
        return NewWriteback(
            office=office,
            operation=operation.value,
            method=write.method,
            endpoint=write.endpoint,
            body=write.body,
            facts=facts,
            natural_key=natural_key,
            patient_key=patient_key,
            appointment_key=self.appointment_key(office, number) if number else None,
            scope_key=scope_key,
            send_before=self._send_before(profile, start),
        )

    def _send_before(self, profile: Profile, start: dt.datetime | None) -> int:
        limit = self._clock.now() + int(self._settings.send_within_seconds * 1000)
        return min(limit, moment_of(start, profile.zone)) if start and profile.zone else limit
