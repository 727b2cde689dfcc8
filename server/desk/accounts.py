"""What a patient's record says of money and insurance: read live, and kept for a moment."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Final, TypeVar, cast

from server.clock import Clock
from server.desk.together import gathered
from server.sikka import formats
from server.sikka.client import Sikka
from server.sikka.errors import NotPermitted
from server.sikka.office_calls import OfficeCalls
from store.offices import Office

# A question repeated in the same call, or made twice by a runtime, has one answer and costs one request;
# nobody hears a balance that is more than a minute older than Sikka's own copy.
KEPT_SECONDS: Final = 60.0
MOST_KEPT: Final = 500  # far more than can be asked for in a minute; they hold patients' data
MOST_INSURANCES: Final = 3  # as many as are said aloud
NO_COMPANY: Final = frozenset({"", "0"})  # how official samples write that there is none

Found = TypeVar("Found")


class Place(StrEnum):
    """Which of a patient's insurances it is."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    MEDICAL = "medical"
    OTHER = "other"


# A word in `type` of GET /subscribers (official sample: "Dental Primary") -> what it is; the first hit wins.
PLACES: Final = (
    ("medical", Place.MEDICAL),
    ("secondary", Place.SECONDARY),
    ("primary", Place.PRIMARY),
)


_Listed = tuple[Place, str, Decimal | None]  # which, the company's id, what is left of the deductible


@dataclass(frozen=True)
class Balance:
    """A patient's own balance; never the family's, which may tell of others. Dollars; None is not known.

    Attributes:
        due: the patient's part; below zero it is a credit.
        with_insurance: the part that stands with an insurance.
        total: all that is open.
        unapplied: paid, and not set against anything yet.
    """

    due: Decimal | None = field(repr=False)
    with_insurance: Decimal | None = field(repr=False)
    total: Decimal | None = field(repr=False)
    unapplied: Decimal | None = field(repr=False)


@dataclass(frozen=True)
class Insurance:
    """An insurance that the record lists.

    Attributes:
        company: its name, as the PMS has it; "" where it has none. Others wrote it.
        deductible_left: of the individual deductible; None where it is not known.
    """

    company: str
    place: Place
    deductible_left: Decimal | None = field(default=None, repr=False)


class Accounts:
    """Balances and insurances of all offices."""

    def __init__(self, sikka: Sikka, clock: Clock) -> None:
        self._sikka = sikka
        self._clock = clock
        self._kept: dict[tuple[str, ...], tuple[float, object]] = {}

    async def balance(self, office: Office, patient_id: str) -> Balance | None:
        """What a patient owes; None where the record has no balance, or none that can be read.

        Raises:
            SikkaError: it cannot be asked for (`NotPermitted`: it is outside the plan).
        """
        return await self._of("balance", office, patient_id, self._reader(office, patient_id).balance)

    async def insurances(self, office: Office, patient_id: str) -> tuple[Insurance, ...]:
        """The insurances on record, the first ones first; empty where it lists none.

        Where the list of subscribers is empty or outside the plan, the patient's own row tells.

        Raises:
            SikkaError: they cannot be asked for.
        """
        return await self._of("insurances", office, patient_id, self._reader(office, patient_id).insurances)

    def _reader(self, office: Office, patient_id: str) -> "_Reader":
        return _Reader(self._sikka.office(office.office_id, live=True), office, patient_id)

    async def _of(
        self, what: str, office: Office, patient_id: str, read: Callable[[], Awaitable[Found]]
    ) -> Found:
        key = (what, office.id, office.as_of, patient_id)
        now = self._clock.monotonic()
        self._kept = {name: kept for name, kept in self._kept.items() if now - kept[0] < KEPT_SECONDS}
        if key in self._kept:
            return cast("Found", self._kept[key][1])
        found = await read()
        if len(self._kept) < MOST_KEPT:
            self._kept[key] = (self._clock.monotonic(), found)
        return found


class _Reader:
    """The reads about one patient. A row of another practice may be another patient's with the same id."""

    def __init__(self, calls: OfficeCalls, office: Office, patient_id: str) -> None:
        self._calls = calls
        self._practices = {"", office.practice_id}
        self._patient_id = patient_id

    async def balance(self) -> Balance | None:
        rows = await self._calls.patient_balance(self._patient_id)
        row = next((row for row in rows if row.practice_id in self._practices), None)
        if row is None:
            return None
        balance = Balance(
            due=formats.money(row.patient_due),
            with_insurance=formats.money(row.insurance_due),
            total=formats.money(row.patient_balance),
            unapplied=formats.money(row.unapplied),
        )
        return None if balance.due is None and balance.total is None else balance

    async def insurances(self) -> tuple[Insurance, ...]:
        listed = await self._subscribed() or await self._on_the_patient()
        order = list(Place)
        listed = sorted(listed, key=lambda each: order.index(each[0]))[:MOST_INSURANCES]
        names: dict[str, str] = {}

        async def name(company_id: str) -> None:
            names[company_id] = await self._company(company_id)

        companies = {company_id for _, company_id, _ in listed}
        for error in await gathered(*(partial(name, company_id) for company_id in companies)):
            raise error
        return tuple(Insurance(names[company_id], place, left) for place, company_id, left in listed)

    async def _subscribed(self) -> list[_Listed]:
        try:
            rows = await self._calls.subscribers(self._patient_id)
        except NotPermitted:
            return []
        return [
            (place_of(row.type), row.insurance_company_id, formats.money(row.individual_deductible_remaining))
            for row in rows
            if row.practice_id in self._practices and row.insurance_company_id.strip() not in NO_COMPANY
        ]

    async def _on_the_patient(self) -> list[_Listed]:
        return [
            (place, company_id, None)
            for row in await self._calls.insured(self._patient_id)
            if row.practice_id in self._practices
            for place, company_id in (
                (Place.PRIMARY, row.primary_insurance_company_id),
                (Place.SECONDARY, row.secondary_insurance_company_id),
            )
            if company_id.strip() not in NO_COMPANY
        ]

    async def _company(self, company_id: str) -> str:
        """A company's name; "" where the plan does not let us ask for it, or nobody gave it one."""
        for ask in (self._calls.insurance_company_details, self._calls.insurance_companies):
            try:
                rows = await ask(company_id)
            except NotPermitted:
                continue
            for row in rows:
                if row.insurance_company_name.strip():
                    return row.insurance_company_name.strip()
        return ""


def place_of(kind: str) -> Place:
    """What `type` of GET /subscribers says of an insurance."""
    words = kind.casefold()
    return next((place for word, place in PLACES if word in words), Place.OTHER)
