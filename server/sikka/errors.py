"""What can go wrong between us and Sikka, as one exception tree, and the table that maps answers to it.

    SikkaError
    ├── NotSent              nothing left this machine: refused, DNS, connection pool
    │   └── NoKey            a write for which no request key could be had
    ├── NoAnswer             something was sent, and no readable answer came back
    └── Answered             Sikka said no, by (HTTP status, error_code)
        ├── KeyRefused       the request key is expired or unknown: renew it and repeat
        ├── GrantRefused     POST /request_key declined the refresh key or the secret key
        ├── NotPermitted     outside this application's plan; never an expired key
        ├── BadCredentials   App-Id or App-Key
        ├── Refused          the request itself; asking again changes nothing
        ├── SpuOffline       the office's PC does not answer (only with check_spu)
        ├── RateLimited      too many calls; `reset_seconds` says when to go on
        ├── NoData           the practice has not been uploaded yet
        ├── Trouble          Sikka's side failed, or a gateway before it
        └── Unreadable       an answer that is not what the API documents

Texts of these exceptions are fixed and carry no value from a request, so they can be logged.
"""

from typing import Final


class SikkaError(Exception):
    """Anything that keeps Sikka from doing what was asked."""


class NotSent(SikkaError):
    """Nothing reached Sikka: asking again cannot do anything twice."""


class NoKey(NotSent):
    """A write was not taken, because no request key could be had for it. Its cause tells why.

    Losing the answer to a grant says nothing about a write; this class keeps the two apart.
    """


class NoAnswer(SikkaError):
    """The request may have been carried out; its answer was lost."""


class Answered(SikkaError):
    """Sikka answered, and the answer is not the one hoped for.

    Attributes:
        status: the HTTP status.
        code: Sikka's `error_code`, such as "API2004"; empty where none was readable.
        detail: Sikka's own text. It may repeat what was sent: seal it, never log or say it.
    """

    def __init__(self, status: int, code: str = "", detail: str = "") -> None:
        super().__init__(f"Sikka answered {status} {code}".rstrip())
        self.status = status
        self.code = code
        self.detail = detail


class KeyRefused(Answered):
    """The request key is expired (API1025) or not known (API1004 that names the key)."""


class GrantRefused(Answered):
    """A grant of POST /request_key was declined."""


class NotPermitted(Answered):
    """This API, or this practice, is not in the application's plan (API2004, API2007)."""


class BadCredentials(Answered):
    """The App-Id or App-Key is missing or wrong."""


class Refused(Answered):
    """The request was understood and declined; nothing was done."""


class SpuOffline(Answered):
    """The practice utility is offline (412 API2017, only where check_spu was sent)."""


class RateLimited(Answered):
    """Too many calls in the window, or for the day.

    Attributes:
        reset_seconds: seconds until the window ends, from X-Rate-Limit-Reset.
    """

    def __init__(self, status: int, code: str = "", detail: str = "", *, reset_seconds: float = 60.0) -> None:
        super().__init__(status, code, detail)
        self.reset_seconds = reset_seconds


class NoData(Answered):
    """The practice's data has never been uploaded (500 API2010)."""


class Trouble(Answered):
    """Sikka, or a gateway before it, failed; whether the work was done is not known."""


class Unreadable(Answered):
    """The answer is not in any form the API is known to use."""


# (status, error_code) -> exception; the code "" stands for every other code of that status.
# Source: the error table of the official API collection; 401 API2004 as a missing permission was
# also seen on a live account.
ERRORS: Final[dict[tuple[int, str], type[Answered]]] = {
    (400, "API1001"): BadCredentials,
    (400, "API1002"): BadCredentials,
    (400, "API1004"): Refused,  # becomes KeyRefused where the text names the request key
    (400, "API1025"): KeyRefused,
    (400, ""): Refused,
    (401, "API2003"): BadCredentials,
    (401, "API2004"): NotPermitted,
    (401, "API2007"): NotPermitted,
    (401, ""): NotPermitted,
    (403, ""): NotPermitted,
    (404, ""): Refused,
    (405, ""): Refused,
    (409, ""): Refused,
    (410, ""): Refused,
    (412, "API2017"): SpuOffline,
    (412, ""): Refused,
    (415, ""): Refused,
    (422, ""): Refused,
    (429, ""): RateLimited,
    (500, "API2010"): NoData,
}

# error_code of a 2xx body that is a refusal all the same ("Appointment status not logged").
REFUSALS_WITH_STATUS_200: Final[frozenset[str]] = frozenset({"API0008"})

_KEY_WORDS: Final = ("requestkey", "request key", "request_key")


def error_for(status: int, code: str, detail: str, *, reset_seconds: float = 60.0) -> Answered:
    """The exception for an answer that is not a success.

    Args:
        status: HTTP status outside 2xx, or 200 with a code of `REFUSALS_WITH_STATUS_200`.
        code: Sikka's `error_code`, or "".
        detail: Sikka's messages, used only to tell a bad key from another missing parameter.
        reset_seconds: from X-Rate-Limit-Reset, for a 429.
    """
    if code in REFUSALS_WITH_STATUS_200:
        return Refused(status, code, detail)
    kind = ERRORS.get((status, code)) or ERRORS.get((status, ""))
    if kind is RateLimited:
        return RateLimited(status, code, detail, reset_seconds=reset_seconds)
    # Only where the table says that nothing was done: a refused key has the request sent once more.
    if kind is Refused and code == "API1004" and any(word in detail.casefold() for word in _KEY_WORDS):
        return KeyRefused(status, code, detail)
    if kind is not None:
        return kind(status, code, detail)
    return Trouble(status, code, detail)
