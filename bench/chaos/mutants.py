"""Runs the server with a ledger that is wrong on purpose, for the proof that chaos would notice.

`resend`: a write whose answer was lost is sent again without looking whether it arrived.
"""

import functools
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from server.__main__ import main
from store.ledger import Ledger
from store.ledger_states import State

ENTER = "_enter"  # every change of a row's state goes through it
MUTANTS: Mapping[str, str] = {"resend": "bench.chaos.mutants"}


def resend() -> None:
    """Break the ledger: a row that was being sent is never `uncertain`, but to be sent once more."""
    enter: Callable[..., Awaitable[Any]] = getattr(Ledger, ENTER)

    @functools.wraps(enter)
    async def blind(self: Ledger, statements: Any, row: Any, to: State, *rest: Any, **named: Any) -> Any:
        lost = to is State.UNCERTAIN and row["state"] == State.SENDING.value
        return await enter(self, statements, row, State.INTENT if lost else to, *rest, **named)

    setattr(Ledger, ENTER, blind)


if __name__ == "__main__":
    resend()
    main()
