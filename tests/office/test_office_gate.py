"""What becomes of a wish, by the office's document, the copy's age and the day."""

import datetime as dt
from dataclasses import replace

import anyio
import pytest
from harness import MONDAY, SLOW, ManualClock, quiet_office, served
from visiting import applied

from server.desk.charter.reading import read_charter
from server.desk.charter.terms import EMPTY
from server.desk.copies.age import Ages, lies_beyond, works_on
from server.desk.copies.overlay import Standing, visit_of
from server.desk.gate import Way, Why, Wish
from server.desk.proofs import PatientProof, SlotOffer
from server.desk.times.openings import Opening
from store.ledger_rows import Created
from store.ledger_states import State
from store.offices import Office

TODAY, TUESDAY, THURSDAY = "2026-11-23", "2026-11-24", "2026-11-26"
FRIDAY = "2026-11-27"  # two working days, Tuesday and Wednesday, lie between it and Monday; Thursday too
COLUMNS = "[[columns]]\noperatory='Doctor 1'\nkind='doctor'\n[[columns]]\noperatory='Doctor 2'\nkind='off'\n"
NEWCOMERS = "[[providers]]\nid='1'\n[[providers]]\nid='2'\ntakes_new_patients=false\n"

BOOK = Way.BOOK, Why.NONE
CASES = [
    # what is applied, the operation, what is asked for, what becomes of it
    ("", "book", {"start": f"{TUESDAY}T10:00"}, BOOK),
    ("", "cancel", {"start": f"{TODAY}T16:00"}, BOOK),
    ("[policy]\nonly_requested=['cancel']", "cancel", {}, (Way.REQUEST, Why.NOT_ALLOWED)),
    ("[policy]\nonly_requested=['cancel']", "confirm", {}, BOOK),
    ("", "book", {"start": f"{TUESDAY}T10:00", "requested_patient": "t"}, (Way.REQUEST, Why.UNREGISTERED)),
    (NEWCOMERS, "register", {"provider_id": "1"}, BOOK),
    (NEWCOMERS, "register", {"provider_id": "2"}, (Way.REQUEST, Why.NO_NEW_PATIENTS)),
    (NEWCOMERS, "book", {"start": f"{TUESDAY}T10:00", "provider_id": "2"}, BOOK),
    (NEWCOMERS.replace("[[providers]]\nid='1'\n", ""), "register", {}, (Way.REQUEST, Why.NO_NEW_PATIENTS)),
    (f"[[closures]]\nfirst={TUESDAY}", "book", {"start": f"{TUESDAY}T10:00"}, (Way.CLOSED, Why.CLOSED)),
    (f"[[closures]]\nfirst={TUESDAY}", "cancel", {"start": f"{TUESDAY}T10:00"}, BOOK),
    (COLUMNS, "book", {"start": f"{TUESDAY}T10:00", "operatory": "doctor 1"}, BOOK),
    (COLUMNS, "move", {"new_start": f"{TUESDAY}T10:00", "operatory": "Doctor 2"}, (Way.CLOSED, Why.CLOSED)),
    (COLUMNS, "book", {"start": f"{TUESDAY}T10:00", "operatory": "Doctor 3"}, (Way.CLOSED, Why.CLOSED)),
    (
        "[[reasons]]\nname='exam'\nminutes=30\nbooked='request'",
        "book",
        {"start": f"{TUESDAY}T10:00", "reason": "exam"},
        (Way.REQUEST, Why.ONLY_REQUESTED),
    ),
    ("[policy]\nsame_day='request'", "book", {"start": f"{TODAY}T16:00"}, (Way.REQUEST, Why.SAME_DAY)),
    ("[policy]\nsame_day='request'", "book", {"start": f"{TUESDAY}T10:00"}, BOOK),
    ("[policy]\nsame_day='transfer'", "book", {"start": f"{TODAY}T16:00"}, (Way.REQUEST, Why.SAME_DAY)),
    (
        "[phones]\ntransfer='860 555 0199'\n[policy]\nsame_day='transfer'",
        "move",
        {"start": f"{TUESDAY}T10:00", "new_start": f"{TODAY}T16:00"},
        (Way.TRANSFER, Why.SAME_DAY),
    ),
    (
        "[policy]\nnew_patients_per_day=0",
        "book",
        {"start": f"{TUESDAY}T10:00", "new_patient": True},
        (Way.REQUEST, Why.NEW_PATIENT_CAP),
    ),
    ("[policy]\nnew_patients_per_day=0", "book", {"start": f"{TUESDAY}T10:00", "new_patient": False}, BOOK),
]


