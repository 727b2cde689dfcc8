"""The commands of operators on the ledger: showing it, settling, taking back, asking anew, statistics."""

import asyncio
import datetime as dt
import json
from dataclasses import replace

import pytest
from harness import FAST, ManualClock, Office, open_office, quiet_office, served, settings_for

from server.clock import SystemClock
from server.desk.copies.overlay import Standing, visit_of
from server.desk.proofs import SlotOffer
from server.desk.times.openings import Opening
from server.failures import ConfigurationError, Failure
from server.operators import retrying, writebacks
from server.operators.tables import HIDDEN, Page
from server.operators.writebacks import Word
from store.errors import BadDatabaseUrl
from store.inbox import NewTask, TaskKind, TaskState
from store.ledger_rows import Created, NewWriteback
from store.ledger_states import OPEN, State

NOTE = "seen in the practice's calendar"
PATIENT = "Anna Lindqvist"
FAST_BUT_SLOW_WRITES = replace(FAST, writeback_seconds=(60, 60))


class Stage(Office):
    """An office, and the settings for commands on its store."""

    def __init__(self, office, settings):
        super().__init__(office.desk, office.sikka, office.line, office.profile)
        self.settings = settings


@pytest.fixture
async def stage(tmp_path):
    """An office without background work, and settings for the commands on its store."""
    opened, over = asyncio.Future(), asyncio.Event()

    async def hold_open():  # a task of its own: pytest ends a fixture in another than it began in
        clock = ManualClock(SystemClock().now() / 1000)
        async with served(FAST, clock) as line, quiet_office(line, tmp_path, clock) as office:
            opened.set_result(Stage(office, settings_for(line, tmp_path)))
            await over.wait()

    holding = asyncio.create_task(hold_open())
    await asyncio.wait({holding, opened}, return_when=asyncio.FIRST_COMPLETED)
    yield await (holding if holding.done() else opened)
    over.set()
    await holding


@pytest.fixture
def shown(capsys):
    """Runs a command with --json and returns what it says."""

    async def run(command, settings, *args, reveal=False, **kwargs):
        capsys.readouterr()  # what a server of the same test has logged
        assert await command(settings, Page(as_json=True, reveal=reveal), *args, **kwargs) == 0
        return json.loads(capsys.readouterr().out)

    return run


async def moved(office, row, *states, **changes):
    """The row, taken through states as the background would."""
    for state in states:
        row = await office.ledger.change(row.id, state, office.clock.now(), expect=OPEN, **changes)
    return row


def of(office, states=(), **more):
    return writebacks.RowFilter(office, states, **more)


async def test_writes_are_listed_newest_first_without_a_word_of_the_patient(stage, shown):
    first = await stage.book()
    stage.clock.advance(1)
    second = await stage.book((await stage.free())[3])
    rows = await shown(writebacks.list_rows, stage.settings, of("D10001"))
    assert [row["id"] for row in rows] == [second.id, first.id]
    assert {row["contents"] for row in rows} == {HIDDEN}
    text = json.dumps(rows)
    patient_id = stage.patient().patient_id
    assert not any(secret in text for secret in ("facts", "body", f'"{patient_id}"', second.facts["start"]))


async def test_what_is_sealed_is_shown_on_demand(stage, shown):
    row = await moved(stage, await stage.book(), State.SENDING)
    await moved(stage, row, State.REJECTED, error_message="no such chair")
    told = await shown(writebacks.show_row, stage.settings, row.id, reveal=True)
    assert told["facts"]["patient_id"] == stage.patient().patient_id
    assert (told["body"]["operatory"], told["error_message"]) == (row.facts["operatory"], "no such chair")
    assert [event["to"] for event in told["history"]] == ["intent", "sending", "rejected"]


