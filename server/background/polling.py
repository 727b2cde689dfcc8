"""Decides whom to ask about open writes, and when: each by its id, or one list that tells whom to ask.

`writeback_status` gives the truth about one write for one request. GET /writebacks tells for one request a
page which writes of all offices are no longer pending, and nothing more. So the list pays where many are
pending; it answers slowly, though (the official samples took from 0.8 to 14 s), so what a caller waits for
may have to be asked for by itself. Nothing is asked in here, and no clock is read.
"""

import datetime as dt
import math
import zlib
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from server.background.cadence import pause_seconds
from server.clock import DAY_MS
from store.ledger_listing import PendingId

LISTED_DAYS: Final = 3  # with a day on both sides this stays within the list's seven
LIST_LOOSENS: Final = 2.1  # a list may come so much more seldom than a question: it answers for all at once
LISTS_PER_OUTCOME: Final = 0.5  # with the question that follows, fewer than two calls for an outcome
UNKNOWN_USUAL_SECONDS: Final = 60.0
EARLY: Final = 0.25  # of the usual time: before it, an outcome would be unusual
LATE: Final = 2.5  # times the usual time: after it, age says more than what is usual
LOOKS_AT_USUAL: Final = 10  # questions during the usual time, where nobody waits
FASTEST_UNWATCHED: Final = 2.5  # in units of the poll setting
LIST_REMEMBERED_MS: Final = 600_000  # how slow it was says nothing after that
LIST_AVOIDED_MS: Final = 300_000  # after it was refused or failed
JITTER: Final = 0.1
OURS: Final = ""  # the application's own budget, which the list draws on
_DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True)
class Left:
    """What background work may still ask in a window of the rate limit.

    Attributes:
        calls: those left, less the reserve for callers; None where the limit is not known.
        resets_in: seconds until the window ends.
    """

    calls: float | None = None
    resets_in: float = 60.0

    @property
    def per_second(self) -> float:
        """The rate that lasts until the window ends; never none at all, since the next window comes."""
        if self.calls is None:
            return math.inf
        return max(self.calls, 1.0) / max(self.resets_in, 1.0)


@dataclass(frozen=True)
class Window:
    """The days of a list, both included: Sikka does not say in which zone it dates a write."""

    first: dt.date
    last: dt.date


@dataclass(frozen=True)
class Plan:
    """What to do now.

    Attributes:
        ask: rows to ask `writeback_status` about now, the offices in turn. What is due and not asked about
            waits for the list, or for the next window of the rate limit.
        window: the list to be read now; None for none.
        listed: rows the list answers for, so that they are not asked about before it tells their turn.
        pauses: seconds until the next look at a row that is still pending then, for every row.
    """

    ask: tuple[PendingId, ...] = ()
    window: Window | None = None
    listed: frozenset[str] = frozenset()
    pauses: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True)
class _Wanted:
    """A row, with the seconds that should lie between two questions about it by id."""

    row: PendingId
    seconds: float
    usual: float

    @property
    def outcomes(self) -> float:
        """Outcomes to be expected of it in a second: once it is past what is usual, ever fewer."""
        return 1 / max(self.usual, self.row.age_ms / 1000)


