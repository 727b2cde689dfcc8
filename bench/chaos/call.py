"""The scripts of calls: what a caller wants, in which order, and when they hang up."""

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import anyio

from bench.chaos.claims import OPEN_OUTCOMES
from bench.chaos.facts import Wish
from bench.chaos.phone import Phone
from bench.chaos.plan import DAYS_AHEAD, PlannedCall, Script

TRIES: Final = 6
SETTLE_SECONDS: Final = 8.0  # how long a caller stays to hear how it ended
MOST_WAIT: Final = 1


class NoWayOnError(Exception):
    """The call came to nothing that the script knows to go on from; the text says where."""


@dataclass(frozen=True, slots=True)
class Booked:
    """What a request came to: `about` is the last answer's facts, `slot` the handle of the time booked."""

    wish: Wish
    outcome: str
    about: dict[str, Any]
    slot: str = ""


@dataclass
class Caller:
    """One person on the phone. `name` and `born` are theirs; `today` is the office's date."""

    phone: Phone
    plan: PlannedCall
    name: str
    born: dt.date
    today: dt.date

    async def run(self) -> None:
        """Say the whole script."""
        await _SCRIPTS[self.plan.script](self)

    async def book_and_stay(self) -> Booked:
        """Book, and wait to hear how it ended."""
        booked = await self._book(await self._identify())
        return await self._stay(booked)

    async def book_and_hang_up(self) -> None:
        """Book, and hang up on "pending"."""
        await self._book(await self._identify())

    async def book_and_take_back(self) -> None:
        """Book, and change one's mind at once."""
        booked = await self._book(await self._identify())
        if "appointment" in booked.about:
            await self._cancel(booked.about["appointment"], booked.wish.start)

    async def book_and_waver(self) -> None:
        """Book, change one's mind, and change it again, all at once."""
        patient = await self._identify()
        booked = await self._book(patient)
        if "appointment" in booked.about:
            wish = Wish("cancel", self._person, booked.wish.start)
            await self.phone.yes("cancel_appointment", wish, appointment=booked.about["appointment"])
            again = await self.phone.yes("book_appointment", booked.wish, patient=patient, slot=booked.slot)
            await self._stay(Booked(booked.wish, again["outcome"], again))

    async def book_and_cancel(self) -> None:
        """Book, hear that it is booked, and cancel it."""
        booked = await self.book_and_stay()
        if booked.outcome == "confirmed":
            await self._cancel(booked.about["appointment"], booked.wish.start)

    async def cancel(self) -> None:
        """Cancel what was booked long ago."""
        for item in await self._coming():
            await self._cancel(item["appointment"], item["start"])

    async def confirm(self) -> None:
        """Say that one will come."""
        for item in await self._coming():
            wish = Wish("confirm", self._person, item["start"])
            about = await self.phone.want("confirm_appointment", wish, appointment=item["appointment"])
            await self._stay(Booked(wish, about["outcome"], about))

    async def update(self) -> None:
        """Have a detail of one's record changed."""
        patient, email = await self._identify(), f"caller{self.plan.number}@example.com"
        wish = Wish("update_patient", self._person, what=f"email {email}")
        about = await self.phone.yes("update_patient", wish, patient=patient, field="email", value=email)
        await self._stay(Booked(wish, about["outcome"], about))

    async def note(self) -> None:
        """Have something noted."""
        patient, text = (
            await self._identify(),
            f"Prefers a call to a letter, as said in call {self.plan.number}",
        )
        wish = Wish("add_note", self._person, what=text)
        about = await self.phone.want("add_note", wish, patient=patient, note=text)
        await self._stay(Booked(wish, about["outcome"], about))

    async def pay(self) -> None:
        """Have a payment entered."""
        patient, amount = await self._identify(), f"{45 + self.plan.number % 100}.50"
        reference = str(1_000 + self.plan.number)
        wish = Wish("record_payment", self._person, what=f"{amount} {reference}")
        paid = {"amount": amount, "method": "check", "reference": reference}
        about = await self.phone.yes("record_payment", wish, patient=patient, **paid)
        await self._stay(Booked(wish, about["outcome"], about))

    async def book_and_move(self) -> None:
        """Book, hear that it is booked, and want another time."""
        patient = await self._identify()
        booked = await self._stay(await self._book(patient))
        if booked.outcome != "confirmed":
            return
        for slot in (await self._offers(1, patient))[:1]:
            wish = Wish("move", self._person, booked.wish.start, slot["start"])
            moved = await self.phone.yes(
                "reschedule_appointment",
                wish,
                appointment=booked.about["appointment"],
                slot=slot["slot"],
            )
            await self._stay(Booked(wish, moved["outcome"], moved))

    async def register_and_book(self) -> None:
        """Become a patient, and book at once."""
        who = self.plan.stranger
        wish = Wish("register", self._person)
        slots = await self._offers(0)
        registered = await self.phone.yes(
            "register_patient",
            wish,
            first_name=who.first,
            last_name=who.last,
            date_of_birth=self.born.isoformat(),
            phone=who.phone,
        )
        if "patient" not in registered or not slots:
            return
        booked = await self._stay(await self._book(registered["patient"]))
        if booked.outcome in OPEN_OUTCOMES:
            await self._stay(Booked(wish, registered["outcome"], registered))

    @property
    def _person(self) -> str:
        return f"{self.name} {self.born.isoformat()}"

    async def _coming(self) -> list[dict[str, Any]]:
        """The caller's next appointment, if there is one."""
        listed = await self.phone.ask("list_appointments", patient=await self._identify())
        coming: list[dict[str, Any]] = listed.get("appointments", [])[:1]
        self.phone.ear.spoken |= {item["spoken"]: item["start"] for item in coming}
        return coming

    async def _identify(self) -> str:
        found: dict[str, Any] = {}
        for _ in range(TRIES):
            found = await self.phone.ask("find_patient", name=self.name, date_of_birth=self.born.isoformat())
            if found["outcome"] == "verified":
                return found["patient"]
        raise NoWayOnError(f"find_patient: {found.get('outcome')}")

    async def _offers(self, attempt: int, patient: str = "") -> list[dict[str, Any]]:
        day = 1 + (self.plan.day - 1 + 7 * attempt) % DAYS_AHEAD
        first = self.today + dt.timedelta(days=day)
        asked = {"reason": "exam", "date_from": first.isoformat(), "patient": patient}
        slots: list[dict[str, Any]] = (await self.phone.ask("find_slots", **asked)).get("slots", [])
        for slot in slots:
            self.phone.ear.spoken[slot["spoken"]] = slot["start"]
        turn = self.plan.pick % max(1, len(slots))
        return slots[turn:] + slots[:turn]

    async def _book(self, patient: str) -> Booked:
        outcome = "no free time"
        for attempt in range(TRIES):
            for slot in (await self._offers(attempt))[:1]:
                wish = Wish("book", self._person, slot["start"])
                about = await self.phone.yes("book_appointment", wish, patient=patient, slot=slot["slot"])
                outcome = about["outcome"]
                if "writeback" in about:
                    return Booked(wish, outcome, about, slot["slot"])
        raise NoWayOnError(f"book_appointment: {outcome}")

    async def _cancel(self, appointment: str, start: str) -> None:
        wish = Wish("cancel", self._person, start)
        about = await self.phone.yes("cancel_appointment", wish, appointment=appointment)
        await self._stay(Booked(wish, about["outcome"], about))

    async def _stay(self, booked: Booked) -> Booked:
        """Ask until it is settled, as long as the caller has patience for."""
        with anyio.move_on_after(SETTLE_SECONDS):
            while booked.outcome in OPEN_OUTCOMES - {"queued"} and "writeback" in booked.about:
                about = await self.phone.ask(
                    "check_writeback",
                    booked.wish,
                    writeback=booked.about["writeback"],
                    wait_seconds=MOST_WAIT,
                )
                booked = Booked(booked.wish, about["outcome"], booked.about | about)
        return booked


_SCRIPTS: Final[dict[Script, Callable[[Caller], Awaitable[object]]]] = {
    Script.BOOK: Caller.book_and_stay,
    Script.HANG_UP: Caller.book_and_hang_up,
    Script.TAKE_BACK: Caller.book_and_take_back,
    Script.WAVER: Caller.book_and_waver,
    Script.BOOK_CANCEL: Caller.book_and_cancel,
    Script.CANCEL: Caller.cancel,
    Script.MOVE: Caller.book_and_move,
    Script.REGISTER: Caller.register_and_book,
    Script.CONFIRM: Caller.confirm,
    Script.UPDATE: Caller.update,
    Script.NOTE: Caller.note,
    Script.PAYMENT: Caller.pay,
}
