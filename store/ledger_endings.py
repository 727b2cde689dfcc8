"""How a write came to be settled, and what an answer that comes late may still change in it, as a table.

No settled row changes but by a late answer or a person, and a late answer only where it knows more than what
the row was settled on.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType

from store.ledger_states import ACCEPTED, SETTLED, State

SETTLED_BY_PERSON = "settled_by_person"
ID_LOST = "id_was_anothers"
LATE_ID = "late_id"
LATE_ANSWER = "late_answer"
_SETTLES_NOTHING = frozenset({ID_LOST, LATE_ID})
_NOTHING: frozenset[State] = frozenset()


class Ending(StrEnum):
    """What a row was settled on."""

    ANSWERED = "answered"  # Sikka, or its copy of the office, told the outcome
    ADOPTED = "adopted"  # Sikka told it of an id that was found by searching
    PERSON = "person"  # somebody of the office said so
    REFUSED = "refused"  # Sikka refused it at once
    UNSENT = "unsent"  # it was given up or taken back, and never sent
    DOUBTED = "doubted"  # the same, but a sending of it had been lost and was not found
    DELETED = "deleted"  # it was taken back after Sikka had accepted it


ALLOWED_LATE: Mapping[tuple[State, Ending], frozenset[State]] = MappingProxyType(
    {
        # Sikka's word is final: an outcome does not change once told.
        (State.CONFIRMED, Ending.ANSWERED): _NOTHING,
        (State.FAILED, Ending.ANSWERED): _NOTHING,
        # The id proves to be another row's (uncertain again), or our own answer brings ours (submitted).
        (State.CONFIRMED, Ending.ADOPTED): frozenset({State.UNCERTAIN, State.SUBMITTED}),
        (State.FAILED, Ending.ADOPTED): frozenset({State.UNCERTAIN, State.SUBMITTED}),
        # A person may err. An answer that agrees brings what was created, or why it failed.
        (State.CONFIRMED, Ending.PERSON): frozenset({State.CONFIRMED, State.FAILED}),
        (State.FAILED, Ending.PERSON): frozenset({State.CONFIRMED, State.FAILED}),
        # There is nothing that could be answered.
        (State.REJECTED, Ending.REFUSED): _NOTHING,
        (State.REJECTED, Ending.UNSENT): _NOTHING,
        (State.WITHDRAWN, Ending.UNSENT): _NOTHING,
        # It turns up after all: done, or accepted and to be watched again. That it failed changes nothing.
        (State.REJECTED, Ending.DOUBTED): frozenset({State.CONFIRMED, State.SUBMITTED}),
        (State.WITHDRAWN, Ending.DOUBTED): frozenset({State.CONFIRMED, State.SUBMITTED}),
        # The deletion came too late. That it failed changes nothing.
        (State.WITHDRAWN, Ending.DELETED): frozenset({State.CONFIRMED}),
    }
)


def ending_of(history: Sequence[tuple[State | None, State, str]], *, adopted: bool) -> Ending:
    """What a settled row was settled on, by its events (from, to, reason), oldest first.

    ``adopted``: its id was found by searching. Events that settle nothing are passed over.
    """
    before, after, reason = [event for event in history if event[2] not in _SETTLES_NOTHING][-1]
    if reason == SETTLED_BY_PERSON:
        return Ending.PERSON
    if before in SETTLED or after in {State.CONFIRMED, State.FAILED}:
        return Ending.ADOPTED if adopted else Ending.ANSWERED
    if before in ACCEPTED:
        return Ending.DELETED
    if any(state is State.UNCERTAIN for _, state, _ in history):
        return Ending.DOUBTED
    return Ending.REFUSED if before is State.SENDING else Ending.UNSENT