class Polling:
    """The choice, with what it remembers of the list. One an application, whatever its offices.

    Args:
        poll_seconds: between two questions about a write that a caller waits for.
    """

    def __init__(self, poll_seconds: float) -> None:
        self._poll = poll_seconds
        self._latency = 0.0
        self._pages = 1
        self._asked_at: int | None = None
        self._reading = False
        self._read_at: int | None = None
        self._avoided_until = 0
        self._by_id: set[str] = set()  # rows that the list does not show, or has told all it can about

    def plan(
        self,
        now: int,
        pending: Sequence[PendingId],
        *,
        watched: Container[str] = (),
        usual: Mapping[tuple[str, str], float | None] | None = None,
        left: Mapping[str, Left] | None = None,
    ) -> Plan:
        """What to ask now (UTC ms).

        Args:
            now: the moment.
            pending: every id whose outcome Sikka owes us (`Ledger.pending_sikka_ids`). Of those that are
                leased nothing is planned: somebody is just asking.
            watched: ids of rows that a caller waits for.
            usual: (office, operation) -> its usual completion time in seconds (`Ledger.usual_seconds`).
            left: office (our id, or `OURS`) -> what may still be asked there.
        """
        self._by_id &= {row.row_id for row in pending}
        usual, left = usual or {}, left or {}
        wanted = sorted(
            (
                self._wanted(row, usual.get((row.office, row.operation)), watched)
                for row in pending
                if not row.leased
            ),
            key=lambda each: (each.seconds, each.row.row_id),
        )
        alone, listed, every = self._divided(now, wanted, left)
        waits = self._list_waits(now, every) if listed else 0.0
        reads = bool(listed) and waits <= 0 and any(each.row.due_at <= now for each in listed)
        stretch = _stretches(alone, left)
        pauses = {
            each.row.row_id: each.seconds * stretch[each.row.office] * _jitter(each.row, now)
            for each in alone
        }
        pauses |= {each.row.row_id: every if reads else waits for each in listed}
        ask, spent = _within(_in_turn([each.row for each in alone if each.row.due_at <= now]), left, watched)
        for row in spent:
            reset = left[row.office].resets_in * (1 + JITTER) * _jitter(row, now)
            pauses[row.row_id] = max(pauses[row.row_id], reset)
        return Plan(
            ask=ask,
            window=_window(now, listed) if reads else None,
            listed=frozenset(each.row.row_id for each in listed),
            pauses=pauses,
        )

    def list_asked(self, now: int) -> None:
        """The list of a plan is being read; until it is there no other is."""
        self._asked_at, self._reading = now, True

    def list_read(
        self,
        now: int,
        pending: Iterable[PendingId],
        entries: Mapping[str, bool],
        *,
        seconds: float,
        requests: int,
    ) -> frozenset[str]:
        """Take in a list that was read, and return the ids of those of these rows that it shows as done.

        Args:
            now: the moment (UTC ms).
            pending: the rows it was read for, or more.
            entries: Sikka's id -> whether the list says that it is still pending.
            seconds: how long it took.
            requests: how many pages it had.
        """
        known = self._read_at is not None and now - self._read_at < LIST_REMEMBERED_MS
        self._latency = (self._latency + seconds) / 2 if known else seconds
        self._pages, self._read_at, self._reading = max(1, requests), now, False
        rows = list(pending)
        waits = frozenset(row.row_id for row in rows if entries.get(row.sikka_id) is True)
        self._by_id = (self._by_id | {row.row_id for row in rows}) - waits
        return frozenset(row.row_id for row in rows if entries.get(row.sikka_id) is False)

    def list_failed(self, now: int, *, for_ms: int = LIST_AVOIDED_MS) -> None:
        """The list was refused or could not be read: for a while every row is asked about by itself."""
        self._avoided_until, self._reading = now + for_ms, False

    def list_seen(self, asked_at: int) -> None:
        """Some process asked for the list then (UTC ms): it told that process whom to ask."""
        self._asked_at = max(asked_at, self._asked_at or asked_at)

    def _list_waits(self, now: int, every: float) -> float:
        """Seconds until a list may be read; never two at a time."""
        since = math.inf if self._asked_at is None else (now - self._asked_at) / 1000
        return max(self._poll if self._reading else 0.0, every - since)

    def _wanted(self, row: PendingId, usual: float | None, watched: Container[str]) -> _Wanted:
        seconds = wanted_seconds(row.age_ms / 1000, self._poll, usual=usual, watched=row.row_id in watched)
        return _Wanted(row, seconds, usual or UNKNOWN_USUAL_SECONDS)

    def _divided(
        self, now: int, wanted: list[_Wanted], left: Mapping[str, Left]
    ) -> tuple[list[_Wanted], list[_Wanted], float]:
        """Rows asked about by id, rows the list answers for, and seconds between two lists.

        Where a list is read it is read for the slowest rows, since it costs the same for all of them; so the
        cheapest of the ways to cut the rows, sorted by haste, in two is the cheapest way of all.
        """
        fit = [] if now < self._avoided_until else [each for each in wanted if self._fits_list(each.row)]
        by_id = _Questions(left)
        outcomes = sum(each.outcomes for each in fit)
        best, cheapest, every = 0, math.inf, math.inf
        for cut, each in enumerate(fit):
            if not cut or each.seconds > fit[cut - 1].seconds:  # equals are not parted
                between = self._between_lists(now, each.seconds, outcomes, left)
                if between is not None and by_id.cost + self._pages / between + outcomes < cheapest:
                    best, every = cut, between
                    cheapest = by_id.cost + self._pages / between + outcomes
            by_id.add(each)
            outcomes -= each.outcomes
        listed = fit[best:] if cheapest < by_id.cost else []
        by_list = {each.row.row_id for each in listed}
        return [each for each in wanted if each.row.row_id not in by_list], listed, every

    def _fits_list(self, row: PendingId) -> bool:
        return row.row_id not in self._by_id and row.age_ms < LISTED_DAYS * DAY_MS

    def _between_lists(
        self, now: int, seconds: float, outcomes: float, left: Mapping[str, Left]
    ) -> float | None:
        """Seconds between two lists that serve rows well enough; None where the list is too slow for them.

        A list is old by its own latency when it is there, and the question that follows has yet to be asked.

        Args:
            now: the moment.
            seconds: that should lie between two questions by id, of the row in the greatest haste.
            outcomes: to be expected of all the rows in a second.
            left: by office.
        """
        known = self._read_at is not None and now - self._read_at < LIST_REMEMBERED_MS
        latency = self._latency if known else 0.0
        longest = LIST_LOOSENS * seconds - 2 * latency
        if longest < max(self._poll, latency):
            return None
        shortest = min(seconds, FASTEST_UNWATCHED * self._poll)
        between = min(longest, max(shortest, self._pages / (LISTS_PER_OUTCOME * outcomes)))
        return max(between, self._pages / left.get(OURS, Left()).per_second)


