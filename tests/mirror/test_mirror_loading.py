"""Reading an office's copy: whole at first, then what has changed, and whole again now and then."""

import datetime as dt
from dataclasses import replace
from urllib.parse import parse_qs

import anyio
import anyio.lowlevel
import pytest
from harness import LIMIT_SECONDS, SLOW, ManualClock, served
from mirroring import mirrored_office

from sandbox.faults import Fault
from sandbox.world import OfficeSpec
from server.background.mirror import PAUSE_MS, Work
from server.background.mirror_reading import BACK_DAYS
from server.sikka.copied import APPOINTMENTS, INSERTING, LAYOUT, PATIENTS, REMINDERS, SCHEDULES
from store.errors import LeaseLost

PAUSE = PAUSE_MS / 1000
DAY = 86_400.0
DENIED = replace(
    SLOW, offices=(OfficeSpec(patients=40, denied=frozenset({"reminders", "practice_schedule"})),)
)


class Crashed(Exception):
    """A process ends at this moment."""


def started(tmp_path, config=SLOW, **changes):
    return Starting(tmp_path, config, changes)


class Starting:
    """A world and a process on it; `async with` gives the office."""

    def __init__(self, folder, config, changes):
        self.clock = ManualClock()
        self.world = served(config, self.clock)
        self.folder, self.changes = folder, changes

    async def __aenter__(self):
        line = await self.world.__aenter__()
        self.process = mirrored_office(line, self.folder, self.clock, **self.changes)
        return await self.process.__aenter__()

    async def __aexit__(self, *error):
        await self.process.__aexit__(*error)
        await self.world.__aexit__(*error)


def pages_asked(office, path="/patients"):
    asked = [parse_qs(seen.query) for seen in office.world.requests if seen.path == path]
    return [int(query["offset"][0]) for query in asked if query.get("lightweight")]


def feed_asked(office):
    return [seen for seen in office.world.requests if "loaded_startdate" in seen.query]


def in_days(office):
    """The practice's appointments that a copy has to hold."""
    first = office.practice.now().date() - dt.timedelta(days=BACK_DAYS)
    return {
        number for number, row in office.practice.records.appointments.items() if row.start.date() >= first
    }


async def assert_whole(office):
    """The copy holds what Sikka shows of the practice, and nothing else."""
    copy, records = await office.copy(), office.practice.copy.records
    assert {row.patient_id for row in copy.patients} == set(records.patients)
    for patient_id, theirs in records.patients.items():
        kept = copy.patients.get(patient_id)
        names = (kept.firstname, kept.middlename, kept.lastname, kept.preferred_name, kept.born)
        assert names == (
            theirs.firstname,
            theirs.middlename,
            theirs.lastname,
            theirs.preferred_name,
            theirs.birthdate,
        )
        assert set(kept.phones) == {theirs.cell, theirs.homephone, theirs.workphone} - {""}
    assert len(copy.calendar) == len(in_days(office))
    for number in in_days(office):
        kept, theirs = copy.calendar.get(number), records.appointments[number]
        assert (kept.day, kept.patient_id, kept.operatory) == (
            theirs.start.date(),
            theirs.patient_id,
            theirs.operatory,
        )
        assert kept.shown.gone == theirs.cancelled
        if not theirs.cancelled:
            assert (kept.shown.visit.start, kept.shown.visit.length_minutes) == (theirs.start, theirs.length)
    recalls = {row.patient_id for row in records.reminders.values()} & set(records.patients)
    assert {row.patient_id for row in copy.patients if copy.reminders_of(row.patient_id)} == recalls


async def test_an_office_is_read_whole_page_by_page_and_then_left_alone_until_its_copy_moves(tmp_path):
    async with started(tmp_path, mirror_page_rows=100) as office:
        assert await office.tend() is Work.WHOLE
        await assert_whole(office)
        head = await office.head()
        assert (head.as_of, head.failure) == ((await office.office()).as_of, None)
        appointments = [step for step in office.told if step.kind == APPOINTMENTS.kind]
        assert [step.page for step in appointments] == list(range(1, len(appointments) + 1))
        assert len(appointments) > 5
        assert (appointments[-1].rows, appointments[-1].last) == (len(in_days(office)), True)
        before = office.reads()
        assert await office.catch_up() is Work.NOTHING
        assert office.reads() == before


