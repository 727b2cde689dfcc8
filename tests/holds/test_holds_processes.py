"""Two server processes on one database, in front of one practice."""

import anyio
from callers import on_the_phone
from processes import http_server, open_practice


async def test_two_processes_neither_offer_nor_book_one_time_twice(tmp_path):
    async with (
        open_practice(tmp_path) as practice,
        http_server(practice) as one,
        http_server(practice) as two,
        on_the_phone(one, call_id="one") as first,
        on_the_phone(two, call_id="two") as second,
        on_the_phone(one) as third,
        on_the_phone(two) as fourth,
    ):
        offered = {}

        async def ask(name, caller):
            offered[name] = {(slot["start"], slot["provider"]) for slot in await caller.offers()}

        # Nothing is kept for calls without an id: they are offered the same, and race for it.
        racers = [(third, practice.somebody()), (fourth, practice.somebody())]
        wanted = [(await caller.offers())[0] for caller, _ in racers]
        assert wanted[0]["spoken"] == wanted[1]["spoken"]
        patients = [await caller.identify(somebody) for caller, somebody in racers]
        outcomes = {}

        async def book(place):
            caller, _ = racers[place]
            outcomes[place] = (await caller.book(patients[place], wanted[place]["slot"])).outcome

        async with anyio.create_task_group() as calls:
            calls.start_soon(book, 0)
            calls.start_soon(book, 1)
        assert sorted(outcomes.values()) == ["pending", "slot_taken"]
        winner = next(place for place, outcome in outcomes.items() if outcome == "pending")
        await practice.carries_out(racers[winner][1])
        assert [len(practice.appointments(somebody)) for _, somebody in racers] == [
            int(place == winner) for place in range(2)
        ]
        async with anyio.create_task_group() as calls:
            calls.start_soon(ask, "one", first)
            calls.start_soon(ask, "two", second)
        assert all(offered.values())
        assert not offered["one"] & offered["two"]