class _Questions:
    """What asking about rows by their ids costs in calls a second, as loosely as a list would come.

    It is dearer where an office's budget runs short.
    """

    def __init__(self, left: Mapping[str, Left]) -> None:
        self._left = left
        self._demand: defaultdict[str, float] = defaultdict(float)
        self.cost = 0.0

    def add(self, each: _Wanted) -> None:
        """One row more."""
        office = each.row.office
        before = self._of(office)
        self._demand[office] += 1 / each.seconds
        self.cost += self._of(office) - before

    def _of(self, office: str) -> float:
        calls = self._demand[office]
        return max(1.0, calls / self._left.get(office, Left()).per_second) * calls / LIST_LOOSENS


def wanted_seconds(age_seconds: float, poll_seconds: float, *, usual: float | None, watched: bool) -> float:
    """Seconds that should lie between two questions about a write by its id.

    Args:
        age_seconds: since Sikka accepted it.
        poll_seconds: between two questions while a caller waits.
        usual: how long such a write usually takes in this office; None while that is not known.
        watched: whether a caller waits.
    """
    if watched or usual is None or age_seconds >= LATE * usual:
        return pause_seconds(age_seconds, poll_seconds, watched=watched)
    fastest = FASTEST_UNWATCHED * poll_seconds
    return max(fastest, EARLY * usual - age_seconds, usual / LOOKS_AT_USUAL)


def _stretches(rows: list[_Wanted], left: Mapping[str, Left]) -> dict[str, float]:
    """Office -> how much more slowly than wanted it is asked, so that its budget lasts; 1 where it does."""
    demand: defaultdict[str, float] = defaultdict(float)
    for each in rows:
        demand[each.row.office] += 1 / each.seconds
    return {office: max(1.0, calls / left.get(office, Left()).per_second) for office, calls in demand.items()}


def _window(now: int, listed: list[_Wanted]) -> Window:
    today = dt.datetime.fromtimestamp(now / 1000, dt.UTC)
    oldest = today - dt.timedelta(milliseconds=max(each.row.age_ms for each in listed))
    return Window(oldest.date() - _DAY, today.date() + _DAY)


def _in_turn(rows: list[PendingId]) -> tuple[PendingId, ...]:
    """The longest due of each office, then the next of each: no office waits for all of another."""
    turns: defaultdict[str, int] = defaultdict(int)
    placed: list[tuple[int, int, str, PendingId]] = []
    for row in sorted(rows, key=lambda row: (row.due_at, row.row_id)):
        placed.append((turns[row.office], row.due_at, row.row_id, row))
        turns[row.office] += 1
    return tuple(row for *_, row in sorted(placed, key=lambda each: each[:3]))


def _within(
    rows: Iterable[PendingId], left: Mapping[str, Left], watched: Container[str]
) -> tuple[tuple[PendingId, ...], list[PendingId]]:
    """The rows that may be asked about in this window, and those for which it holds no more calls.

    For a row that a caller waits for, the share kept for callers is there.
    """
    asked: Counter[str] = Counter()
    ask: list[PendingId] = []
    spent: list[PendingId] = []
    for row in rows:
        calls = left.get(row.office, Left()).calls
        if calls is not None and asked[row.office] >= calls and row.row_id not in watched:
            spent.append(row)
            continue
        asked[row.office] += 1
        ask.append(row)
    return tuple(ask), spent


def _jitter(row: PendingId, now: int) -> float:
    """A little more or less than wanted, by row and moment: what began together need not stay together."""
    share = zlib.crc32(f"{row.row_id}{now}".encode()) % 1000 / 999
    return 1 + JITTER * (2 * share - 1)