async def test_the_list_is_filtered_and_goes_on_page_by_page(stage, shown):
    free = await stage.free()
    rows = []
    for number in range(3):
        rows.append(await stage.book(free[number * 3]))
        stage.clock.advance(1)
    await moved(stage, rows[0], State.REJECTED)

    async def ids(*args, **kwargs):
        return [row["id"] for row in await shown(writebacks.list_rows, stage.settings, of(*args, **kwargs))]

    newest_first = [row.id for row in reversed(rows)]
    assert await ids("", {State.REJECTED}) == [rows[0].id]
    assert await ids("D10001/1", OPEN) == newest_first[:2]
    assert await ids("", operation="cancel") == []
    assert await ids("", limit=2) == newest_first[:2]
    assert await ids("", limit=2, before=rows[1].id[:20]) == [rows[0].id]


async def test_an_office_the_store_does_not_know_is_named_with_those_it_knows(stage):
    with pytest.raises(Failure, match=r"no office D9.*D10001/1"):
        await writebacks.list_rows(stage.settings, Page(as_json=True, reveal=False), of("D9"))


async def test_a_beginning_of_an_id_is_enough_where_it_is_unique(stage, shown):
    row = await stage.book()
    assert (await shown(writebacks.show_row, stage.settings, row.id[:20].upper()))["id"] == row.id
    other = await stage.book((await stage.free())[3])  # made in the same millisecond
    with pytest.raises(Failure, match="Several ids"):
        await shown(writebacks.show_row, stage.settings, row.id[:8])
    assert (await shown(writebacks.show_row, stage.settings, other.id))["id"] == other.id


@pytest.mark.parametrize("text", ["", "01", "w123456789", "%%%%%"])
async def test_what_is_no_beginning_of_an_id_is_said_to_be_none(stage, text):
    with pytest.raises(Failure, match="is no id"):
        await writebacks.show_row(stage.settings, Page(as_json=True, reveal=False), text)


async def test_a_write_that_is_not_there_is_said_not_to_be(stage):
    with pytest.raises(Failure, match="There is no write"):
        await writebacks.show_row(stage.settings, Page(as_json=True, reveal=False), "ffffffff")


@pytest.mark.parametrize("outcome", [State.CONFIRMED, State.FAILED])
async def test_a_persons_word_settles_a_silent_write_and_its_tasks(stage, shown, outcome):
    row = await moved(stage, await stage.book(), State.SENDING, State.SUBMITTED, State.OVERDUE)
    tasks = {}
    for kind in (TaskKind.OVERDUE, TaskKind.UNCERTAIN, TaskKind.CALL_NOW):
        new = NewTask(office=stage.id, kind=kind, body={"say": "look"}, writeback_id=row.id)
        tasks[kind], _ = await stage.store.inbox.open_task(new, stage.clock.now())
    told = await shown(writebacks.settle_row, stage.settings, row.id, Word(outcome, "kim", NOTE))
    assert (told["state"], told["reason"]) == (outcome, "settled_by_person")
    events = await stage.ledger.events(row.office, row.id)
    assert events[-1].detail == f"kim: {NOTE}"
    after = {task.kind: task for task in await stage.store.inbox.of_writeback(row.id)}
    assert after[TaskKind.CALL_NOW].state is TaskState.OPEN
    for kind in (TaskKind.OVERDUE, TaskKind.UNCERTAIN):
        assert (after[kind].state, after[kind].owner, after[kind].note) == (TaskState.DONE, "kim", NOTE)
    history = (await shown(writebacks.show_row, stage.settings, row.id))["history"]
    assert history[-1]["detail"] == HIDDEN


async def test_a_write_that_needs_no_person_is_not_settled_by_one(stage):
    row = await stage.book()
    with pytest.raises(Failure, match=r"is intent.*Nothing was changed"):
        await writebacks.settle_row(
            stage.settings, Page(as_json=True, reveal=False), row.id, Word(State.CONFIRMED, "kim", NOTE)
        )
    assert (await stage.row(row)).state is State.INTENT


