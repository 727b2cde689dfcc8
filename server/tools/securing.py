"""Securing a time while something is put down for it, so that no other call gets past with it meanwhile."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from server.desk.answers import Outcome
from server.desk.copies.overlay import Visit
from server.desk.office import Profile
from server.desk.proofs import PatientProof, SlotOffer
from server.desk.together import to_the_end
from server.tools.call import Call
from server.tools.results import Answer
from server.tools.times import taken
from server.tools.wording import sentence


@dataclass
class Securing:
    """A time that something is to be put down for.

    Attributes:
        who: whom it is wanted for: the same asked for twice at once secures it twice.
        visits: of the time's day, as they were looked at once it was secured; None where it was not, or
            where they could not be seen in time.
        secured: whether it is kept from every other call.
    """

    call: Call
    profile: Profile
    slot: SlotOffer
    who: str
    visits: list[Visit] | None = None
    secured: bool = False

    async def is_free(self, *, but: str = "") -> bool:
        """Secure the time, and tell whether it is free, by the visits of its day as Sikka shows them now.

        `but` is the number of an appointment that would make way for it itself.
        """
        call, profile, opening = self.call, self.profile, self.slot.opening
        finding, scope_key = call.desk.finding, call.scope_key
        self.secured = await finding.secure(profile, opening, self.who, scope_key)
        if not self.secured:
            return False
        seconds = min(call.desk.settings.slot_check_seconds, call.seconds_left)
        self.visits = await call.desk.calendar.last_look(profile, opening.start.date(), seconds)
        return self.visits is not None and await finding.is_free(
            profile, opening, self.visits, self.who, scope_key, but=but
        )

    async def lost(self, operation: str, words: dict[str, str], patient: PatientProof) -> Answer:
        """What is said of a time that is not free, or not to be seen; it is let go."""
        unseen = self.secured and self.visits is None
        await self.let_go()
        if unseen:
            said = sentence(self.call.language, (operation, Outcome.UNAVAILABLE.value), **words)
            return Answer(Outcome.UNAVAILABLE, said)
        return await taken(self.call, self.profile, self.slot, operation, words, patient, seen=self.visits)

    async def let_go(self) -> None:
        """Keep the time no longer, if it is secured: what was put down lies over it, or it cannot be had."""
        if self.secured:
            await self.call.desk.finding.release(self.profile, self.slot.opening, self.who)
            self.secured = False

    async def give_back(self) -> None:
        """Leave the time to the call as it was offered, if it is still secured."""
        if self.secured:
            await self.call.desk.finding.keep(self.profile, self.slot.opening, self.who, self.call.scope_key)


@asynccontextmanager
async def securing(call: Call, profile: Profile, slot: SlotOffer, who: str) -> AsyncGenerator[Securing]:
    """A time to secure; unless it is let go, it is the call's offer again at the end, as it was.

    Whatever the end is: a question first, a wish that is left to people, an error, or a caller cut off.
    """
    time = Securing(call, profile, slot, who)
    try:
        yield time
    finally:
        await to_the_end(time.give_back())
