"""What is left to the office's people: callers' messages, and writes that want looking at."""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final

from server.clock import MINUTE_MS, Clock
from server.desk.gate import Why, Wish
from server.desk.proofs import said_to_be
from server.desk.together import to_the_end
from store.inbox import NewTask, Task, TaskKind, Urgency
from store.ledger_rows import Writeback
from store.opening import Store

# What a caller wants -> the kind of task; whatever else is a message.
TASK_KINDS: Final[dict[str, TaskKind]] = {"request": TaskKind.REQUEST, "waitlist": TaskKind.REQUEST}

DONE_A_MOMENT_AGO_MS: Final = 15 * MINUTE_MS  # as long as the ledger keeps the key of a write that is done

# Words that make a message an emergency, whatever the agent calls it and whatever the call's language. Better
# once too often: "no trouble breathing" is taken for one too.
RED_FLAGS: Final = (
    re.compile(
        r"(?:breath|swallow)\w*\W+(?:\w+\W+){0,3}(?:trouble|hard|difficult|problem)"
        r"|(?:can.?t|cannot|could.?n.?t|unable to|trouble|difficult\w*|hard to|hard time|struggl\w+"
        r"|problems?)\W+(?:\w+\W+){0,3}(?:breath|swallow)"
        r"|short(?:ness)? of breath|chok(?:es|ing)|chest pain|anaphyla|unconscious|unresponsive|passed out"
        r"|(?:won.?t|will not|does.?n.?t|does not|not|never) stop(?:ped|s)? bleeding"
        r"|bleed\w*\W+(?:\w+\W+){0,4}(?:stop|heav|uncontroll|badly)"
        r"|swell\w*\W+(?:\w+\W+){0,5}(?:eye|throat|neck|tongue)"
        r"|(?:eye|throat|neck|tongue|airway)\W+(?:\w+\W+){0,3}(?:swell|swollen|clos)",
        re.IGNORECASE,
    ),
    re.compile(  # Spanish, without accents
        r"(?:no\W+(?:(?:me|le|se)\W+)?(?:pued|pod|deja)\w*|(?:cuesta|dificultad|dificil|trabajo|problema)\w*)"
        r"\W+(?:\w+\W+){0,3}(?:respir|trag|pasar saliva)"
        r"|(?:respira|traga)\w*\W+(?:\w+\W+){0,2}(?:mal\b|dificultad|dificil)"
        r"|falta (?:de|el) aire|ahog|asfixi|atragant|dolor (?:de|en el) pecho|anafila"
        r"|inconsciente|desmay|no reacciona|hemorragia"
        r"|(?:no|sin)\W+(?:\w+\W+){0,3}(?:para|deja|deten|detien)\w*\W+(?:\w+\W+){0,3}(?:sangr)"
        r"|sangr\w*\W+(?:\w+\W+){0,4}(?:no (?:para|deja|se det)|much|demasiad|sin parar)"
        r"|(?:hinch[ao]|inflam[ao])\w*\W+(?:\w+\W+){0,5}(?:ojo|garganta|cuello|lengua)"
        r"|(?:ojo|garganta|cuello|lengua)\W+(?:\w+\W+){0,3}(?:hinch[ao]|inflam[ao]|cerr|cierr)",
        re.IGNORECASE,
    ),
)


@dataclass(frozen=True)
class Message:
    """What a caller wants the office to know.

    Attributes:
        about: request, clinical, running_late, waitlist, billing or other.
        name: as said; "" where it was not.
        callback: a number as said; "" where it was not.
        text: in the caller's words.
        urgent: whether it wants looking at before anything else.
    """

    about: str
    name: str = field(repr=False)
    callback: str = field(repr=False)
    text: str = field(repr=False)
    urgent: bool = False


def sounds_like_an_emergency(text: str) -> bool:
    """Whether a caller's words are about breathing, swallowing, bleeding or the like."""
    plain = "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))
    return any(flags.search(plain) for flags in RED_FLAGS)


class DeskInbox:
    """Opens tasks for the office's people. An office is a pms_integrations id."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._inbox = store.inbox
        self._index = store.index
        self._clock = clock

    async def message(self, office: str, message: Message, scope_key: str | None) -> tuple[Task, bool]:
        """Put a caller's message down: its task, and whether it is new.

        The same message twice in a call is one task; without a call id no two are the same.
        """
        said = (message.about, message.name, message.callback, message.text, str(message.urgent))
        new = NewTask(
            office=office,
            kind=TASK_KINDS.get(message.about, TaskKind.MESSAGE),
            urgency=Urgency.URGENT if message.urgent else Urgency.NORMAL,
            body={
                "about": message.about,
                "name": message.name,
                "callback": message.callback,
                "message": message.text,
                **said_to_be(),
            },
            same=self._index.keyed_hash("message", office, scope_key, *said) if scope_key else None,
        )
        return await to_the_end(self._inbox.open_task(new, self._clock.now()))

    async def request(self, wish: Wish, why: Why) -> tuple[Task, bool]:
        """Leave a wish to the office's people: its task, and whether it is new.

        The same wish is the same task, in whichever call, until somebody has done it; and for a while
        after, since a call that is still going on may ask again.
        """
        now, place = self._clock.now(), 0
        while True:
            new = NewTask(
                office=wish.office,
                kind=TaskKind.REQUEST,
                body={"about": wish.operation, "because": why.value, **wish.facts, **said_to_be()},
                patient_key=wish.patient_key,
                same=self._index.keyed_hash("request", wish.office, wish.natural_key, str(place)),
                scope_key=wish.scope_key,
            )
            task, fresh = await to_the_end(self._inbox.open_task(new, now))
            if task.done_at is None or now - task.done_at < DONE_A_MOMENT_AGO_MS:
                return task, fresh
            place += 1

    async def requested(self, office: str, scope_key: str | None) -> list[Task]:
        """What callers' wishes were left to people in one call, oldest first; without a call id nothing."""
        if scope_key is None:
            return []
        tasks = await self._inbox.of_scope(office, scope_key, TaskKind.REQUEST)
        return [task for task in tasks if "because" in task.body]

    async def flag(
        self, row: Writeback, kind: TaskKind, urgency: Urgency = Urgency.NORMAL, words: str = ""
    ) -> tuple[Task, bool]:
        """Hand a write over to people: its task, and whether it is new. One unfinished task a row and kind.

        Args:
            row: the write; the task names it.
            kind: what is wrong with it.
            urgency: how soon somebody should look.
            words: what to know beyond the row, for the office's eyes only.
        """
        new = NewTask(
            office=row.office,
            kind=kind,
            urgency=urgency,
            body={
                "operation": row.operation,
                "state": row.state.value,
                "words": words,
                **{name: row.facts[name] for name in ("caller_is",) if name in row.facts},
            },
            writeback_id=row.id,
            patient_key=row.patient_key,
        )
        return await to_the_end(self._inbox.open_task(new, self._clock.now()))
