"""Many writes at once: listings, counts, usual times, ids to ask about."""

import pytest

from store import ledger_listing
from store.ledger_rows import Created
from store.ledger_states import OPEN, State


@pytest.fixture
def timed(put, ledger, t0):
    """A row that Sikka settled after so many milliseconds."""

    async def row(ms, *, to=State.CONFIRMED, at=t0, **over):
        row = await put(to=State.SENDING, now=at, **over)
        await ledger.change(row.id, State.SUBMITTED, at, expect=OPEN)
        return await ledger.change(row.id, to, at + ms, expect=OPEN)

    return row


async def test_a_patients_open_rows_are_found_and_no_others(put, ledger, office, t0):
    rows = {state: await put(to=state, patient_key="p", now=t0 + n) for n, state in enumerate(State)}
    await put(patient_key="other")
    still_open = [row.id for state, row in rows.items() if state in OPEN]
    assert [row.id for row in await ledger.open_by_patient(office, "p")] == still_open
    assert await ledger.open_by_patient("none", "p") == []


async def test_rows_are_listed_newest_first_page_by_page(store, put, ledger, a_write, add_office, office, t0):
    rows = [await put(now=t0 + n, operation="book" if n % 2 else "cancel") for n in range(5)]
    other = await add_office(store, "D200")
    theirs, _ = await ledger.append(a_write(other.id), t0 + 9)
    await ledger.change(rows[0].id, State.WITHDRAWN, t0 + 9, expect=OPEN)

    async def ids(*args, **kwargs):
        return [row.id for row in await ledger.search(*args, **kwargs)]

    newest_first = [row.id for row in reversed(rows)]
    assert await ids() == [theirs.id, *newest_first]
    assert await ids(office) == newest_first
    assert await ids(office, operation="book") == [rows[3].id, rows[1].id]
    assert await ids(states={State.WITHDRAWN}) == [rows[0].id]
    assert await ids(states=()) == []
    first = await ids(limit=4)
    assert first == [theirs.id, *newest_first[:3]]
    assert await ids(limit=4, before=first[-1]) == newest_first[3:]


async def test_counts_and_times_are_kept_by_office_and_operation(
    store, put, ledger, timed, a_write, add_office, office, t0
):
    for seconds in range(1, 21):
        await timed(seconds * 1_000, to=State.FAILED if seconds == 20 else State.CONFIRMED)
    await put(operation="cancel")
    await put(operation="cancel", to=State.WITHDRAWN)
    other = await add_office(store, "D200")
    await ledger.append(a_write(other.id), t0)
    stats = {(found.office, found.operation): found for found in await ledger.stats()}
    assert set(stats) == {(office, "book"), (office, "cancel"), (other.id, "book")}
    book, cancel = stats[office, "book"], stats[office, "cancel"]
    assert book.counts == {State.CONFIRMED: 19, State.FAILED: 1}
    assert (book.timed, book.p50_seconds, book.p95_seconds) == (20, 10.0, 19.0)
    assert cancel.counts == {State.INTENT: 1, State.WITHDRAWN: 1}
    assert (cancel.timed, cancel.p50_seconds, cancel.p95_seconds) == (0, None, None)
    assert await ledger.stats(office) == [book, cancel]
    assert await ledger.stats("none") == []


async def test_one_completion_is_its_own_median_and_its_own_worst(ledger, timed, office):
    await timed(1_500)
    [stats] = await ledger.stats(office)
    assert (stats.timed, stats.p50_seconds, stats.p95_seconds) == (1, 1.5, 1.5)
    assert await ledger.usual_seconds(office, "book") == 1.5


async def test_the_usual_time_is_the_middle_one_of_the_latest(
    store, ledger, timed, add_office, office, t0, monkeypatch
):
    assert await ledger.usual_seconds(office, "book") is None
    for number, seconds in enumerate((90, 10, 30, 20, 40)):
        await timed(seconds * 1_000, at=t0 + number * 100_000)
    await timed(1_000, operation="cancel")
    assert await ledger.usual_seconds(office, "book") == 30
    assert await ledger.usual_seconds(office, "register") is None
    assert await ledger.usual_seconds((await add_office(store, "D200")).id, "book") is None
    monkeypatch.setattr(ledger_listing, "LATEST", 4)
    assert await ledger.usual_seconds(office, "book") == 20


