"""Servers that are wrong on purpose, each in one thing, for the proof that the machine would notice."""

import functools
from collections.abc import Callable
from contextlib import ExitStack
from unittest.mock import patch

from server.background import conflicts
from server.background.releases import Releases
from server.background.withdrawals import Withdrawals
from server.sikka.errors import SikkaError
from store.ledger import Ledger
from store.ledger_states import State

ENTER = Ledger._enter


def entering(stack, turn):
    """Every change of a row's state goes through `turn`, which gives the state and columns instead."""

    @functools.wraps(ENTER)
    async def enter(self, statements, row, to, now, columns, **named):
        to, columns = turn(row, to, dict(columns))
        return await ENTER(self, statements, row, to, now, columns, **named)

    stack.enter_context(patch.object(Ledger, "_enter", enter))


def sends_again_without_looking(stack):
    def turn(row, to, columns):
        lost = to is State.UNCERTAIN and row["state"] == State.SENDING
        return (State.INTENT if lost else to), columns

    entering(stack, turn)


def says_done_when_accepted(stack):
    def turn(row, to, columns):
        return (State.CONFIRMED if to is State.SUBMITTED else to), columns

    entering(stack, turn)


def frees_the_key_when_accepted(stack):
    def turn(row, to, columns):
        return to, columns | ({"natural_key": None} if to is State.SUBMITTED else {})

    entering(stack, turn)


def forgets_what_it_was_sending(stack):
    async def recover(self, now):
        return []

    stack.enter_context(patch.object(Ledger, "recover", recover))


def drops_the_cancellation_that_follows(stack):
    async def follow_up(self, row, office, created):
        return None

    stack.enter_context(patch.object(Withdrawals, "follow_up", follow_up))


def believes_every_deletion(stack):
    take_back = Withdrawals.take_back

    async def believe(self, row):
        wished = (await self._ledger.get(row.office, row.id)).wish
        try:
            if await take_back(self, row):
                return True
        except SikkaError:
            pass
        if wished:
            await self.withdrawn(row)
        return bool(wished)

    stack.enter_context(patch.object(Withdrawals, "take_back", believe))


def ignores_that_a_lease_is_lost(stack):
    held = Ledger._held

    async def anybody(self, statements, row_id, expect, fence):
        return await held(self, statements, row_id, expect, None)

    stack.enter_context(patch.object(Ledger, "_held", anybody))


def lets_nothing_go_that_waits(stack):
    async def sweep(self, office):
        return None

    stack.enter_context(patch.object(Releases, "sweep", sweep))


def forgets_what_came_before_what_is_shown(stack):
    async def mark(self, row_ids, now):
        async with self._database.transaction() as statements:
            for row_id in row_ids:
                await statements.execute(
                    "UPDATE pms_writebacks SET shown_at = $1 WHERE shown_at IS NULL AND id = $2", now, row_id
                )

    async def stay(*_):
        return None

    stack.enter_context(patch.object(Ledger, "mark_shown", mark))
    stack.enter_context(patch.object(conflicts.Conflicts, "_give_way", stay))


def holds_on_to_what_the_desk_undid(stack):
    stack.enter_context(patch.object(conflicts, "_conflict", lambda *_, **__: None))


MUTANTS: dict[str, Callable[[ExitStack], None]] = {
    mutant.__name__: mutant
    for mutant in (
        sends_again_without_looking,
        says_done_when_accepted,
        frees_the_key_when_accepted,
        forgets_what_it_was_sending,
        drops_the_cancellation_that_follows,
        believes_every_deletion,
        ignores_that_a_lease_is_lost,
        lets_nothing_go_that_waits,
        forgets_what_came_before_what_is_shown,
        holds_on_to_what_the_desk_undid,
    )
}
