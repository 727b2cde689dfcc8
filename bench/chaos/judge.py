"""Compares what callers were told, the ledger, the inbox and the practice's records. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bench.chaos.facts import Claim, Done, Facts, Row, Told, Wish

SETTLED: Final = frozenset({"confirmed", "failed", "rejected", "withdrawn"})
NOT_DONE: Final = frozenset({"failed", "rejected"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run showed; docs/proof.md says what each word means. The lists name what was wrong."""

    asked: int
    effects: int
    found: int
    sent_again: int
    duplicates: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    untrue: tuple[str, ...] = ()
    dead_ends: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing at all was wrong."""
        return not (self.duplicates or self.lost or self.untrue or self.dead_ends)


def judge(facts: Facts) -> Verdict:
    """The verdict on a run that has ended."""
    ours = [done for done in facts.done if not done.by_desk]
    return Verdict(
        asked=len({ask.wish for ask in facts.asks}),
        effects=len(ours),
        found=sum(row.found for row in facts.rows),
        sent_again=sum(row.sent > 1 for row in facts.rows),
        duplicates=tuple(_duplicates(facts, ours)),
        lost=tuple(_lost(facts, ours)),
        untrue=tuple(_untrue(facts)),
        dead_ends=(*_dead_ends(facts.rows), *facts.unfinished),
    )


def _duplicates(facts: Facts, ours: list[Done]) -> Iterable[str]:
    asked = _asked(facts)
    done: dict[Wish, list[Done]] = defaultdict(list)
    for each in ours:
        done[each.wish].append(each)
    for wish, times in done.items():
        if wish not in asked:
            yield f"{wish}: done, and nobody asked for it"
        # What we have cancelled and was asked for anew is done again rightly.
        anew = sum(not each.stayed and each.at < asked[wish][-1] for each in times if wish in asked)
        yield from [f"{wish}: done {len(times)} times"] * (len(times) - 1 - anew)


def _lost(facts: Facts, ours: list[Done]) -> Iterable[str]:
    done = {each.wish for each in ours}
    rows: dict[Wish, list[Row]] = defaultdict(list)
    for row in facts.rows:
        rows[row.wish].append(row)
    believed = {told.wish for told in facts.told if told.claim is not Claim.UNDONE}
    refused = {told.wish for told in facts.told if told.claim is Claim.UNDONE}
    asked = _asked(facts)
    for wish in sorted(believed - done, key=str):
        kept = any(_kept(row, wish, refused) for row in rows[wish])
        if not kept and not _taken_back(wish, rows, asked):
            states = ", ".join(row.state for row in rows[wish]) or "no row"
            yield f"{wish}: not done, and no one was told ({states})"


def _kept(row: Row, wish: Wish, refused: set[Wish]) -> bool:
    """Whether a row that did nothing still stands for its wish."""
    if row.state in NOT_DONE:
        return row.told or row.tasked or wish in refused
    if row.state == "withdrawn":
        return row.wished or wish in refused
    return row.state != "confirmed"


def _dead_ends(rows: Iterable[Row]) -> Iterable[str]:
    """Rows that are not settled, unless a person knows of them and something looks at them still."""
    for row in rows:
        if row.state not in SETTLED and not (row.watched and row.tasked):
            why = "and nobody looks" if not row.watched else "still, and not in the inbox"
            yield f"{row.wish}: {row.state}, {why}"


def _taken_back(wish: Wish, rows: dict[Wish, list[Row]], asked: dict[Wish, list[float]]) -> bool:
    """Whether a cancellation lives on as the wish on a booking, has nothing to cancel, or is regretted."""
    if wish.operation != "cancel":
        return False
    booking = Wish("book", wish.person, wish.start)
    if asked[booking][-1:] > asked[wish][-1:]:
        return True
    bookings = rows[booking]
    return any(row.state != "confirmed" and (row.wished or row.state in SETTLED) for row in bookings)


def _untrue(facts: Facts) -> Iterable[str]:
    done: dict[Wish, list[Done]] = defaultdict(list)
    asked = _asked(facts)
    for each in facts.done:
        done[each.wish].append(each)
    for told in facts.told:
        if told.claim is Claim.DONE and not any(each.at <= told.at for each in done[told.wish]):
            yield f"{told.wish}: it was not done when this was said: {told.text}"
        if told.claim is Claim.UNDONE and any(
            _belies(each, told, asked[told.wish]) for each in done[told.wish]
        ):
            yield f"{told.wish}: it was done, and this was said: {told.text}"


def _asked(facts: Facts) -> dict[Wish, list[float]]:
    """When each wish was asked for, in order."""
    asked: dict[Wish, list[float]] = defaultdict(list)
    for ask in sorted(facts.asks, key=lambda ask: ask.at):
        asked[ask.wish].append(ask.at)
    return asked


def _belies(each: Done, told: Told, asked: list[float]) -> bool:
    """Whether something done makes "nothing was done" untrue: done, it stayed, and was not asked anew."""
    anew = any(told.at < at <= each.accepted_at for at in asked)
    return each.stayed and not each.by_desk and not anew
