"""How times are held: who has which, for how long, and what two who want the same one get."""

import itertools
import random

import anyio
import pytest

from store.holds import Claim, HeldElsewhere, Holds
from store.opening import open_store

T0 = 1_800_000_000_000
MINUTES = 60_000
DAY = "2026-12-01"


@pytest.fixture
def database_url(tmp_path):
    return f"sqlite://{tmp_path / 'chairtime.sqlite3'}"


@pytest.fixture
async def store(database_url, tmp_path):
    async with await open_store(
        database_url, key_file=None, key_text=None, default_path=tmp_path / "unused"
    ) as opened:
        yield opened


@pytest.fixture
async def office(store):
    row = await store.offices.upsert(
        "D100", "1", practice_name="", pms="", pms_version="", zone_name="", secret_key=None, as_of="", now=T0
    )
    return row.id


def claim(start: int, *, chair: str = "Doc 1", provider: str = "D1", long: int = 60, places=None, day=DAY):
    return Claim(f"{day}|{start}|{chair}|{long}", chair, provider, day, start, start + long, places)


class Desk:
    """What one process on the store can do."""

    def __init__(self, holds: Holds, office: str) -> None:
        self.holds = holds
        self.office = office

    async def take(self, holder: str, *claims: Claim, own=(), now=T0, most=3) -> list[bool]:
        """Whether each of the claims was got."""
        lost = await self.holds.take(
            self.office, claims, holder=holder, own=own, now=now, until=now + 5 * MINUTES, most=most
        )
        return [one.offer not in lost for one in claims]

    async def others(self, own: str, now: int = T0, first: str = DAY, last: str = DAY):
        """Chair and minutes of what anybody but `own` holds."""
        held = await self.holds.others(self.office, first, last, own=(own,), now=now)
        return [(one.operatory, one.start_minute, one.end_minute) for one in held]


@pytest.fixture
def desk(store, office):
    return Desk(store.holds, office)


async def test_a_time_is_held_by_the_first_who_wants_it_and_seen_by_all_but_its_holder(desk):
    assert await desk.take("call 1", claim(540)) == [True]
    assert await desk.take("call 2", claim(540), claim(600)) == [False, True]
    assert await desk.others("call 1") == [("Doc 1", 600, 660)]
    assert await desk.others("call 2") == [("Doc 1", 540, 600)]
    assert await desk.others("call 1", first="2026-12-02", last="2026-12-09") == []


async def test_times_that_share_five_minutes_are_the_same_time_and_those_that_touch_are_not(desk):
    assert await desk.take("call 1", claim(547, long=20)) == [True]
    for start, got in ((490, False), (565, False), (570, True), (485, True)):
        assert await desk.take(f"call at {start}", claim(start)) == [got], start


async def test_other_chairs_days_and_offices_have_holds_of_their_own(desk, store):
    other = await store.offices.upsert(
        "D200", "1", practice_name="", pms="", pms_version="", zone_name="", secret_key=None, as_of="", now=T0
    )
    assert await desk.take("call 1", claim(540)) == [True]
    assert await desk.take("call 2", claim(540, chair="Doc 2"), claim(540, day="2026-12-02")) == [True, True]
    assert await Desk(store.holds, other.id).take("call 3", claim(540)) == [True]


async def test_a_hold_lapses_after_its_time_and_is_then_anybodys(desk):
    await desk.take("call 1", claim(540))
    later = T0 + 5 * MINUTES
    assert await desk.others("call 2", now=later - 1) == [("Doc 1", 540, 600)]
    assert await desk.take("call 2", claim(540), now=later - 1) == [False]
    assert await desk.others("call 2", now=later) == []
    assert await desk.take("call 2", claim(540), now=later) == [True]
    assert await desk.take("call 1", claim(540), now=later) == [False]


async def test_a_hold_that_is_taken_again_lasts_from_then_on(desk):
    await desk.take("call 1", claim(540))
    assert await desk.take("call 1", claim(540), now=T0 + 4 * MINUTES) == [True]
    assert await desk.take("call 2", claim(540), now=T0 + 8 * MINUTES) == [False]


async def test_a_call_keeps_its_three_newest_times(desk):
    await desk.take("call 1", claim(480), claim(540), now=T0)
    await desk.take("call 1", claim(600), now=T0 + 1)
    await desk.take("call 1", claim(660), claim(720), now=T0 + 2)
    assert [start for _, start, _ in await desk.others("call 2")] == [600, 660, 720]
    await desk.take("call 1", claim(780), claim(840), claim(900), now=T0 + 2)
    assert [start for _, start, _ in await desk.others("call 2")] == [780, 840, 900]


