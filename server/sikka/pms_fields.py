"""The words in which a rule about one field of one write is stated."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Operation(StrEnum):
    """What a receptionist may ask a practice's software to do."""

    BOOK = "book"
    REGISTER = "register"
    MOVE = "move"
    CONFIRM = "confirm"
    CANCEL = "cancel"
    UPDATE_PATIENT = "update_patient"
    ADD_NOTE = "add_note"
    RECORD_PAYMENT = "record_payment"


class Need(StrEnum):
    """Whether a field is sent.

    UNUSED fields are left out without a word. REFUSED ones cannot be left out honestly, because they
    are what was asked for (a new phone number, a refund): they stop the write.
    """

    REQUIRED = "required"
    OPTIONAL = "optional"
    UNUSED = "unused"
    REFUSED = "refused"


class Form(StrEnum):
    """How a value is written; `pms_forms` says which characters that allows."""

    CODE = "code"  # an id or a word of the PMS, sent as its list spells it
    CODES = "codes"  # several of them, separated by pipes
    PLAIN = "plain text"
    LINE = "line"
    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    PHONE_EXTENSION = "phone with extension"
    TEN_DIGITS = "ten digits"
    DAY = "iso date"
    PAST_DAY = "iso date up to today"
    TIME = "time"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DECIMALS = "decimals by pipes"
    ONE_OF = "one of"


class Where(StrEnum):
    """The list that holds a field's values."""

    DETAILS = "writeback_details"
    USERS = "pms_users, active"
    PROVIDERS = "providers, active, provider_type Provider"
    ACTIVE_PEOPLE = "providers, active"
    STAFF = "providers, active, provider_type Staff"
    PROVIDER_USERS = "providers, active, is_user true"
    PROVIDERS_NOT_USERS = "providers, active, is_user false"
    STATUSES = "practice_variables, appointment status"
    CONFIRMATIONS = "practice_variables, appointment confirmed status"
    NOTE_TYPES = "note_types"
    PAYMENT_TYPES = "payment_types, without insurance"
    # The record or the slot itself was read from these; a vocabulary does not read them again.
    PATIENTS = "patients"
    GUARANTORS = "guarantors"
    PRACTICES = "practices"
    APPOINTMENTS = "appointments"
    TRANSACTIONS = "transactions"
    OPERATORIES = "operatories, not hidden"
    PROCEDURES = "procedure_codes"


@dataclass(frozen=True, slots=True)
class Values:
    """A list of values; `writeback_type` and `category` choose among GET /writeback_details."""

    where: Where
    writeback_type: str = ""
    category: str = ""


class Fill(StrEnum):
    """What stands in for a required value that nobody gave, out of the field's list.

    FIRST: a preferred word of the row, else the first that has none of the words to avoid.
    BY_REASON: the one that fits the words of the visit's reason best, else as FIRST.
    PREFERRED: a preferred word, or the only one there is.
    None of them takes anything from an empty list.
    """

    NEVER = "never"
    FIRST = "first"
    BY_REASON = "by reason"
    PREFERRED = "preferred"


@dataclass(frozen=True, slots=True)
class When:
    """Another field of the body on which a row depends: it has one of `words`, or any value at all."""

    field: str
    words: tuple[str, ...] = ()


ANY_PMS: Final = "*"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: what a system makes of one field of one write.

    Attributes:
        operation: the write.
        pms: a key of `pms_rules.KNOWN`, or "*" for all systems without a row of their own.
        field: Sikka's name of it.
        need: whether it is sent.
        form: how its value is written.
        source: where this is known from, in words.
        when: another field's value without which the row does not count.
        longest: most characters; 0 where no page names a limit. Text is cut, anything else refused.
        allowed: the only words there are, for `Form.ONE_OF` or beside a list.
        never: words of the list that the system does not take.
        values: the lists that hold the values.
        fill: what stands in for a required value.
        prefer: words that `fill` looks for first, best first.
        avoid: parts of words that `fill` passes over.
        default: what is sent for want of a value, where the page names it.
        default_from: a field of the same write whose text is taken for want of an own one.
        empty_ok: whether the system puts in a value of its own for an empty one.
        describes: a field whose entry in the list this field's value names.
        as_many_as: a field that has to hold as many values.
    """

    operation: Operation
    pms: str
    field: str
    need: Need
    form: Form
    source: str
    when: When | None = None
    longest: int = 0
    allowed: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    values: tuple[Values, ...] = ()
    fill: Fill = Fill.NEVER
    prefer: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    default: str = ""
    default_from: str = ""
    empty_ok: bool = False
    describes: str = ""
    as_many_as: str = ""


BOOLEANS: Final = ("true", "false")

USERS: Final = (Values(Where.USERS),)
PROVIDERS: Final = (Values(Where.PROVIDERS),)
STAFF: Final = (Values(Where.STAFF),)
PROVIDER_USERS: Final = (Values(Where.PROVIDER_USERS),)
STATUSES: Final = (Values(Where.STATUSES),)
NOTE_TYPES: Final = (Values(Where.NOTE_TYPES),)
PAYMENT_TYPES: Final = (Values(Where.PAYMENT_TYPES),)
PATIENTS: Final = (Values(Where.PATIENTS),)
GUARANTORS: Final = (Values(Where.GUARANTORS),)
PRACTICES: Final = (Values(Where.PRACTICES),)
APPOINTMENTS: Final = (Values(Where.APPOINTMENTS),)
TRANSACTIONS: Final = (Values(Where.TRANSACTIONS),)
OPERATORIES: Final = (Values(Where.OPERATORIES),)


def details(writeback_type: str, category: str) -> tuple[Values, ...]:
    """The values that GET /writeback_details has under a type and a category, spelled as documented."""
    return (Values(Where.DETAILS, writeback_type, category),)
