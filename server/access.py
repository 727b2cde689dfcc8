"""What whoever is connected may do: scopes, offices, and how much at a time."""

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

SCOPES: Final = (
    "schedule:read",
    "schedule:write",
    "patients:read",
    "patients:write",
    "billing:read",
    "billing:write",
    "admin",
)
ADMIN: Final = "admin"  # has every other scope in it
EVERY_OFFICE: Final = "*"


@dataclass
class Lane:
    """How many tool calls of one token run, over all its connections."""

    most: int
    calls: int = 0

    @property
    def full(self) -> bool:
        """Whether another call has to wait."""
        return self.calls >= self.most

    @contextmanager
    def taken(self) -> Generator[None]:
        """A call counts for as long as the context lasts."""
        self.calls += 1
        try:
            yield
        finally:
            self.calls -= 1


@dataclass(frozen=True)
class Access:
    """What one connection may do.

    Attributes:
        scopes: of `SCOPES`.
        offices: `D10001` or `D10001/1`, as the token names them; `*` is every office that is configured.
        token: who is connected, the same after a token was renewed; "" where none is asked for.
        lane: its calls; None where they are not counted.
    """

    scopes: frozenset[str] = frozenset()
    offices: tuple[str, ...] = ()
    token: str = ""
    lane: Lane | None = field(default=None, compare=False)

    def permits(self, scope: str) -> bool:
        """Whether a tool of that scope may be seen and called."""
        return scope in self.scopes or ADMIN in self.scopes

    def reaches(self, office_id: str, practice_id: str) -> bool:
        """Whether that practice of that office is among its offices."""
        return bool({EVERY_OFFICE, office_id, f"{office_id}/{practice_id}"} & set(self.offices))

    def may_mean(self, named: str) -> bool:
        """Whether `D10001` or `D10001/1`, as a connection names its office, can be one of its offices."""
        office_id, _, practice_id = named.partition("/")
        if practice_id:
            return self.reaches(office_id, practice_id)
        return any(office == EVERY_OFFICE or office.partition("/")[0] == office_id for office in self.offices)


NOBODY: Final = Access()
EVERYTHING: Final = Access(scopes=frozenset(SCOPES), offices=(EVERY_OFFICE,))

_current: ContextVar[Access | None] = ContextVar("access", default=None)


def current() -> Access | None:
    """Whose request is being answered; None outside of any, as on stdio."""
    return _current.get()


@contextmanager
def entered(access: Access) -> Generator[None]:
    """What runs in this context, or is started from it, is done for that connection."""
    token = _current.set(access)
    try:
        yield
    finally:
        _current.reset(token)


def known_scopes(names: Iterable[str]) -> frozenset[str]:
    """Those of the names that are scopes of ours; an issuer may have others of its own."""
    return frozenset(names) & frozenset(SCOPES)
