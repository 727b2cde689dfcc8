"""What an office's practice software takes of us: which writes at all, and in whose words."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Final

from server.desk.answers import Outcome, Unanswerable
from server.desk.together import gathered
from server.sikka.bodies import TYPE_FIELDS, Write
from server.sikka.client import Sikka
from server.sikka.errors import NotPermitted, Refused
from server.sikka.models import SupportedPms
from server.sikka.pms_fields import Operation, Values, Where
from server.sikka.pms_fitting import Misfit, fitted
from server.sikka.pms_rules import rules_for
from server.sikka.pms_support import Support, row_for, supports
from server.sikka.rules import pms_key
from server.sikka.vocabularies import Choice, Vocabulary, read_vocabulary, word_for_confirmed
from store.offices import Office

STATUSES: Final = (Values(Where.STATUSES), Values(Where.CONFIRMATIONS))


class Unfit(Unanswerable):
    """A write that the office's software would refuse: one for the office's own people.

    Attributes:
        field: Sikka's name of the field that does not fit.
    """

    def __init__(self, field: str) -> None:
        super().__init__(Outcome.NEEDS_HUMAN, "unfit")
        self.field = field


@dataclass(frozen=True)
class Rulebook:
    """The rules of one office's software, with the office's own words.

    Attributes:
        pms: the system's name with its version.
        vocabulary: the office's lists.
        row: of GET /supported_pmses; None where Sikka lists none for it.
        scope: of the request key, "" if never told.
    """

    pms: str
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    row: SupportedPms | None = None
    scope: str = ""

    def support(self, operation: Operation) -> Support:
        """Whether the system takes an operation at all."""
        return supports(self.pms, operation, self.row, self.scope)

    def demand(self, operation: Operation) -> None:
        """Raise Unanswerable (`NOT_SUPPORTED`) if the system does not take an operation."""
        if not self.support(operation).ok:
            raise Unanswerable(Outcome.NOT_SUPPORTED, "not_supported")

    def fit(self, write: Write, operation: Operation, today: dt.date | None = None) -> Write:
        """The write as the system takes it.

        Raises:
            Unanswerable: the system takes no such write (`NOT_SUPPORTED`), or, as `Unfit`, not this one.
        """
        self.demand(operation)
        try:
            return fitted(write, self.pms, operation, self.vocabulary, today=today)
        except Misfit as misfit:
            raise Unfit(misfit.field) from None

    @property
    def confirmed_word(self) -> str:
        """The office's own word for a confirmed appointment; "" without one."""
        return word_for_confirmed(self.pms, (choice.value for choice in self.vocabulary.of(*STATUSES)))

    @property
    def appointment_types(self) -> tuple[Choice, ...]:
        """The types that a booking may be of; empty where the system takes none, or its list was not read."""
        rows = (row for row in rules_for(Operation.BOOK, self.pms) if row.field in TYPE_FIELDS)
        return self.vocabulary.of(*dict.fromkeys(values for row in rows for values in row.values))


def system_of(office: Office) -> str:
    """The name of an office's software with its version, as the rules are looked up by."""
    return f"{office.pms} {office.pms_version}".strip()


async def read_rulebook(sikka: Sikka, office: Office) -> Rulebook:
    """Everything the rules need to know of an office, read side by side. Raises SikkaError."""
    pms = system_of(office)
    vocabularies: list[Vocabulary] = []
    rows: list[SupportedPms] = []
    scopes: list[str] = []

    async def words() -> None:
        calls = sikka.office(office.office_id, live=True)
        vocabularies.append(await read_vocabulary(calls, pms, Operation, practice_id=office.practice_id))

    async def support() -> None:
        # Read whole: this list spells systems otherwise than the list of practices does (seen live).
        every = await sikka.application(live=True).supported_pmses()
        mine = pms_key(office.pms)
        rows.extend(row for row in every if pms_key(row.practice_management_system) == mine)

    async def scope() -> None:
        scopes.append((await sikka.keys.current(office.office_id)).scope)

    for error in await gathered(words, support, scope):
        # What Sikka will not tell rules nothing out; what it could not tell now must not pass for "nothing".
        if not isinstance(error, (NotPermitted, Refused)):
            raise error
    return Rulebook(
        pms=pms,
        vocabulary=vocabularies[0] if vocabularies else Vocabulary(),
        row=row_for(rows, office.pms_version),
        scope=scopes[0] if scopes else "",
    )