async def test_what_a_person_or_a_late_answer_settled_tells_nothing_of_sikkas_speed(put, ledger, office, t0):
    by_person, late = await put(to=State.OVERDUE), await put(to=State.OVERDUE)
    never_accepted = await put(to=State.SENDING)
    await ledger.change(never_accepted.id, State.CONFIRMED, t0 + 5, expect=OPEN)
    await ledger.settle_by_person(office, by_person.id, State.FAILED, by="Ann", note="", now=t0 + 99)
    await ledger.change(late.id, State.WITHDRAWN, t0, expect=OPEN)
    await ledger.late(late.id, State.CONFIRMED, t0 + 999)
    assert await ledger.usual_seconds(office, "book") is None
    [stats] = await ledger.stats()
    assert (stats.timed, stats.counts) == (0, {State.CONFIRMED: 2, State.FAILED: 1})


async def test_ids_whose_outcome_is_owed_come_with_what_is_needed_to_choose(
    store, put, ledger, a_write, add_office, office, t0
):
    ids = []
    for number, due in enumerate((30, 10)):
        row = await put(to=State.SENDING)
        await ledger.change(row.id, State.SUBMITTED, t0, expect=OPEN, sikka_id=str(number), due_at=t0 + due)
        ids.append(row.id)
    await ledger.change(ids[1], State.OVERDUE, t0 + 5, expect=OPEN, due_at=t0 + 50, checked=True)
    done = await put(to=State.SENDING)
    await ledger.change(
        done.id, State.CONFIRMED, t0, expect=OPEN, sikka_id="8", created=Created("1", "2", "3")
    )
    await put(to=State.UNCERTAIN)
    other = await add_office(store, "D200")
    theirs, _ = await ledger.append(a_write(other.id), t0)
    await ledger.change(theirs.id, State.SENDING, t0, expect=OPEN)
    await ledger.change(theirs.id, State.SUBMITTED, t0, expect=OPEN, sikka_id="7", due_at=t0 + 40)
    pending = await ledger.pending_sikka_ids(t0 + 60)
    assert [(owed.row_id, owed.sikka_id) for owed in pending] == [
        (ids[0], "0"),
        (theirs.id, "7"),
        (ids[1], "1"),
    ]
    last = pending[-1]
    assert (last.office, last.operation, last.state) == (office, "book", State.OVERDUE)
    assert (last.age_ms, last.check_count, last.due_at) == (60, 1, t0 + 50)
    assert [owed.sikka_id for owed in await ledger.pending_sikka_ids(t0, other.id)] == ["7"]


async def test_an_id_found_overdue_without_having_been_accepted_is_as_old_as_its_row(put, ledger, t0):
    row = await put(to=State.SENDING)
    await ledger.change(row.id, State.UNCERTAIN, t0, expect=OPEN, sikka_id="5")
    await ledger.change(row.id, State.OVERDUE, t0 + 1, expect=OPEN)
    [owed] = await ledger.pending_sikka_ids(t0 + 10)
    assert (owed.sikka_id, owed.age_ms) == ("5", 10)


async def test_rows_are_found_by_how_their_ids_begin_and_by_what_they_ask_for(put, ledger, office, t0):
    first = await put(to=State.REJECTED, natural_key="same", now=t0)
    second = await put(natural_key="same", now=t0 + 1)
    other = await put(natural_key="other", now=t0 + 2)
    assert [row.id for row in await ledger.starting(first.id[:6])] == [first.id, second.id]
    assert [row.id for row in await ledger.starting(other.id)] == [other.id]
    assert await ledger.starting("%") == []
    assert [row.id for row in await ledger.alike(office, "same")] == [first.id, second.id]
    assert await ledger.alike("none", "same") == []
