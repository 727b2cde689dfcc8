"""A patient is forgotten: everywhere, and for good."""

import pytest
from stored import issue

from server.operators.forgetting import WHOSE
from store.audit import during
from store.handles import Kind
from store.inbox import NewTask, TaskKind
from store.ledger_rows import Created
from store.ledger_states import OPEN, State
from store.mirror_rows import FORGOTTEN, Lease, Record

HIM, HER = "77", "78"


def record(kind, number, patient):
    place = WHOSE[kind]
    values = [f"{number}-{at}" for at in range(16 if kind == "patients" else 13)]
    values[place.patient_at] = patient
    return Record(number, values)


async def load(store, office, t0):
    await store.mirror.claim(office, layout="one", owner="me", now=t0, lease_ms=1_000)
    lease = Lease("me", t0 + 1_000)
    for kind in WHOSE:
        records = [record(kind, f"{kind}{patient}", patient) for patient in (HIM, HER)]
        await store.mirror.keep(office, kind, records, generation=1, lease=lease, whose=WHOSE[kind])


async def patients_in(store, office):
    return sorted(
        [
            (row.kind, row.values[WHOSE[row.kind].patient_at])
            async for portion in store.mirror.whole(office)
            for row in portion
        ]
    )


@pytest.fixture
async def known(store, office, a_write, act, t0):
    """An office that knows him and her, in every place where it can."""
    await load(store, office, t0)
    for patient in (HIM, HER):
        key = store.index.keyed_hash("patient", office, patient)
        with during(act):
            row, _ = await store.ledger.append(
                a_write(office, f"k{patient}", patient_key=key, facts={"patient_id": patient}), t0
            )
        await store.ledger.change(row.id, State.SENDING, t0, expect=OPEN)
        await store.ledger.change(row.id, State.FAILED, t0, expect=OPEN)
        registered, _ = await store.ledger.append(
            a_write(office, f"r{patient}", operation="register", facts={}), t0
        )
        await store.ledger.change(registered.id, State.SENDING, t0, expect=OPEN)
        await store.ledger.change(
            registered.id, State.CONFIRMED, t0, expect=OPEN, created=Created(patient_id=patient)
        )
        await store.ledger.mark_shown([registered.id], t0)
        for body, about in (({"patient_id": patient}, None), ({}, row.id)):
            task, _ = await store.inbox.open_task(
                NewTask(office=office, kind=TaskKind.FAILED, writeback_id=about, body=body), t0
            )
            await store.inbox.done(task.id, "Ann", None, t0)
        for subject, payload in (("p", {"patient_id": patient}), ("w", {"row_id": row.id})):
            await issue(
                store,
                Kind.WRITEBACK,
                office=office,
                scope_key=None,
                subject=subject + patient,
                payload=payload,
                now=t0,
                ttl_ms=1_000,
            )
    return store


async def forget(store, office, act, t0):
    return await store.forgetting.forget(office, HIM, whose=WHOSE, act=act, now=t0)


async def test_everything_of_the_patient_goes_and_nothing_of_others(known, office, act, t0):
    before = (await known.mirror.head(office)).version
    assert (await known.forgetting.standing(office, HIM)).rows == ()
    done = await forget(known, office, act, t0)
    assert (done.writes, done.tasks, done.handles, done.records) == (2, 2, 2, 3)
    assert await patients_in(known, office) == [
        ("appointments", HER),
        ("appointments", FORGOTTEN),
        ("patients", HER),
        ("reminders", HER),
    ]
    head = await known.mirror.head(office)
    assert head.forgotten == head.version > before  # copies in memory are read anew
    rows = await known.ledger.search(office)
    assert sorted(bool(row.blanked_at) for row in rows) == [False, False, True, True]
    for table in ("tasks", "handles"):
        assert len(await known.database.fetch(f"SELECT id FROM {table}")) == 2
    again = await forget(known, office, act, t0)
    assert (again.writes, again.tasks, again.handles, again.records) == (0, 0, 0, 0)


async def test_a_reading_brings_nothing_of_them_back_and_the_chair_stays_taken(known, office, act, t0):
    await forget(known, office, act, t0)
    await load(known, office, t0)
    there = await patients_in(known, office)
    assert HIM not in {patient for _, patient in there}
    assert ("appointments", FORGOTTEN) in there
    [values] = [
        row.values
        async for portion in known.mirror.whole(office)
        for row in portion
        if FORGOTTEN in row.values
    ]
    assert values[11] == ""  # what the visit was said to be
    assert values[5] == "appointments77-5"  # its day


async def test_the_audit_keeps_that_it_was_done_by_a_keyed_hash_only(known, office, act, t0):
    await forget(known, office, act, t0)
    entries = [entry async for portion in known.audit.entries(office) for entry in portion]
    key = known.index.keyed_hash("patient", office, HIM)
    assert (entries[-1].outcome, entries[-1].patient_key) == ("forgotten", key)
    assert (await known.audit.verify(office)).broken_at is None


async def test_what_is_open_or_not_shown_yet_stands_in_the_way(known, office, a_write, t0):
    facts = {"patient_id": HIM}
    opened, _ = await known.ledger.append(a_write(office, "new", facts=facts), t0)
    unshown, _ = await known.ledger.append(a_write(office, "shown", facts=facts), t0)
    await known.ledger.change(unshown.id, State.SENDING, t0, expect=OPEN)
    await known.ledger.change(unshown.id, State.CONFIRMED, t0, expect=OPEN)
    task, _ = await known.inbox.open_task(NewTask(office=office, kind=TaskKind.MESSAGE, body=facts), t0)
    standing = await known.forgetting.standing(office, HIM)
    assert {row.id for row in standing.rows} == {opened.id, unshown.id}
    assert standing.tasks == (task.id,)
    assert not (await known.forgetting.standing(office, HER)).rows


@pytest.mark.parametrize("nobody", ["", "  "])
async def test_an_empty_id_is_nobodys_though_a_registration_has_no_id_yet(
    known, office, a_write, act, t0, nobody
):
    await known.ledger.append(a_write(office, "stranger", operation="register", facts={}), t0)
    entries = await known.database.fetch("SELECT * FROM audit")
    with pytest.raises(ValueError, match="empty id"):
        await known.forgetting.standing(office, nobody)
    with pytest.raises(ValueError, match="empty id"):
        await known.forgetting.forget(office, nobody, whose=WHOSE, act=act, now=t0)
    assert await known.database.fetch("SELECT * FROM forgotten") == []
    assert await known.database.fetch("SELECT * FROM audit") == entries