async def test_an_unsent_write_is_withdrawn_at_once_and_one_under_way_is_wished_away(stage, shown):
    free = await stage.free()
    unsent = await stage.book(free[0])
    under_way = await moved(stage, await stage.book(free[3]), State.SENDING, State.SUBMITTED)
    assert (await shown(writebacks.withdraw_row, stage.settings, unsent.id))["state"] == "withdrawn"
    told = await shown(writebacks.withdraw_row, stage.settings, under_way.id)
    assert (told["state"], told["wish"]) == ("submitted", "withdraw")
    with pytest.raises(Failure, match="withdrawn already"):
        await shown(writebacks.withdraw_row, stage.settings, unsent.id)


async def test_a_running_server_carries_a_withdrawal_out(tmp_path, capsys):
    async with open_office(tmp_path, config=FAST_BUT_SLOW_WRITES) as office:
        row = await office.settled(await office.book(), State.SUBMITTED)
        page = Page(as_json=True, reveal=False)
        await writebacks.withdraw_row(settings_for(office.line, tmp_path), page, row.id)
        office.desk.doorbell.ring()
        await office.settled(row, State.WITHDRAWN)
        assert office.truth() == []


async def rejected(office, row, reason="never_sent"):
    return await moved(office, row, State.REJECTED, reason=reason)


async def test_what_never_happened_is_asked_for_anew_by_a_linked_row(stage, shown):
    old = await rejected(stage, await stage.book())
    told = await shown(writebacks.retry_row, stage.settings, old.id)
    new = (await stage.ledger.starting(told["id"]))[0]
    assert (new.retry_of, new.state, new.id != old.id) == (old.id, State.INTENT, True)
    assert (new.body, new.facts, new.natural_key) == (old.body, old.facts, old.natural_key_given)
    assert new.send_before - stage.clock.now() <= stage.settings.send_within_seconds * 1000 + 10_000
    assert (await stage.row(old)).state is State.REJECTED


async def test_a_retry_is_carried_out_once_however_often_it_is_asked_for(tmp_path, shown):
    async with open_office(tmp_path, offline="refuse") as office:
        settings = settings_for(office.line, tmp_path)
        row = await office.settled(await refused_booking(office), State.REJECTED)
        new = (await shown(writebacks.retry_row, settings, row.id))["id"]
        office.desk.doorbell.ring()
        await office.settled((await office.ledger.starting(new))[0], State.CONFIRMED)
        with pytest.raises(Failure, match="which is confirmed"):
            await shown(writebacks.retry_row, settings, row.id)
        assert len(office.truth()) == 1


async def refused_booking(office):
    """A booking that Sikka refuses, since the PC is off."""
    office.world.set_online("D10001", online=False)
    row = await office.book()
    await office.settled(row, State.REJECTED)
    office.world.set_online("D10001", online=True)
    return row


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ((), "is intent, and is being seen to"),
        ((State.SENDING, State.UNCERTAIN), "may have been done"),
        ((State.SENDING, State.SUBMITTED, State.OVERDUE), "may still be done"),
        ((State.SENDING, State.SUBMITTED, State.CONFIRMED), "it is done"),
        ((State.SENDING, State.SUBMITTED, State.WITHDRAWN), "taken back"),
    ],
)
async def test_a_write_that_may_have_been_done_is_never_asked_for_anew(stage, states, words):
    row = await moved(stage, await stage.book(), *states)
    with pytest.raises(Failure, match=words):
        await writebacks.retry_row(stage.settings, Page(as_json=True, reveal=False), row.id)
    assert len(await stage.ledger.search()) == 1


async def test_a_failure_on_a_persons_word_alone_is_not_asked_for_anew(stage):
    row = await moved(stage, await stage.book(), State.SENDING, State.SUBMITTED)
    await stage.ledger.settle_by_person(
        row.office, row.id, State.FAILED, by="kim", note=NOTE, now=stage.clock.now()
    )
    with pytest.raises(Failure, match="somebody's word"):
        await writebacks.retry_row(stage.settings, Page(as_json=True, reveal=False), row.id)