async def test_a_reading_that_a_crash_broke_off_goes_on_at_its_page(tmp_path, monkeypatch):
    clock = ManualClock()
    async with served(SLOW, clock) as line:
        async with mirrored_office(line, tmp_path, clock, mirror_page_rows=10) as first:

            def crash(step):
                if (step.kind, step.page) == (PATIENTS.kind, 2):
                    raise Crashed

            async def hold_on(*_):
                """A process that is no more gives nothing back."""

            first.keeper._tell = crash
            monkeypatch.setattr(first.store.mirror, "release", hold_on)
            with pytest.raises(Crashed):
                await first.tend()
            assert pages_asked(first) == [0, 1]
        async with mirrored_office(line, tmp_path, clock, mirror_page_rows=10) as second:
            assert await second.tend() is Work.NOTHING  # the other's lease
            clock.advance(second.desk.settings.mirror_lease_seconds + 1)
            assert await second.tend() is Work.WHOLE
            assert pages_asked(second) == [0, 1, 2, 3]
            await assert_whole(second)


async def test_a_reading_goes_on_at_its_page_after_sikka_was_out_of_reach(tmp_path):
    async with started(tmp_path, mirror_page_rows=10) as office:

        def cut(step):
            if (step.kind, step.page) == (PATIENTS.kind, 3):
                office.world.faults.add(Fault("internal_error", path="/patients", times=4))

        office.keeper._tell = cut
        assert await office.tend() is Work.WHOLE
        head = await office.head()
        assert (head.ready, head.failure) == (False, "Trouble")
        assert await office.tend() is Work.NOTHING  # not at once again
        office.manual.advance(PAUSE)
        assert await office.tend() is Work.WHOLE
        assert pages_asked(office) == [0, 1, 2, *[3] * 5]
        await assert_whole(office)


async def test_with_pages_of_another_size_a_reading_begins_anew(tmp_path):
    clock = ManualClock()
    async with served(SLOW, clock) as line:
        async with mirrored_office(line, tmp_path, clock, mirror_page_rows=10) as first:

            def crash(step):
                raise Crashed

            first.keeper._tell = crash
            with pytest.raises(Crashed):
                await first.tend()
        async with mirrored_office(line, tmp_path, clock, mirror_page_rows=15) as second:
            await second.tend()
            assert pages_asked(second) == [0, 0, 1, 2]
            await assert_whole(second)


async def test_a_list_that_sikka_loaded_anew_meanwhile_is_read_from_its_beginning(tmp_path):
    """Else the row that slipped from the second page to the first would be missing."""
    async with started(tmp_path, mirror_page_rows=10) as office:
        done = []

        def slip(step):
            if step.kind == PATIENTS.kind and not done:
                done.append(step)
                del office.practice.records.patients[min(office.practice.records.patients, key=int)]
                office.refresh()

        office.keeper._tell = slip
        assert await office.tend() is Work.WHOLE
        assert pages_asked(office) == [0, 1, 2, 3, 0, 1, 2, 3]
        await assert_whole(office)


async def test_an_office_that_sikka_keeps_loading_is_not_taken_for_read(tmp_path):
    async with started(tmp_path, mirror_page_rows=20) as office:
        office.keeper._tell = lambda _: office.refresh()
        await office.tend()
        head = await office.head()
        assert (head.ready, head.failure) == (False, "KeptMoving")
        office.keeper._tell = lambda _: None
        office.manual.advance(PAUSE)
        await office.catch_up()
        await assert_whole(office)


