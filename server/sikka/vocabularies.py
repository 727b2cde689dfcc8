"""The words an office's own software uses, read once: types, statuses, users, staff, note types."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import anyio

from server.sikka import formats, models
from server.sikka.errors import NotPermitted, SikkaError
from server.sikka.office_calls import OfficeCalls
from server.sikka.pms_fields import Need, Operation, Values, Where
from server.sikka.pms_rules import keys_of, rules_for

# Words with which a status list may say "confirmed", best first; exact ones, since "unconfirmed" and
# "open.unconfirm" stand in the same lists. "open.confirm": official sample of GET /practice_variables.
CONFIRMED_WORDS: Final = (
    "confirmed",
    "confirm",
    "open.confirm",
    "appointment confirmed",
    "confirmed by patient",
    "confirmed by phone",
)

# Systems with further words of their own, after the common ones.
OTHER_CONFIRMED_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "opendental": ("econfirmed",),  # a definition that Open Dental ships with
}


class WritebackDetail(models.Wire):
    """A row of GET /writeback_details: `item` is what a write sends, `description` what people read."""

    practice_id: str = ""
    category: str = ""
    item: str = ""
    description: str = ""


class PmsUser(models.Wire):
    """A row of GET /pms_users."""

    practice_id: str = ""
    user_id: str = ""
    firstname: str = ""
    lastname: str = ""
    status: str = ""


class NoteType(models.Wire):
    """A row of GET /note_types."""

    practice_id: str = ""
    type: str = ""
    description: str = ""


class PaymentType(models.Wire):
    """A row of GET /payment_types; a payment sends both its code and its description."""

    practice_id: str = ""
    code: str = ""
    description: str = ""
    payment_type_status: str = ""


class Person(models.Provider):
    """A row of GET /providers with what only `fields=get_all` shows."""

    practice_id: str = ""
    is_user: str = ""

    @property
    def active(self) -> bool:
        """Whether writes may name the person (official pages: status=active)."""
        return self.status.casefold() in {"active", ""}


@dataclass(frozen=True, slots=True)
class Choice:
    """One value a field may have: what is sent, and what people call it."""

    value: str
    label: str = ""


@dataclass(frozen=True)
class Vocabulary:
    """An office's own words, list by list.

    Attributes:
        lists: only those that the office's system needs; a list outside the plan is empty.
    """

    lists: Mapping[Values, tuple[Choice, ...]] = field(default_factory=dict[Values, tuple[Choice, ...]])

    def of(self, *values: Values) -> tuple[Choice, ...]:
        """The choices of one list or of several; empty where none was read, or none could be."""
        return tuple(choice for one in values for choice in self.lists.get(one, ()))


def word_for_confirmed(pms: str, statuses: Iterable[str]) -> str:
    """The office's own word for a confirmed appointment, spelled as in its list; "" if it has none."""
    spelled = {status.strip().casefold(): status.strip() for status in statuses}
    further = (word for key in keys_of(pms) for word in OTHER_CONFIRMED_WORDS.get(key, ()))
    return next((spelled[word] for word in (*CONFIRMED_WORDS, *further) if word in spelled), "")


def lists_needed(pms: str, operations: Iterable[Operation]) -> frozenset[Values]:
    """The lists that a system's rows name for these operations, without those a slot or record is from."""
    return frozenset(
        values
        for operation in operations
        for row in rules_for(operation, pms)
        if row.need in {Need.REQUIRED, Need.OPTIONAL} and _counts(row.field, row.pms, operation, pms)
        for values in row.values
        if values.where in _READERS
    )


def _counts(name: str, key: str, operation: Operation, pms: str) -> bool:
    """Whether a row is not hidden for good by an unconditional one of a more particular key."""
    keys = keys_of(pms)
    above = keys[: keys.index(key)]
    return not any(
        row.field == name and row.pms in above and row.when is None for row in rules_for(operation, pms)
    )


async def read_vocabulary(
    calls: OfficeCalls, pms: str, operations: Iterable[Operation], *, practice_id: str = ""
) -> Vocabulary:
    """The lists that an office's system needs for these operations, read side by side.

    Args:
        calls: in the office's name.
        pms: its system's name, best with the version.
        operations: those that the desk offers.
        practice_id: keep only this practice's rows; "" keeps all of the installation.

    Raises:
        SikkaError: a list could not be read, for another reason than that it is outside the plan.
    """
    read: dict[Values, tuple[Choice, ...]] = {}
    failures: list[SikkaError] = []
    needed = lists_needed(pms, operations)

    async def fill(where: Where, wanted: list[Values]) -> None:
        try:
            read.update(await _READERS[where](calls, wanted, practice_id))
        except NotPermitted:
            read.update(dict.fromkeys(wanted, ()))
        except SikkaError as error:
            failures.append(error)

    async with anyio.create_task_group() as tasks:
        for family in _TOGETHER:
            wanted = [values for values in needed if values.where in family]
            if wanted and family <= _SEPARATE:
                for values in wanted:
                    tasks.start_soon(fill, values.where, [values])
            elif wanted:
                tasks.start_soon(fill, wanted[0].where, wanted)
    if failures:  # a list that failed must not pass for an empty one
        raise failures[0]
    return Vocabulary(read)


_Read = Mapping[Values, tuple[Choice, ...]]


def _choices(pairs: Iterable[tuple[str, str]]) -> tuple[Choice, ...]:
    """Choices in the list's order, each value once."""
    found = {value.strip(): label.strip() for value, label in reversed(list(pairs)) if value.strip()}
    return tuple(Choice(value, label) for value, label in reversed(found.items()))