async def test_what_was_asked_for_again_meanwhile_is_not_asked_for_twice(stage):
    opening = (await stage.free())[0]
    old = await rejected(stage, await stage.book(opening))
    again = await stage.book(opening)
    with pytest.raises(Failure, match=f"{again.id[:16]}, which is intent"):
        await writebacks.retry_row(stage.settings, Page(as_json=True, reveal=False), old.id)


async def test_a_time_that_is_taken_by_now_is_not_asked_for_anew(stage):
    opening = (await stage.free())[0]
    old = await rejected(stage, await stage.book(opening))
    await stage.book(opening, name=another_patient(stage))
    with pytest.raises(Failure, match="its time is taken"):
        await writebacks.retry_row(stage.settings, Page(as_json=True, reveal=False), old.id)


def cleanings(office):
    """One time in both hygiene chairs, with somebody who has one visit at a time."""
    limits = office.desk.finding.columns(office.profile).limits
    hygienist = next(number for number, most in limits.items() if most == 1)
    day = office.profile.clock(office.clock.now()).date() + dt.timedelta(days=300)
    start = dt.datetime.combine(day, dt.time(9))
    return [Opening(start, chair, hygienist, 60) for chair in ("Hygiene 1", "Hygiene 2")]


async def test_a_time_at_which_its_provider_has_as_many_visits_as_they_may_is_not_asked_for_anew(stage):
    first, second = cleanings(stage)
    old = await rejected(stage, await stage.book(first))
    await stage.book(second, name=another_patient(stage))
    with pytest.raises(Failure, match="its time is taken"):
        await writebacks.retry_row(stage.settings, Page(as_json=True, reveal=False), old.id)


async def test_a_move_is_asked_for_anew_though_the_visit_itself_lies_in_its_way(stage, shown):
    first, second = cleanings(stage)
    booked = await moved(stage, await stage.book(first), State.SENDING, State.SUBMITTED)
    made = Created(appointment_sr_no="77", patient_id=stage.patient().patient_id)
    booked = await moved(stage, booked, State.CONFIRMED, created=made)
    visit = replace(visit_of(booked, Standing.BOOKED), row_id="")
    later = replace(second, start=second.start + dt.timedelta(minutes=30))
    put = await stage.desk.moving.move(stage.profile, visit, SlotOffer(later, "cleaning", "Dana"), None)
    old = await rejected(stage, put.row)
    assert (await shown(writebacks.retry_row, stage.settings, old.id))["retry_of"] == old.id


def another_patient(office):
    records = office.world.offices["D10001"].records
    names = [f"{row.firstname} {row.lastname}" for row in records.patients.values()]
    return next(name for name in names if name != PATIENT)


async def test_a_time_that_cannot_be_looked_at_is_not_asked_for_anew(stage):
    old = await rejected(stage, await stage.book())
    await stage.line.down()
    with pytest.raises(Failure, match="the calendar could not be looked at"):
        await writebacks.retry_row(stage.settings, Page(as_json=True, reveal=False), old.id)
    assert len(await stage.ledger.search()) == 1


async def test_a_time_that_has_passed_is_not_asked_for_anew(stage, monkeypatch):
    old = await rejected(stage, await stage.book())
    later = ManualClock(stage.clock.seconds + 30 * 86_400)
    monkeypatch.setattr(retrying, "SystemClock", lambda: later)
    with pytest.raises(Failure, match="its time has passed"):
        await writebacks.retry_row(stage.settings, Page(as_json=True, reveal=False), old.id)


async def test_when_a_time_has_passed_is_told_by_the_zone_of_the_offices_profile(stage):
    soon = stage.profile.clock(stage.clock.now()) + dt.timedelta(hours=2)
    facts = {"start": soon.isoformat()}
    old = await put_like(stage, await stage.book(), operation="confirm", facts=facts, natural_key="n")
    await rejected(stage, old)
    ahead = 'zone = "Pacific/Kiritimati"'  # most of a day ahead of New York
    await stage.store.profiles.apply(stage.id, ahead, over=0, by="a test", now=1)
    with pytest.raises(Failure, match="its time has passed"):
        await writebacks.retry_row(stage.settings, Page(as_json=True, reveal=False), old.id)