async def decided(office, operation, facts):
    """What becomes of a wish, as (way, why)."""
    profile = await office.desk.profiles.of(office.profile.office)
    verdict = await office.desk.gate.decide(profile, Wish(office.id, operation, facts, "key"))
    return verdict.way, verdict.why


async def test_the_first_rule_that_speaks_decides_what_becomes_of_a_wish(tmp_path):
    clock = ManualClock()
    async with (
        served(SLOW, clock) as line,
        quiet_office(line, tmp_path, clock, unreviewed="request") as office,
    ):
        assert await decided(office, "confirm", {}) == (Way.REQUEST, Why.UNREVIEWED)
        for document, operation, facts, becomes in CASES:
            await applied(office, document)
            assert await decided(office, operation, facts) == becomes, (document, operation, facts)
        await office.store.profiles.pause(office.id, by="a test", now=clock.now())
        assert await decided(office, "confirm", {}) == (Way.REQUEST, Why.PAUSED)
        await office.store.profiles.resume(office.id)
        assert await decided(office, "confirm", {}) == BOOK


async def test_a_document_that_cannot_be_read_any_more_permits_nothing(tmp_path):
    clock = ManualClock()
    async with (
        served(SLOW, clock) as line,
        quiet_office(line, tmp_path, clock, unreviewed="request") as office,
    ):
        await applied(office, "a_key_of_a_later_program = 1")
        assert await decided(office, "confirm", {}) == (Way.REQUEST, Why.UNREVIEWED)


async def test_an_old_copy_leaves_the_next_two_working_days_to_people(tmp_path):
    clock = ManualClock()
    async with served(SLOW, clock) as line, quiet_office(line, tmp_path, clock) as office:
        await applied(office, "[policy]\nmax_copy_age_minutes=30")
        requested = Way.REQUEST, Why.OLD_COPY
        assert await decided(office, "book", {"start": f"{TUESDAY}T10:00"}) == BOOK
        clock.advance(31 * 60)
        for day, becomes in (
            (TODAY, requested),
            (TUESDAY, requested),
            ("2026-11-25", requested),
            (THURSDAY, BOOK),
        ):
            assert await decided(office, "book", {"start": f"{day}T16:00"}) == becomes, day
        assert await decided(office, "cancel", {"start": f"{TUESDAY}T10:00"}) == BOOK
        await applied(office, f"[[closures]]\nfirst={TUESDAY}\n[policy]\nmax_copy_age_minutes=30")
        assert await decided(office, "book", {"start": f"{THURSDAY}T16:00"}) == requested
        assert await decided(office, "book", {"start": f"{FRIDAY}T16:00"}) == BOOK
        # Seen to move, it is as young as that.
        await office.store.offices.saw_as_of(office.id, "2026-11-23T10:31:00", clock.now())
        assert await decided(office, "book", {"start": f"{THURSDAY}T16:00"}) == BOOK


async def test_new_patients_are_counted_by_the_day_they_are_booked_for(tmp_path):
    clock = ManualClock()
    async with served(SLOW, clock) as line, quiet_office(line, tmp_path, clock) as office:
        await applied(office, "[policy]\nnew_patients_per_day=1")
        start = dt.datetime.fromisoformat(f"{FRIDAY}T10:00")
        offer = SlotOffer(Opening(start, "Doctor 1", "1", 30), "exam", "Dr. Marsh")
        newcomer = replace(office.patient(), registration="row")
        profile = await office.desk.profiles.of(office.profile.office)
        await office.desk.booking.book(profile, newcomer, offer, "", None)
        new = {"new_patient": True}
        assert await decided(office, "book", new | {"start": f"{FRIDAY}T11:00"}) == (
            Way.REQUEST,
            Why.NEW_PATIENT_CAP,
        )
        assert await decided(office, "book", new | {"start": f"{TUESDAY}T11:00"}) == BOOK


async def done(office, row, number=""):
    """The row, as the practice has done it: what it is about is of that number."""
    key = office.desk.booking.appointment_key(office.id, number)
    steps = (State.INTENT, State.SENDING, State.SUBMITTED, State.CONFIRMED)
    for after in steps[steps.index(row.state) + 1 :] if row.state in steps else steps:
        made = {"created": Created(appointment_sr_no=number), "appointment_key": key}
        more = made if after is State.CONFIRMED else {}
        await office.ledger.change(row.id, after, office.clock.now(), expect=set(State), **more)
    return await office.row(row)


