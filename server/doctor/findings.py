"""What a check-up finds, and what to do about each way in which Sikka can say no."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from server.sikka import errors
from server.sikka.errors import Answered, SikkaError


class Mark(StrEnum):
    """How a step went; a skipped one depends on one that did not go well."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"


@dataclass(frozen=True)
class Finding:
    """The result of one step. Holds no secret, key or patient's value.

    Attributes:
        says: what is so.
        advice: what to do; "" where nothing is.
    """

    mark: Mark
    says: str
    advice: str = ""


def ok(says: str) -> Finding:
    """All is well."""
    return Finding(Mark.OK, says)


def warn(says: str, advice: str) -> Finding:
    """It works, but not fully or not for long."""
    return Finding(Mark.WARN, says, advice)


def fail(says: str, advice: str) -> Finding:
    """Chairtime cannot do its work here."""
    return Finding(Mark.FAIL, says, advice)


# exception -> what is so, what to do; an exception without a line takes its parent's
ADVICE: Final[dict[type[SikkaError], tuple[str, str]]] = {
    errors.NotSent: (
        "Sikka could not be reached.",
        "Check this machine's network, its firewall and SIKKA_BASE_URL.",
    ),
    errors.NoAnswer: (
        "Sikka was reached, but gave no whole answer.",
        "Run chairtime doctor once more; if it stays so, look at Sikka's status page.",
    ),
    errors.BadCredentials: (
        "Sikka does not accept the App-Id or the App-Key.",
        "Copy SIKKA_APP_ID and SIKKA_APP_KEY from Sikka's API portal (My Apps, your application).",
    ),
    errors.GrantRefused: (
        "Sikka gives this application no key for the office.",
        "In Sikka's API portal, check that the practice is still linked to your application.",
    ),
    errors.KeyRefused: (
        "Sikka does not accept the key that it has just given.",
        "Run chairtime doctor once more; if it stays so, ask Sikka's support.",
    ),
    errors.NotPermitted: (
        "This is outside your application's plan at Sikka.",
        "Ask Sikka to add it to the plan.",
    ),
    errors.SpuOffline: (
        "The office's PC does not answer.",
        "Have the office turn it on and start Sikka's utility.",
    ),
    errors.RateLimited: (
        "Sikka's limit on calls is used up for now.",
        "Wait a minute, then run chairtime doctor again.",
    ),
    errors.NoData: (
        "The practice's data has never been uploaded to Sikka.",
        "Have Sikka's utility installed on the office's PC, and wait for its first upload.",
    ),
    errors.Unreadable: (
        "The answer is not one that Sikka's API gives.",
        "Check that SIKKA_BASE_URL is the API's root, ending in /v4, with nothing in between.",
    ),
    errors.Refused: (
        "Sikka declined the request.",
        "Check that CHAIRTIME_OFFICE names an office of your application.",
    ),
    SikkaError: (
        "Something is wrong on Sikka's side.",
        "Run chairtime doctor again in a few minutes; if it stays so, ask Sikka's support.",
    ),
}


def finding_of(error: SikkaError) -> Finding:
    """A failure in plain words. Sikka's own text is left out: it may repeat what was sent."""
    says, advice = next(ADVICE[kind] for kind in type(error).__mro__ if kind in ADVICE)
    if isinstance(error, Answered):
        says = f"{says} (HTTP {error.status} {error.code}".rstrip() + ")"
    return Finding(Mark.FAIL, says, advice)