async def test_a_booking_for_somebody_who_was_never_registered_is_not_asked_for_anew(stage):
    row = await stage.book()
    new = await put_like(stage, row, waits_for=row.id, facts={**row.facts, "patient_id": ""}, natural_key="w")
    await rejected(stage, new)
    with pytest.raises(Failure, match="never registered"):
        await writebacks.retry_row(stage.settings, Page(as_json=True, reveal=False), new.id)


async def test_a_change_of_an_appointment_that_was_changed_first_is_not_asked_for_anew(stage):
    facts = {"start": "2099-01-05T10:00:00", "appointment_sr_no": "1"}
    new = await put_like(stage, await stage.book(), operation="cancel", facts=facts, natural_key="n")
    await moved(stage, new, State.REJECTED, reason="changed")
    with pytest.raises(Failure, match="no longer stands as it did"):
        await writebacks.retry_row(stage.settings, Page(as_json=True, reveal=False), new.id)


@pytest.mark.parametrize("operation", ["cancel", "confirm", "move"])
async def test_a_change_of_an_appointment_that_the_desk_has_moved_since_is_not_asked_for_anew(
    stage, shown, operation
):
    """Though it came to nothing for another reason."""
    old = await unsent_change(stage, operation)
    visit_was = old.facts["start"]
    desk = stage.world.desks["D10001"]
    desk.move(old.facts["appointment_sr_no"], dt.datetime.fromisoformat(visit_was) + dt.timedelta(weeks=4))
    desk.office.refresh()
    with pytest.raises(Failure, match="no longer stands as it did"):
        await writebacks.retry_row(stage.settings, Page(as_json=True, reveal=False), old.id)
    desk.move(old.facts["appointment_sr_no"], dt.datetime.fromisoformat(visit_was))
    desk.office.refresh()
    assert (await shown(writebacks.retry_row, stage.settings, old.id))["retry_of"] == old.id


async def unsent_change(office, operation):
    """A change of a visit of the practice's own that was never sent."""
    profile, moving = office.profile, office.desk.moving
    coming = [await office.desk.calendar.of_patient(profile, each) for each in patients_of(office)]
    visit = next(visits[0] for visits in coming if visits)
    if operation == "cancel":
        return await rejected(office, (await office.cancel(visit)).row)
    if operation == "confirm":
        return await rejected(office, (await moving.confirm(profile, visit, None)).row)
    later = replace(cleanings(office)[0], provider_id=visit.provider_id)
    return await rejected(
        office, (await moving.move(profile, visit, SlotOffer(later, "cleaning", "Dana"), None)).row
    )


def patients_of(office):
    return list(office.world.offices["D10001"].records.patients)


async def test_a_write_without_a_key_of_its_own_is_not_asked_for_anew(stage):
    new = await rejected(stage, await put_like(stage, await stage.book(), natural_key=None))
    with pytest.raises(Failure, match="told apart"):
        await writebacks.retry_row(stage.settings, Page(as_json=True, reveal=False), new.id)


async def test_a_write_that_takes_no_time_is_asked_for_anew_with_sikka_down(stage, shown):
    note = await put_like(
        stage, await stage.book(), operation="add_note", facts={"text": "x"}, natural_key="n"
    )
    await rejected(stage, note)
    await stage.line.down()
    assert (await shown(writebacks.retry_row, stage.settings, note.id))["retry_of"] == note.id


async def put_like(office, row, **over):
    """Another row much like one that is there."""
    facts = {
        "operation": row.operation,
        "method": row.method,
        "endpoint": row.endpoint,
        "body": row.body,
        "facts": row.facts,
        "send_before": row.send_before,
    }
    new, fresh = await office.ledger.append(
        NewWriteback(office=row.office, **(facts | over)), office.clock.now()
    )
    assert fresh
    return new