def _here(row_practice: str, practice_id: str) -> bool:
    """Whether a row is of the practice; "1-1" is also of "1" (official sample of GET /writeback_details)."""
    if not (row_practice and practice_id) or row_practice == practice_id:
        return True
    short, long = sorted((row_practice, practice_id), key=len)
    return "-" not in short and long.partition("-")[0] == short


async def _details(calls: OfficeCalls, wanted: list[Values], practice_id: str) -> _Read:
    found: dict[Values, tuple[Choice, ...]] = {}  # of one list, unlike the readings below
    for values in wanted:
        params = {"writeback_type": values.writeback_type, "category": values.category}
        rows = await calls.every("/writeback_details", params, WritebackDetail)
        found[values] = _choices(
            (row.item, row.description)
            for row in rows
            # Whether the filter minds a category's case is not documented: the pages spell one both ways.
            if row.category.casefold() in {"", values.category.casefold()}
            if _here(row.practice_id, practice_id)
        )
    return found


async def _users(calls: OfficeCalls, wanted: list[Values], practice_id: str) -> _Read:
    rows = await calls.every("/pms_users", {"status": "active"}, PmsUser)
    users = _choices(
        (row.user_id, f"{row.firstname} {row.lastname}")
        for row in rows
        if row.status.casefold() in {"active", ""}
        if _here(row.practice_id, practice_id)
    )
    return dict.fromkeys(wanted, users)


_PEOPLE: Final[Mapping[Where, Callable[[Person], bool]]] = {
    Where.ACTIVE_PEOPLE: lambda _: True,
    Where.PROVIDERS: lambda row: row.provider_type.casefold() in {"provider", ""},
    Where.STAFF: lambda row: row.provider_type.casefold() == "staff",
    Where.PROVIDER_USERS: lambda row: formats.truth(row.is_user),
    Where.PROVIDERS_NOT_USERS: lambda row: (
        row.provider_type.casefold() in {"provider", ""} and not formats.truth(row.is_user)
    ),
}


async def _people(calls: OfficeCalls, wanted: list[Values], practice_id: str) -> _Read:
    rows = await calls.every("/providers", {"fields": "get_all"}, Person)
    return {
        values: _choices(
            (row.provider_id, f"{row.firstname} {row.lastname}")
            for row in rows
            if row.active and _PEOPLE[values.where](row) and _here(row.practice_id, practice_id)
        )
        for values in wanted
    }


async def _statuses(calls: OfficeCalls, wanted: list[Values], _: str) -> _Read:
    try:
        variables = await calls.status_variables()
    except NotPermitted:
        variables = []
    # practice_variables mixes "appointment status" with "appointment confirmed status" (seen live).
    confirming = [row.value for row in variables if "confirm" in row.service_item.casefold()]
    plain = [row.value for row in variables if "confirm" not in row.service_item.casefold()]
    plain = plain or [row.status for row in await calls.appointment_statuses()]
    words = {Where.STATUSES: plain, Where.CONFIRMATIONS: confirming}
    return {values: _choices((word, "") for word in words[values.where]) for values in wanted}


async def _note_types(calls: OfficeCalls, wanted: list[Values], practice_id: str) -> _Read:
    rows = await calls.every("/note_types", {}, NoteType)
    types = _choices((row.type, row.description) for row in rows if _here(row.practice_id, practice_id))
    return dict.fromkeys(wanted, types)


# What marks the types that are no payment at the desk: an insurance's, an adjustment of either kind, or one
# that wants a card's data. Source: official page of GET /payment_types.
_OTHER_MONEY: Final = (
    "is_insurance_type",
    "is_adjustment_type",
    "is_debit_adjustment_type",
    "are_credit_card_details_required",
)


async def _payment_types(calls: OfficeCalls, wanted: list[Values], practice_id: str) -> _Read:
    rows = await calls.every("/payment_types", {"fields": "get_all"}, PaymentType)
    every = {row.code for row in rows}
    other = set[str]()
    for mark in _OTHER_MONEY:
        marked = {row.code for row in await calls.every("/payment_types", {mark: "true"}, PaymentType)}
        if not marked >= every:  # else the mark was ignored: not every type is an insurance's
            other |= marked
    types = _choices(
        (row.code, row.description)
        for row in rows
        if row.code not in other and row.payment_type_status.casefold() not in {"inactive", "hidden"}
        if _here(row.practice_id, practice_id)
    )
    return dict.fromkeys(wanted, types)


# One reading serves every list of a family; each list of writeback_details is a reading of its own.
_SEPARATE: Final = frozenset({Where.DETAILS})
_TOGETHER: Final = (
    _SEPARATE,
    frozenset({Where.USERS}),
    frozenset(_PEOPLE),
    frozenset({Where.STATUSES, Where.CONFIRMATIONS}),
    frozenset({Where.NOTE_TYPES}),
    frozenset({Where.PAYMENT_TYPES}),
)
_Reader = Callable[[OfficeCalls, list[Values], str], Awaitable[_Read]]
_READERS: Final[Mapping[Where, _Reader]] = {
    Where.DETAILS: _details,
    Where.USERS: _users,
    **dict.fromkeys(_PEOPLE, _people),
    Where.STATUSES: _statuses,
    Where.CONFIRMATIONS: _statuses,
    Where.NOTE_TYPES: _note_types,
    Where.PAYMENT_TYPES: _payment_types,
}
