"""The store as an operator's command opens it, and what is named in it."""

from collections.abc import AsyncGenerator, Collection
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Final, TypeVar

from server.clock import SystemClock
from server.door import this_user
from server.failures import ConfigurationError, Failure
from server.places import database_path
from server.settings import Settings
from store.audit import WHOLE, Act, during
from store.database import parse_url
from store.inbox import Task
from store.ledger_rows import Writeback
from store.offices import Office
from store.opening import Store, open_store

SHORTEST_ID: Final = 4
_HEX: Final = frozenset("0123456789abcdef")
_Found = TypeVar("_Found", Writeback, Task)


@dataclass(frozen=True)
class Records:
    """An open store, seen by a person.

    Attributes:
        labels: the name an office goes by, "office_id/practice_id", for each id of ours.
    """

    store: Store
    offices: list[Office]
    labels: dict[str, str]

    def chosen(self, text: str) -> list[Office | None]:
        """The offices that "D10001" or "D10001/1" names; [None], which means all, for "".

        Raises:
            Failure: there is none of that name.
        """
        if not text:
            return [None]
        found = named(self.offices, text)
        if not found:
            raise Failure(f"The store knows no office {text}. It knows: {self.known}.")
        return [*found]

    @property
    def known(self) -> str:
        """All offices by name, for a message."""
        return ", ".join(self.labels.values()) or "none yet"

    async def row(self, text: str) -> Writeback:
        """The write whose id begins so. Raises Failure: none does, or several do."""
        return _the_one(text, "write", await self.store.ledger.starting(_prefix(text)))

    async def task(self, text: str) -> Task:
        """The task whose id begins so. Raises Failure: none does, or several do."""
        return _the_one(text, "task", await self.store.inbox.starting(_prefix(text)))


@asynccontextmanager
async def opened(settings: Settings) -> AsyncGenerator[Records]:
    """The store of the settings; nothing is started, and no store is made.

    Raises:
        ConfigurationError: there is no database yet.
        StoreError: it cannot be opened.
    """
    path = parse_url(settings.database_url, database_path())
    if not path.exists():
        raise ConfigurationError(
            f"There is no database at {path}, so there is nothing to show. Nothing was made. "
            "Set CHAIRTIME_DATABASE_URL to that of the server."
        )
    store = await open_store(
        settings.database_url,
        key_file=settings.key_file,
        key_text=settings.key.get_secret_value() or None,
        default_path=database_path(),
    )
    async with store:
        offices = await store.offices.list()
        yield Records(store, offices, {office.id: label(office) for office in offices})


def operator_act(store: Store, command: str, by: str = "", office: str = WHOLE) -> Act:
    """A command of an operator, as the audit sees it; ``by`` "" is this machine's user."""
    return Act(
        audit=store.audit,
        office=office,
        caller=f"operator {by or this_user()}",
        tool=f"chairtime {command}",
        at=SystemClock().now(),
    )


def acting(store: Store, command: str, by: str = "", office: str = WHOLE) -> AbstractContextManager[None]:
    """While this lasts, what is put down is put down by an operator; as `operator_act`."""
    return during(operator_act(store, command, by, office))


def label(office: Office) -> str:
    """What an office is called on the command line."""
    return f"{office.office_id}/{office.practice_id}"


def named(offices: Collection[Office], text: str) -> list[Office]:
    """Those that "D10001" (all its practices) or "D10001/1" names."""
    return [office for office in offices if text in {office.office_id, label(office)}]


def _prefix(text: str) -> str:
    prefix = text.strip().casefold()
    if len(prefix) < SHORTEST_ID or not set(prefix) <= _HEX:
        raise Failure(
            f"{text} is no id. Give at least its first {SHORTEST_ID} characters, as a list shows it."
        )
    return prefix


def _the_one(text: str, kind: str, found: list[_Found]) -> _Found:
    if not found:
        raise Failure(f"There is no {kind} whose id begins with {text}. Nothing was changed.")
    if len(found) > 1:
        raise Failure(f"Several ids of a {kind} begin with {text}. Nothing was changed. Give more of it.")
    return found[0]
