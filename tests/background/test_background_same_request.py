"""The same request is the same row, for as long as it is, and no longer."""

from harness import OFFICE_ID, ManualClock, open_office

from server.desk.copies.overlay import Standing, visit_of
from server.desk.proofs import SlotOffer
from server.desk.times.reasons import EXAM
from store.ledger_states import State


def asked_for(office, opening):
    offer = SlotOffer(opening, EXAM.name, "")
    return office.desk.booking.is_asked_for(office.profile, office.patient(), offer)


async def test_the_same_booking_twice_is_one_row_while_pending_and_a_while_after(tmp_path):
    async with open_office(tmp_path, ManualClock()) as office:
        opening = (await office.free())[0]
        assert not await asked_for(office, opening)
        first = await office.book(opening)
        assert await asked_for(office, opening)
        assert (await office.book(opening)).id == first.id
        await office.settled(first, State.SUBMITTED)
        await office.forward(30)
        again = await office.book(opening)
        assert (again.id, again.state) == (first.id, State.CONFIRMED)
        assert office.posts == 1
        await office.forward(15 * 60)
        assert not await asked_for(office, opening)


async def test_booked_confirmed_cancelled_and_booked_again_are_two_true_appointments(tmp_path):
    async with open_office(tmp_path, ManualClock()) as office:
        opening = (await office.free())[0]
        first = await office.settled(await office.book(opening), State.SUBMITTED)
        await office.forward(30)
        (visit,) = await office.visits()
        cancelled = await office.cancel(visit)
        again = await office.cancel(visit)
        assert (again.row.id, again.new) == (cancelled.row.id, False)
        await office.settled(cancelled.row, State.SUBMITTED)
        await office.forward(30)
        assert await office.visits() == []
        assert office.truth() == []
        assert opening in await office.free()

        second = await office.settled(await office.book(opening), State.SUBMITTED)
        assert second.id != first.id
        await office.forward(30)
        (made,) = office.truth()
        assert (await office.row(second)).created.appointment_sr_no == made.sr_no
        assert (await office.row(first)).created.appointment_sr_no != made.sr_no
        assert (office.posts, office.asked("PATCH", "/appointments")) == (2, 1)
        (visit,) = await office.visits()
        assert visit.row_id == second.id


async def test_of_a_booking_that_was_cancelled_the_latest_request_is_the_cancellation(tmp_path):
    async with open_office(tmp_path, ManualClock()) as office:
        row = await office.settled(await office.book(), State.SUBMITTED)
        assert (await office.desk.booking.latest(row)).id == row.id
        await office.forward(30)
        row = await office.row(row)
        assert (await office.desk.booking.latest(row)).id == row.id
        (visit,) = await office.visits()
        cancelled = (await office.cancel(visit)).row
        assert (await office.desk.booking.latest(row)).id == cancelled.id


async def test_a_refused_booking_can_be_asked_for_anew_at_once(tmp_path):
    async with open_office(tmp_path, ManualClock(), offline="refuse") as office:
        opening = (await office.free())[0]
        office.world.set_online(OFFICE_ID, online=False)
        first = await office.settled(await office.book(opening), State.REJECTED)
        office.world.set_online(OFFICE_ID, online=True)
        second = await office.settled(await office.book(opening), State.SUBMITTED)
        assert second.id != first.id


async def test_cancelling_a_booking_that_was_never_made_asks_for_nothing(tmp_path):
    async with open_office(tmp_path, ManualClock(), offline="refuse") as office:
        opening = (await office.free())[0]
        office.world.set_online(OFFICE_ID, online=False)
        row = await office.settled(await office.book(opening), State.REJECTED)
        visit = visit_of(row, Standing.PENDING)
        assert await office.desk.cancelling.cancel(office.profile, visit, None) is None
        assert len(await office.ledger.by_patient(office.id, row.patient_key or "", 10)) == 1
