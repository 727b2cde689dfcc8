"""What an answer, or the lack of one, means for a write: the table that keeps it from being done twice."""

from enum import StrEnum
from typing import Final

from server.sikka import errors


class Effect(StrEnum):
    """What became of a write whose sending ended in an error."""

    REFUSED = "refused"
    """Nothing was done and nothing will be."""
    SPU_OFFLINE = "spu_offline"
    """Nothing was queued, because the office's PC is off."""
    NOT_SENT = "not_sent"
    """Nothing left this machine; it may be sent later."""
    LATER = "later"
    """The rate limit stopped it; it may be sent when the window ends."""
    UNCERTAIN = "uncertain"
    """It may have been done. Never send it again without looking."""


# The first matching class of the exception's own order of inheritance decides.
EFFECTS: Final[dict[type[errors.SikkaError], Effect]] = {
    errors.NotSent: Effect.NOT_SENT,
    errors.NoAnswer: Effect.UNCERTAIN,
    errors.KeyRefused: Effect.NOT_SENT,  # only where a renewed key was refused as well
    errors.GrantRefused: Effect.NOT_SENT,
    errors.NotPermitted: Effect.REFUSED,
    errors.BadCredentials: Effect.REFUSED,
    errors.Refused: Effect.REFUSED,
    errors.SpuOffline: Effect.SPU_OFFLINE,
    errors.RateLimited: Effect.LATER,
    errors.NoData: Effect.UNCERTAIN,  # a 500 all the same: nothing proves that it was not queued
    errors.Trouble: Effect.UNCERTAIN,
    errors.Unreadable: Effect.UNCERTAIN,
}


def effect_of(error: errors.SikkaError) -> Effect:
    """The effect on a write whose sending ended in `error`."""
    for kind in type(error).__mro__:
        if kind in EFFECTS:
            return EFFECTS[kind]
    return Effect.UNCERTAIN