async def test_times_of_one_call_may_overlap_since_only_one_of_them_will_be_booked(desk):
    assert await desk.take("call 1", claim(540), claim(570), claim(600)) == [True, True, True]
    for start in range(485, 660, 5):
        assert await desk.take("call 2", claim(start)) == [False]


async def test_a_time_that_is_let_go_is_free_and_the_others_stay(desk):
    await desk.take("call 1", claim(540), claim(600))
    await desk.holds.release(desk.office, "call 2", claim(540).offer)
    assert await desk.take("call 2", claim(540)) == [False]
    await desk.holds.release(desk.office, "call 1", claim(540).offer)
    assert await desk.take("call 2", claim(540), claim(600)) == [True, False]


async def test_what_a_call_holds_passes_to_the_booking_it_makes(desk):
    await desk.take("call 1", claim(540))
    assert await desk.take("booking for Ann", claim(540), own=("call 1",)) == [True]
    assert await desk.take("booking for Ben", claim(540), own=("call 1",)) == [False]
    assert await desk.take("booking for Ann", claim(540), own=("call 1",)) == [True]


async def test_a_provider_is_held_no_more_often_than_they_have_places(desk):
    chairs = [f"Hyg {number}" for number in range(1, 5)]
    got = [
        await desk.take(f"call {chair}", claim(540, chair=chair, provider="H1", places=2)) for chair in chairs
    ]
    assert got == [[True], [True], [False], [False]]
    assert await desk.take("call 5", claim(600, chair="Hyg 4", provider="H1", places=2)) == [True]
    assert await desk.take("call 6", claim(540, chair="Hyg 4", provider="H2", places=1)) == [True]
    assert await desk.take("call 7", claim(540, chair="Doc 1", provider="H1")) == [True]
    assert await desk.take("call 8", claim(540, chair="Doc 2", provider="H3", places=0)) == [False]


async def test_one_call_is_offered_two_chairs_of_a_provider_with_one_place(desk):
    claims = [claim(540, chair=chair, provider="H1", places=1) for chair in ("Hyg 1", "Hyg 2")]
    assert await desk.take("call 1", *claims) == [True, True]
    assert await desk.take("call 2", claim(570, chair="Hyg 3", provider="H1", places=1)) == [False]


async def test_a_chair_and_a_provider_of_one_name_are_not_taken_for_each_other(desk):
    assert await desk.take("call 1", claim(540, chair="A", provider="B", places=1)) == [True]
    assert await desk.take("call 2", claim(540, chair="B|1", provider="A", places=1)) == [True]


async def test_nothing_wanted_is_nothing_held(desk):
    await desk.take("call 1", claim(540))
    assert await desk.take("call 2") == []
    assert await desk.others("call 2") == [("Doc 1", 540, 600)]


async def test_a_cell_that_was_taken_between_look_and_taking_changes_nothing(desk, monkeypatch):
    await desk.take("call 1", claim(600))

    async def blind(self, statements, office, claims, own):
        return frozenset()

    monkeypatch.setattr(Holds, "_taken", blind)
    with pytest.raises(HeldElsewhere):
        await desk.take("call 2", claim(540), claim(600))
    assert await desk.others("call 1") == []


async def test_of_many_calls_that_want_the_same_times_at_once_each_time_goes_to_one(
    store, office, database_url, tmp_path
):
    chance = random.Random(7)
    chairs, starts, limit = ("Hyg 1", "Hyg 2", "Hyg 3"), range(480, 720, 30), 2
    taken: list[tuple[str, int, str]] = []
    async with await open_store(
        database_url, key_file=None, key_text=None, default_path=tmp_path / "unused"
    ) as second:
        desks = (Desk(store.holds, office), Desk(second.holds, office))

        async def one_call(number: int) -> None:
            chair, start = chance.choice(chairs), chance.choice(starts)
            wanted = claim(start, chair=chair, provider="H1", places=limit)
            got = await desks[number % 2].take(f"call {number}", wanted)
            taken.extend((chair, start, "H1") for got_it in got if got_it)

        async with anyio.create_task_group() as calls:
            for number in range(60):
                calls.start_soon(one_call, number)
    assert taken
    for (chair, start, _), (other_chair, other_start, _) in itertools.combinations(taken, 2):
        assert chair != other_chair or abs(start - other_start) >= 60
    for minute in range(480, 780, 5):
        assert sum(start <= minute < start + 60 for _, start, _ in taken) <= limit