async def test_nothing_is_read_while_sikka_is_loading_the_office(tmp_path):
    async with started(tmp_path, replace(SLOW, load_seconds=60.0)) as office:
        await office.tend()
        assert (await office.head()).failure == INSERTING
        office.manual.advance(60)
        await office.tend()
        was = await office.head()
        assert was.ready
        office.refresh()
        await office.catch_up()
        head = await office.head()
        assert (head.failure, head.as_of) == (INSERTING, was.as_of)
        office.manual.advance(60)
        assert await office.tend() is Work.CHANGES
        head = await office.head()
        assert (head.failure, head.as_of) == (None, (await office.office()).as_of)


async def test_only_what_has_changed_is_read_when_the_copy_moves(tmp_path):
    async with started(tmp_path, mirror_overlap_hours=0) as office:
        await office.tend()
        records, before = office.practice.records, await office.copy()
        anna = office.patient().patient_id
        records.patients[anna] = replace(records.patients[anna], workphone="(603) 555-0188")
        records.patients["77777"] = replace(records.patients[anna], patient_id="77777", firstname="Annika")
        coming = [row for row in records.appointments.values() if row.start > office.practice.now()]
        moved, cancelled, far = coming[0], coming[1], coming[2]
        elsewhen = dt.datetime.combine(moved.start.date() + dt.timedelta(days=1), dt.time(20))
        records.appointments[moved.sr_no] = replace(moved, start=elsewhen)
        records.appointments[cancelled.sr_no] = replace(cancelled, cancelled=True, status="Broken")
        long_ago = far.start - dt.timedelta(days=400)
        records.appointments[far.sr_no] = replace(far, start=long_ago)
        version = (await office.head()).version
        office.refresh()
        assert await office.catch_up() is Work.CHANGES
        assert {seen.path for seen in feed_asked(office)} == {"/patients", "/appointments", "/reminders"}
        assert await office.copy() is before  # brought up, not read anew
        await assert_whole(office)
        assert [row.workphone for row in before.patients if row.patient_id == anna] == ["(603) 555-0188"]
        assert before.calendar.get(far.sr_no) is None
        changed = await office.store.mirror.changed(office.id, version) or []
        assert {row.kind for row in changed} == {PATIENTS.kind, APPOINTMENTS.kind}
        assert len(changed) == 5


async def test_a_missed_load_is_made_up_for_and_a_repeated_one_changes_nothing(tmp_path):
    async with started(tmp_path) as office:
        await office.tend()
        records, anna = office.practice.records, office.patient().patient_id
        for number in ("(603) 555-0101", "(603) 555-0102"):
            records.patients[anna] = replace(records.patients[anna], cell=number)
            records.patients[number] = replace(records.patients[anna], patient_id=number)
            office.refresh()
        assert await office.catch_up() is Work.CHANGES
        await assert_whole(office)
        version = (await office.head()).version
        async with office.store.database.transaction() as statements:
            await statements.execute("UPDATE mirror_offices SET as_of = '2026-11-23T09:59:00'")
        assert await office.tend() is Work.CHANGES
        assert (await office.head()).version == version
        await assert_whole(office)


async def test_what_was_deleted_is_found_once_a_day(tmp_path):
    async with started(tmp_path) as office:
        await office.tend()
        records = office.practice.records
        visit = next(row for row in records.appointments.values() if row.start > office.practice.now())
        del records.appointments[visit.sr_no]
        recalled = next(iter(records.reminders))
        del records.patients[office.patient().patient_id]
        del records.reminders[recalled]
        office.refresh()
        assert await office.catch_up() is Work.CHANGES
        copy = await office.copy()
        assert copy.calendar.get(visit.sr_no) is not None  # a feed of changes does not tell
        office.manual.advance(DAY)
        office.refresh()
        assert await office.catch_up() is Work.WHOLE
        assert await office.copy() is copy
        await assert_whole(office)
        assert visit not in copy.calendar.visits_on(visit.start.date())