async def test_a_new_patient_whose_booking_was_cancelled_is_counted_no_more(tmp_path):
    clock = ManualClock()
    async with served(SLOW, clock) as line, quiet_office(line, tmp_path, clock) as office:
        await applied(office, "[policy]\nnew_patients_per_day=1")
        start = dt.datetime.fromisoformat(f"{FRIDAY}T10:00")
        offer = SlotOffer(Opening(start, "Doctor 1", "1", 30), "exam", "Dr. Marsh")
        profile = await office.desk.profiles.of(office.profile.office)
        newcomer = replace(office.patient(), registration="row")
        booking = await done(
            office, (await office.desk.booking.book(profile, newcomer, offer, "", None)).row, "900"
        )
        clock.advance(301)  # its place is kept for it no more
        wish = {"new_patient": True, "start": f"{FRIDAY}T11:00"}
        full = Way.REQUEST, Why.NEW_PATIENT_CAP
        assert await decided(office, "book", wish) == full
        cancelled = (await office.cancel(visit_of(booking, Standing.BOOKED))).row
        assert await decided(office, "book", wish) == full  # asked for, and not done
        await done(office, cancelled, "900")
        assert await decided(office, "book", wish) == BOOK


async def test_two_processes_at_once_do_not_book_one_new_patient_too_many(tmp_path):
    clock = ManualClock()
    async with (
        served(SLOW, clock) as line,
        quiet_office(line, tmp_path, clock) as one,
        quiet_office(line, tmp_path, clock) as two,
    ):
        await applied(one, "[policy]\nnew_patients_per_day=2")
        verdicts = dict[str, Way]()

        async def decide(office, who):
            profile = await office.desk.profiles.of(office.profile.office)
            wish = Wish(office.id, "book", {"start": f"{TUESDAY}T10:00", "new_patient": True}, who)
            verdicts[who] = (await office.desk.gate.decide(profile, wish)).way

        async with anyio.create_task_group() as tasks:
            for number, office in enumerate((one, two, one, two)):
                tasks.start_soon(decide, office, str(number))
        ways = list(verdicts.values())
        assert (ways.count(Way.BOOK), ways.count(Way.REQUEST)) == (2, 2)
        first = next(who for who, way in verdicts.items() if way is Way.BOOK)
        await decide(two, first)
        assert verdicts[first] is Way.BOOK  # the same wish has its place
        clock.advance(301)
        await decide(one, "later")  # nothing was booked after all
        assert verdicts["later"] is Way.BOOK


@pytest.mark.parametrize(
    ("as_of", "zone", "minutes"),
    [
        ("2026-11-23T09:00:00", "America/New_York", 60.0),
        ("2026-11-23T15:00:00", "America/New_York", 5.0),  # in the future: not below what we have seen
        ("unreadable", "America/New_York", 5.0),
        ("2026-11-23T09:00:00", None, 5.0),
    ],
)
def test_at_first_sight_a_copy_is_as_old_as_its_date_says(as_of, zone, minutes):
    clock = ManualClock()
    seen = int((MONDAY.timestamp() - 5 * 60) * 1000)
    office = Office("o", "D1", "1", "", "", "", "", as_of, seen)
    assert Ages(clock).minutes(office, zone) == minutes


def test_a_copy_that_was_seen_to_move_is_as_old_as_that():
    clock, office = ManualClock(), Office("o", "D1", "1", "", "", "", "", "2026-11-23T04:00:00", 0)
    ages = Ages(clock)
    assert ages.minutes(replace(office, as_of=""), "UTC") is None
    first = replace(office, as_of_seen_at=clock.now())
    assert ages.minutes(first, "America/New_York") == 360.0
    clock.advance(600)
    moved = replace(office, as_of="2026-11-23T05:00:00", as_of_seen_at=clock.now() - 60_000)
    assert ages.minutes(moved, "America/New_York") == 1.0


def test_working_days_are_those_with_hours_and_never_a_closure():
    monday, friday = dt.date(2026, 11, 23), dt.date(2026, 11, 27)
    plain = works_on(EMPTY)
    assert not lies_beyond(monday, monday, plain)
    assert not lies_beyond(dt.date(2026, 11, 25), monday, plain)
    assert lies_beyond(dt.date(2026, 11, 26), monday, plain)
    assert not lies_beyond(dt.date(2026, 11, 30), friday, plain)
    assert lies_beyond(dt.date(2026, 12, 2), friday, plain)
    saturdays = works_on(read_charter("[hours]\nsaturday=['08:00-12:00']"))
    assert not lies_beyond(dt.date(2026, 12, 5), monday, saturdays)
    assert lies_beyond(dt.date(2026, 12, 7), monday, saturdays)


def test_whom_a_task_asks_to_register_is_nobody_else():
    proof = PatientProof("", "Nora", requested="task 1")
    assert PatientProof.read(proof.payload()) == proof
    assert proof.subject != replace(proof, requested="task 2").subject