async def test_statistics_count_by_office_and_operation(stage, shown):
    free = await stage.free()
    await stage.book(free[0])
    await moved(stage, await stage.book(free[3]), State.SENDING, State.SUBMITTED, State.CONFIRMED)
    assert await shown(writebacks.show_stats, stage.settings, "") == [
        {
            "office": "D10001/1",
            "operation": "book",
            "counts": {"confirmed": 1, "intent": 1},
            "timed": 1,
            "p50_seconds": 0.0,
            "p95_seconds": 0.0,
        }
    ]


async def test_a_person_gets_tables_and_sentences(stage, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    page = Page(as_json=False, reveal=True)
    await writebacks.list_rows(stage.settings, page, of(""))
    await writebacks.show_stats(stage.settings, page, "")
    assert capsys.readouterr().out == "There are no such writes.\nThere are no writes yet.\n"
    row = await moved(stage, await stage.book(), State.SENDING, State.SUBMITTED)
    await writebacks.list_rows(stage.settings, page, of(""))
    await writebacks.show_stats(stage.settings, page, "")
    await writebacks.settle_row(stage.settings, page, row.id, Word(State.CONFIRMED, "kim", "\x1b[31mred"))
    await writebacks.show_row(stage.settings, page, row.id)
    out = capsys.readouterr().out
    assert row.id[:16] in out
    assert f"The write {row.id[:16]} is confirmed now." in out
    assert "settled_by_person" in out
    assert "kim:  [31mred" in out  # nothing that a terminal would obey
    assert "\x1b" not in out


async def test_without_a_database_none_is_made(tmp_path):
    async with served(FAST) as line:
        settings = settings_for(line, tmp_path)
        with pytest.raises(ConfigurationError, match="There is no database"):
            await writebacks.list_rows(settings, Page(as_json=True, reveal=False), of(""))
        assert list(tmp_path.iterdir()) == []
        with pytest.raises(BadDatabaseUrl):
            await writebacks.list_rows(
                settings_for(line, tmp_path, database_url="mysql://x"),
                Page(as_json=True, reveal=False),
                of(""),
            )


async def test_a_person_brings_the_numbers_of_what_was_made(stage, shown):
    booking = await moved(stage, await stage.book(), State.SENDING, State.SUBMITTED)
    await shown(
        writebacks.settle_row,
        stage.settings,
        booking.id,
        Word(State.CONFIRMED, "kim", NOTE, appointment="88"),
    )
    booking = await stage.row(booking)
    assert booking.created.appointment_sr_no == "88"
    assert booking.created.patient_id == stage.patient().patient_id
    assert booking.appointment_key == stage.desk.booking.appointment_key(stage.id, "88")
    like = await put_like(stage, booking, operation="register", facts={"first_name": "M"}, natural_key="r")
    like = await moved(stage, like, State.SENDING, State.UNCERTAIN)
    await shown(
        writebacks.settle_row, stage.settings, like.id, Word(State.CONFIRMED, "kim", NOTE, patient_id="77")
    )
    like = await stage.row(like)
    assert (like.created.patient_id, like.facts) == ("77", {"first_name": "M", "patient_id": "77"})


@pytest.mark.parametrize(
    "word",
    [
        Word(State.CONFIRMED, "kim", NOTE, patient_id="77"),  # a booking makes no patient
        Word(State.FAILED, "kim", NOTE, appointment="88"),  # what failed made nothing
    ],
)
async def test_a_number_of_what_a_write_does_not_make_is_refused(stage, word):
    row = await moved(stage, await stage.book(), State.SENDING, State.SUBMITTED)
    with pytest.raises(Failure, match=r"makes no .*Nothing was changed"):
        await writebacks.settle_row(stage.settings, Page(as_json=True, reveal=False), row.id, word)
    assert (await stage.row(row)).state is State.SUBMITTED