async def test_who_has_not_heard_of_a_removal_that_was_forgotten_reads_everything(tmp_path):
    async with started(tmp_path) as office:
        await office.tend()
        copy = await office.copy()
        del office.practice.records.patients[office.patient().patient_id]
        for _ in range(2):  # found by the first, taken out of the table by the second
            office.manual.advance(DAY)
            office.refresh()
            assert await office.catch_up() is Work.WHOLE
        assert (await office.head()).forgotten > copy.version
        assert await office.copy() is not copy
        await assert_whole(office)


async def test_very_many_changes_are_no_reason_to_take_them_one_by_one(tmp_path, monkeypatch):
    async with started(tmp_path) as office:
        await office.tend()
        copy = await office.copy()
        monkeypatch.setattr("store.mirror_rows.MOST_CHANGED", 3)
        records = office.practice.records
        for number, row in list(records.patients.items())[:9]:
            records.patients[number] = replace(row, cell="(603) 555-0199")
        office.refresh()
        await office.catch_up()
        assert await office.copy() is not copy
        await assert_whole(office)


async def test_where_changes_are_not_to_be_had_the_office_is_read_whole(tmp_path):
    async with started(tmp_path) as office:
        await office.tend()
        async with office.store.database.transaction() as statements:
            await statements.execute("UPDATE mirror_offices SET as_of = 'some day'")
        del office.practice.records.patients[office.patient().patient_id]
        office.refresh()
        assert await office.catch_up() is Work.CHANGES
        await assert_whole(office)


async def test_rows_of_other_practices_are_left_out_and_taken_out_when_they_leave_ours(tmp_path):
    config = replace(SLOW, offices=(OfficeSpec(patients=30, more_practice_ids=("2",)),))
    async with started(tmp_path, config) as office:
        await office.tend()
        copy, records = await office.copy(), office.practice.records
        ours = {number for number, row in records.patients.items() if row.practice_id == "1"}
        assert {row.patient_id for row in copy.patients} == ours != set(records.patients)
        leaving = office.patient().patient_id
        records.patients[leaving] = replace(records.patients[leaving], practice_id="2")
        office.refresh()
        await office.catch_up()
        assert {row.patient_id for row in (await office.copy()).patients} == ours - {leaving}


async def test_a_list_outside_the_plan_leaves_the_copy_without_it(tmp_path):
    async with started(tmp_path, DENIED) as office:
        await office.tend()
        assert (await office.head()).ready
        assert (await office.store.mirror.passes(office.id))[REMINDERS.kind].phase == "refused"
        assert (await office.copy()).rows_of(SCHEDULES) == []
        office.refresh()
        await office.catch_up()
        assert "/reminders" not in {seen.path for seen in feed_asked(office)}
        assert len((await office.copy()).patients) == 40


async def test_without_patients_there_is_no_copy(tmp_path):
    async with started(tmp_path) as office:
        office.world.denied.add("patients")
        await office.tend()
        head = await office.head()
        assert (head.ready, head.failure) == (False, "NotPermitted")


async def test_hours_and_people_are_read_again_when_the_copy_moves_and_they_have_aged(tmp_path):
    async with started(tmp_path) as office:
        await office.tend()
        records = office.practice.records
        await office.meet()
        number = next(iter(office.profile.providers))

        async def known():
            profile = await office.desk.profiles.of(await office.office())
            return number in profile.providers

        records.providers[number] = replace(records.providers[number], active=False)
        office.refresh()
        await office.catch_up()
        assert await known()
        office.manual.advance(office.desk.settings.profile_seconds)
        office.refresh()
        await office.catch_up()
        assert not await known()


async def test_one_process_reads_and_the_other_sees_it(tmp_path):
    clock = ManualClock()
    async with (
        served(SLOW, clock) as line,
        mirrored_office(line, tmp_path, clock) as one,
        mirrored_office(line, tmp_path, clock) as other,
    ):
        seen = []

        def look(step):
            seen.append(step)

        one.keeper._tell = look
        await one.tend()
        before = other.reads()
        assert await other.tend() is Work.NOTHING
        await assert_whole(other)
        copy = await other.copy()
        del one.practice.records.patients[one.patient().patient_id]
        clock.advance(DAY)
        one.refresh()
        await one.catch_up()
        clock.advance(2)
        assert await other.desk.copies.of(await other.office()) is copy
        await assert_whole(other)
        assert other.reads() > before


