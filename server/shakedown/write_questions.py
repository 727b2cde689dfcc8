"""The questions that writing for the test patient answers, in as few writes as will do."""

import datetime as dt
from typing import Final

from server.clock import Clock
from server.desk.times.openings import Opening
from server.shakedown.bookings import DESCRIPTION, Bookings, Sent, Write
from server.shakedown.facts import Facts
from server.shakedown.key_questions import place
from server.shakedown.probe import Seen
from server.sikka import bodies, formats
from server.sikka.pms_fields import Need, Operation
from server.sikka.pms_rules import rule_of, rules_for
from server.sikka.pms_support import Reason, supports

MARKED: Final = f"{DESCRIPTION} (no. 1, a test)"
UNLISTED: Final = "Chairtime no such value"
# fields of a finished write that are filled -> the answer
CREATED: Final = {
    "created_id appointment_sr_no patient_id": "all",
    "created_id": "created_id",
    "appointment_sr_no patient_id": "own_field",
}
REFUSED: Final = 400
OFFLINE: Final = 412
NO_SUCH_WRITE: Final = 401


class CannotWrite(Exception):
    """A write that all further ones depend on was not taken; the text says why."""


class Trial:
    """One run of writes.

    Args:
        first: where the bookings go.
        second: another free time, for a booking that should be refused.
    """

    def __init__(
        self,
        bookings: Bookings,
        first: Opening,
        second: Opening,
        zone: str | None,
        clock: Clock,
        facts: Facts,
    ) -> None:
        self._bookings = bookings
        self._probe = bookings.probe
        self._first = first
        self._second = second
        self._zone = zone
        self._clock = clock
        self._facts = facts

    async def run(self) -> None:
        """All of it. What is left in the calendar at its end, or at a failure, is for the clean-up.

        Raises:
            CannotWrite: a booking is not taken.
            Misfit: the software takes no booking that we can make.
            NotSent, NoAnswer: Sikka cannot be asked.
        """
        await self._taken_back()
        one, other = await self._two_at_once()
        for write in (one, other):
            await self._of_finished(write)
        made = [write for write in ([one] if one is other else [one, other]) if write.ok]
        await self._outside_the_lists(made)
        await self._not_taken()
        await self._cancelled(made)
        if self._bookings.status_wrapped is not None:
            how = "GET /practices came as an object; GET /writeback_status"
            shape = "status_array" if self._bookings.status_wrapped else "object"
            said = "in an array" if self._bookings.status_wrapped else "as one too"
            self._facts.learn("envelope", shape, f"{how} {said}")
        self._of_failures()
        self._durations()

    async def _taken_back(self) -> None:
        """A booking with special characters in it, which is taken back at once."""
        sent = await self._bookings.book(self._first, "booking", **self._description(MARKED))
        if self._description(MARKED):
            how = "POST /appointment with brackets and a comma in its description"
            refused = sent.seen.status == REFUSED
            if refused or sent.seen.ok:
                self._facts.learn("plain_description_only", refused, how, sikka_said=sent.seen.answer)
            if refused:
                sent = await self._bookings.book(self._first, "booking")
        else:
            self._facts.unknown("plain_description_only", "this software's bookings hold no description")
        write = self._accepted(sent)
        self._acknowledged(sent.seen)
        gone = await self._bookings.take_back(write)
        if not write.settled:
            self._facts.unknown(
                "deleted_writebacks",
                "the write was carried out before it could be deleted",
                sikka_said=gone.answer,
            )
            return
        listed = await self._listed(write)
        status = await self._probe.read("/writeback_status", {"id": write.id})
        self._facts.learn(
            "deleted_writebacks",
            "shown" if listed or status.rows else "gone",
            "DELETE /writebacks of a pending booking, then both lists",
            sikka_said=gone.answer,
            list_says=listed.get("result", ""),
            status_says=next((row.get("status", "") for row in status.rows), ""),
        )

    def _description(self, text: str) -> dict[str, str]:
        return {"description": text} if "description" in self._bookings.body(self._first) else {}

    def _accepted(self, sent: Sent) -> Write:
        if sent.seen.status == OFFLINE:
            raise CannotWrite(f"the office's PC does not answer ({sent.seen.answer})")
        if sent.write is None or not sent.write.id:
            raise CannotWrite(f"POST /appointment was not taken ({sent.seen.answer})")
        return sent.write

    def _acknowledged(self, seen: Seen) -> None:
        official = bool(formats.write_id(seen.body.get("long_message", "")))
        self._facts.learn(
            "write_reply",
            "official" if official else "plain",
            "the answer to POST /appointment",
            sikka_said=seen.answer,
            fields=sorted(seen.body),
        )

    async def _two_at_once(self) -> tuple[Write, Write]:
        """Two bookings for the same chair and time, one right after the other."""
        one = self._accepted(await self._bookings.book(self._first, "booking"))
        second = await self._bookings.book(self._first, "booking over it")
        how = "two bookings of the test patient for the same chair and time"
        if (other := second.write) is None:
            said = second.seen.answer
            self._facts.learn("overlap", "refused", f"{how}: the second was refused at once", sikka_said=said)
            self._facts.unknown(
                "writes_overtake", "the second of two bookings was not taken", sikka_said=said
            )
            await self._bookings.wait(one)
            return one, one
        await self._bookings.wait(one, other)
        if not (one.done and other.done):
            late = sum(not write.done for write in (one, other))
            self._facts.unknown(("overlap", "writes_overtake"), f"{late} of {how} had no outcome in time")
            return one, other
        outcomes = sorted([one.ok, other.ok])
        if outcomes == [True, True]:
            self._facts.learn("overlap", "allowed", f"{how}: both are in the calendar")
        elif outcomes == [False, True]:
            refused = other if one.ok else one
            text = self._facts.masked(refused.row.get("result", ""))
            self._facts.learn("overlap", "refused", f"{how}: one was refused", result=text)
        else:
            self._facts.unknown("overlap", f"{how}: both were refused")
        times = [formats.moment(write.row.get("completed_time", "")) for write in (one, other)]
        first, last = times
        if first is None or last is None or first == last:
            self._facts.unknown("writes_overtake", "the completed_time of two writes cannot be told apart")
        else:
            self._facts.learn(
                "writes_overtake", last < first, f"completed_time of {how}; one pair proves only a yes"
            )
        return one, other

    async def _of_finished(self, write: Write) -> None:
        """What a finished row and its place in the list look like."""
        if not write.done:
            return
        row = write.row
        self._facts.learn(
            "api_word", _number_of(row.get("api", "")), "api of writeback_status", word=row.get("api", "")
        )
        listed = await self._listed(write)
        if listed:
            self._of_listed(write, listed)
        if not write.ok:
            return
        filled = [name for name in ("created_id", "appointment_sr_no", "patient_id") if row.get(name)]
        answer = CREATED.get(" ".join(filled)) or " and ".join(filled) or "none"
        self._facts.learn("created_ids", answer, "writeback_status of a finished booking", filled=filled)

    def _of_listed(self, write: Write, listed: dict[str, str]) -> None:
        said, text = listed.get("result", ""), write.row.get("result", "")
        kind = "text" if said == text else "word" if said in {"completed", "failed"} else "status"
        self._facts.learn(
            "list_result",
            kind,
            "result in GET /writebacks of a finished write",
            says=self._facts.masked(said),
        )
        pairs = [part.partition("=") for part in listed.get("api_request_body", "").split("&")]
        echo = {name: value for name, _, value in pairs}
        name = echo.get("apiname", "").rpartition(" ")[2]
        if name:
            answer = "path" if name == "appointment" else "plural" if name.endswith("s") else "other"
            self._facts.learn("api_name", answer, "apiname in the echo of POST /appointment", word=name)
        else:
            self._facts.unknown("api_name", "the echo of a write names no apiname", fields=sorted(echo))

    async def _listed(self, write: Write) -> dict[str, str]:
        """A write's row in the list; empty where it has none, or the list is outside the plan."""
        today = dt.datetime.fromtimestamp(self._clock.now() / 1000, dt.UTC).date()
        first, last = (formats.wire_day(today + dt.timedelta(days=step)) for step in (-1, 1))
        seen = await self._probe.read_app(
            "/writebacks", {"startdate": first, "enddate": last, "id": write.id}
        )
        if not seen.ok:
            names = ("list_result", "api_name", "deleted_writebacks")
            self._facts.unknown(names, "GET /writebacks was refused", sikka_said=seen.answer)
        found = [row for row in seen.rows if row.get("id") == write.id]
        return found[0] if found else {}

    async def _outside_the_lists(self, made: list[Write]) -> None:
        """A value outside the software's lists: a booking's type where it takes one, else a status."""
        body = self._bookings.body(self._second)
        rule = rule_of(rules_for(Operation.BOOK, self._bookings.pms), "type", body)
        if rule is not None and rule.need not in {Need.UNUSED, Need.REFUSED} and rule.values:
            what = "POST /appointment with a type that the list does not have"
            sent = await self._bookings.book(self._second, "booking of no type", type=UNLISTED)
        elif made:
            what = "PATCH of the test booking to a status that the list does not have"
            change = bodies.appointment_status(
                practice_id=self._bookings.office.practice_id, appointment_sr_no=made[0].sr_no, value=UNLISTED
            )
            sent = await self._bookings.send("change", change.method, change.endpoint, change.body)
        else:
            self._facts.unknown("pms_limits", "no test booking got through to try it on")
            return
        if (write := sent.write) is None:
            self._facts.learn("pms_limits", "now", f"{what}: refused at once", sikka_said=sent.seen.answer)
            return
        await self._bookings.wait(write)
        if not write.done:
            self._facts.unknown("pms_limits", f"{what}: no outcome in time")
            return
        answer = "never" if write.ok else "later"
        self._facts.learn("pms_limits", answer, what, result=self._facts.masked(write.row.get("result", "")))
        if write.ok and write.opening is not None:
            made.append(write)

    async def _not_taken(self) -> None:
        """A write that the software does not take; if it is taken after all, it changes nothing."""
        office, patient = self._bookings.office, self._bookings.patient
        support = supports(self._bookings.pms, Operation.UPDATE_PATIENT, None, "")
        if support.reason != Reason.PMS:
            self._facts.unknown(
                "unsupported_write", "this software takes every write that could be tried harmlessly"
            )
            return
        change = bodies.changed_patient(
            practice_id=office.practice_id,
            patient_id=patient.patient_id,
            changes={"firstname": patient.firstname},
        )
        sent = await self._bookings.send("change of nothing", change.method, change.endpoint, change.body)
        seen, write = sent.seen, sent.write
        how = "PATCH /patient of the test patient's own first name, which is for other software"
        if write is not None:
            await self._bookings.wait(write)
            answer = "later" if write.done and not write.ok else "taken" if write.done else None
            if answer is None:
                self._facts.unknown("unsupported_write", f"{how}: no outcome in time")
            else:
                text = self._facts.masked(write.row.get("result", ""))
                self._facts.learn("unsupported_write", answer, how, sikka_said=seen.answer, result=text)
        else:
            answer = "unauthorized" if seen.status == NO_SUCH_WRITE else "invalid"
            self._facts.learn("unsupported_write", answer, how, sikka_said=seen.answer)

    async def _cancelled(self, made: list[Write]) -> None:
        """Each booking that got through is cancelled, while the copy does not show it yet."""
        for write in made:
            shown = await self._probe.read("/appointments", {"appointment_sr_no": write.sr_no})
            visible = any(row.get("appointment_sr_no") == write.sr_no for row in shown.rows)
            change = await self._bookings.cancel(write)
            how = "PATCH of the test booking to the word for cancelled"
            if visible:
                why = f"{how}: Sikka's copy showed the booking by then"
                self._facts.unknown("cancelled_before_refresh", why)
            elif change is None or not change.done:
                self._facts.unknown("cancelled_before_refresh", f"{how}: not taken, or no outcome in time")
            else:
                text = "" if change.ok else self._facts.masked(change.row.get("result", ""))
                self._facts.learn("cancelled_before_refresh", change.ok, how, result=text)

    def _of_failures(self) -> None:
        failed = [write for write in self._bookings.writes if write.done and not write.ok]
        if not failed:
            names = ("failure_word", "failure_flag", "failure_text")
            self._facts.unknown(names, "the practice's system refused nothing")
            return
        row, how = failed[0].row, f"writeback_status of a refused {failed[0].what}"
        self._facts.learn("failure_word", row.get("status", ""), how)
        self._facts.learn("failure_flag", formats.truth(row.get("has_error", "")), how)
        texts = sorted({self._facts.masked(write.row.get("result", "")) for write in failed})
        self._facts.learn("failure_text", texts, f"writeback_status of {len(failed)} refused writes")

    def _durations(self) -> None:
        done = [write for write in self._bookings.writes if write.done]
        if not done:
            self._facts.unknown("write_seconds", "no write had an outcome in time")
            return
        by_sikka = [_span(write.row) for write in done]
        told = sorted(seconds for seconds in by_sikka if seconds is not None)
        seen = sorted(write.seconds for write in done if write.seconds is not None)
        self._facts.learn(
            "write_seconds",
            {"least": seen[0], "middle": seen[len(seen) // 2], "most": seen[-1]},
            f"{len(done)} writes, from their acceptance to the look that found them done",
            by_request_and_completed_time=told,
        )
        if self._facts.answer("cloud_zone") is None:
            place(
                self._facts,
                self._clock.now(),
                done[-1].row.get("request_time", ""),
                self._zone,
                "request_time of the last write",
            )


def _number_of(word: str) -> str:
    return "plural" if word.casefold().endswith("s") else "singular"


def _span(row: dict[str, str]) -> float | None:
    began, ended = (formats.moment(row.get(name, "")) for name in ("request_time", "completed_time"))
    return (ended - began).total_seconds() if began and ended else None
