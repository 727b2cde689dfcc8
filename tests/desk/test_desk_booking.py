"""What the desk puts down when a caller books or cancels."""

from dataclasses import replace

import anyio
import pytest
from harness import ManualClock, open_office
from stored import open_rows

from sandbox.faults import Fault
from server.desk.answers import Outcome, Unanswerable
from server.desk.copies.overlay import Standing, visit_of
from server.desk.proofs import SlotOffer
from server.desk.writes.booking import NOTE_CHARACTERS
from server.desk.zones import moment_of
from store.ledger_states import State


def manual(tmp_path):
    return open_office(tmp_path, ManualClock())


async def booked(office, note="", reason="cleaning"):
    opening = (await office.free())[0]
    await office.line.down()  # so that it stays as it was put down
    offer = SlotOffer(opening, reason, "Dr. Lee")
    put = await office.desk.booking.book(office.profile, office.patient(), offer, note, "scope")
    return opening, put


async def test_a_booking_says_in_plain_text_who_made_it_and_what_for(tmp_path):
    async with manual(tmp_path) as office:
        opening, put = await booked(office, "gag reflex; <b>!</b> " + "x" * 200)
        body = put.row.body
        assert put.new
        assert body["description"].startswith("Booked by the phone agent. cleaning. gag reflex")
        assert not set("<>;!") & set(body["description"])
        assert len(body["description"]) < 60 + NOTE_CHARACTERS
        assert (body["operatory"], body["provider_id"]) == (opening.operatory, opening.provider_id)
        assert (body["length"], body["check_spu"]) == (str(opening.length_minutes), "true")
        assert put.row.scope_key == "scope"


async def test_a_booking_is_sent_within_ten_minutes_or_before_its_start(tmp_path):
    async with manual(tmp_path) as office:
        opening, put = await booked(office)
        assert put.row.send_before == office.clock.now() + 600_000
        limit = office.desk.booking._send_before(office.profile, opening.start)
        assert limit < moment_of(opening.start, office.zone)
        zoneless = replace(office.profile, zone=None)
        assert office.desk.booking._send_before(zoneless, opening.start) == limit


async def test_a_caller_who_hangs_up_while_booking_leaves_a_whole_row_or_none(tmp_path):
    async with manual(tmp_path) as office:
        opening = (await office.free())[0]
        await office.line.down()
        with anyio.CancelScope() as call:
            call.cancel()
            await office.book(opening)
        rows = await open_rows(office.ledger, office.id)
        assert len(rows) <= 1
        for row in rows:
            assert (await office.history(row))[0] == "intent"


async def test_the_reason_for_cancelling_stays_in_our_row(tmp_path):
    async with manual(tmp_path) as office:
        row = await office.settled(await office.book(), State.SUBMITTED)
        await office.forward(30)
        (visit,) = await office.visits()
        cancelled = await office.desk.cancelling.cancel(office.profile, visit, None, why="moving to Texas")
        assert cancelled is not None
        assert (cancelled.new, cancelled.of_booking) == (True, False)
        assert cancelled.row.facts["why"] == "moving to Texas"
        assert "Texas" not in str(cancelled.row.body)
        assert cancelled.row.body["value"] == "broken"
        assert cancelled.row.facts["appointment_sr_no"] == (await office.row(row)).created.appointment_sr_no


@pytest.mark.parametrize(
    ("number", "word", "outcome", "reason"),
    [
        ("", "broken", Outcome.NEEDS_HUMAN, "no_number"),
        ("900", "", Outcome.NOT_SUPPORTED, "no_word_for_cancelled"),
    ],
)
async def test_what_cannot_be_cancelled_by_machine_says_why(tmp_path, number, word, outcome, reason):
    async with manual(tmp_path) as office:
        _, put = await booked(office)
        visit = replace(visit_of(put.row, Standing.BOOKED), row_id="", appointment_sr_no=number)
        profile = replace(office.profile, cancelled_word=word)
        with pytest.raises(Unanswerable) as refused:
            await office.desk.cancelling.cancel(profile, visit, None)
        assert (refused.value.outcome, refused.value.reason) == (outcome, reason)


async def test_a_booking_that_nobody_knows_has_nothing_to_cancel(tmp_path):
    async with manual(tmp_path) as office:
        _, put = await booked(office)
        visit = replace(visit_of(put.row, Standing.PENDING), row_id="unknown")
        assert await office.desk.cancelling.cancel(office.profile, visit, None) is None


async def test_a_row_about_no_appointment_is_its_own_latest(tmp_path):
    async with manual(tmp_path) as office:
        _, put = await booked(office)
        assert await office.desk.booking.latest(put.row) is put.row


async def test_a_booking_wanted_again_just_as_it_was_deleted_is_a_new_booking(tmp_path, monkeypatch):
    async with manual(tmp_path) as office:
        opening = (await office.free())[0]
        first = await office.settled(await office.book(opening), State.SUBMITTED)
        await office.idle()
        office.world.faults.add(Fault("hang", method="DELETE", path="/writebacks", seconds=0.3))
        await office.cancel(visit_of(first, Standing.PENDING))
        clear_wish = office.ledger.clear_wish

        async def too_late(*args):
            await office.settled(first, State.WITHDRAWN)
            return await clear_wish(*args)

        monkeypatch.setattr(office.ledger, "clear_wish", too_late)
        second = await office.book(opening)
        assert second.id != first.id
        await office.settled(second, State.SUBMITTED)
        await office.forward(30)
        assert (await office.row(second)).state is State.CONFIRMED
        assert len(office.truth()) == 1