async def test_who_has_lost_the_lease_puts_nothing_more_down(tmp_path, monkeypatch):
    clock = ManualClock()
    async with served(SLOW, clock) as line, mirrored_office(line, tmp_path, clock) as office:

        async def taken_over():
            async with office.store.database.transaction() as statements:
                await statements.execute("UPDATE mirror_offices SET lease_owner = 'another'")

        rows = office.keeper._read

        async def read(*given):
            await taken_over()
            await rows(*given)

        monkeypatch.setattr(office.keeper, "_read", read)
        await office.tend()
        head = await office.head()
        assert (head.failure, head.lease_owner, head.version) == (LeaseLost.__name__, "another", 0)


async def test_a_copy_of_another_shape_is_thrown_away_and_read_anew(tmp_path, monkeypatch):
    async with started(tmp_path) as office:
        await office.tend()
        for place in ("server.background.mirror", "server.desk.copies.copies"):
            monkeypatch.setattr(f"{place}.LAYOUT", "another")
        office.desk.copies.moved(office.id)
        assert await office.desk.copies.behind(await office.office()) is None
        assert await office.tend() is Work.WHOLE
        await assert_whole(office)


async def test_a_wish_is_for_a_whole_reading(tmp_path):
    async with started(tmp_path) as office:
        await office.tend()
        office.manual.advance(60)
        await office.store.mirror.wish(office.id, layout=(await office.head()).layout, now=office.clock.now())
        assert await office.tend() is Work.WHOLE
        assert (await office.head()).wished_at is None
        assert await office.tend() is Work.NOTHING


async def test_a_list_without_an_end_is_no_list(tmp_path, monkeypatch):
    monkeypatch.setattr("server.background.mirror_reading.MOST_PAGES", 2)
    async with started(tmp_path, mirror_page_rows=10) as office:
        await office.tend()
        assert (await office.head()).failure == "Unreadable"


async def test_the_loop_reads_every_office_and_outlives_the_trouble_of_one(tmp_path, monkeypatch):
    config = replace(SLOW, offices=(OfficeSpec(patients=12), OfficeSpec("D20002", patients=12)))
    async with started(tmp_path, config) as office:
        first, second = await office.store.offices.list()
        tend, seen = office.keeper.tend, []

        async def crash_once(one):
            seen.append(one.office_id)
            if seen.count(one.office_id) == 1 and one.id == first.id:
                raise Crashed
            return await tend(one)

        monkeypatch.setattr(office.keeper, "tend", crash_once)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(office.keeper.run)
            with anyio.fail_after(LIMIT_SECONDS):
                for one in (second, first):
                    while (head := await office.store.mirror.head(one.id)) is None or not head.ready:
                        office.manual.advance(office.desk.settings.mirror_look_seconds)
                        await anyio.lowlevel.checkpoint()
            tasks.cancel_scope.cancel()
        assert seen.count(first.office_id) > 1


async def test_whose_midnight_begins_the_first_day_is_said_by_the_offices_profile(tmp_path):
    async with started(tmp_path) as office:
        first_days = []
        for version, zone in enumerate(("America/New_York", "Pacific/Kiritimati")):  # there it is tomorrow
            document = f'zone = "{zone}"'
            await office.store.profiles.apply(office.id, document, over=version, by="a test", now=1)
            await office.store.mirror.wish(office.id, layout=LAYOUT, now=office.clock.now())
            await office.tend()
            asked = [seen for seen in office.world.requests if "startdate=" in seen.query]
            first_days.append(dt.date.fromisoformat(parse_qs(asked[-1].query)["startdate"][0]))
            office.manual.advance(1)
    assert first_days[1] - first_days[0] == dt.timedelta(days=1)
