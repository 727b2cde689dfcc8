"""What nobody has written down about Sikka, as questions, and what an answer would change here."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class Topic(StrEnum):
    """By what a question is answered."""

    KEYS = "keys"  # by refreshing the office's key
    READS = "reads"  # by reading
    PATIENT = "patient"  # by reading the test patient
    WRITES = "writes"  # by writing for the test patient
    NEVER = "never"  # by nothing that this command would do


@dataclass(frozen=True)
class Question:
    """One of them.

    Attributes:
        name: by which the report knows it.
        asks: for a person.
        matters: what to set or do, and ``when``: of the answer. Under every other answer the server works as
            it is.
        why_not: of one that is never answered.
    """

    name: str
    topic: Topic
    asks: str
    matters: str = ""
    why_not: str = ""
    when: Callable[[Any], bool] | None = None

    def advice(self, answer: Any) -> str:
        """What an answer asks for; "" where nothing."""
        return self.matters if answer is not None and self.when is not None and self.when(answer) else ""


FEW_CALLS: Final = 120  # a minute; the plans seen of late have 250
SLOW_SECONDS: Final = 240.0  # near the default of CHAIRTIME_OVERDUE_SECONDS


def _is(value: object) -> Callable[[Any], bool]:
    def same(answer: Any) -> bool:
        return answer == value

    return same


def _few(answer: Any) -> bool:
    return answer < FEW_CALLS


def _slow(answer: Any) -> bool:
    return answer["most"] > SLOW_SECONDS


_K, _R, _P, _W, _N = Topic.KEYS, Topic.READS, Topic.PATIENT, Topic.WRITES, Topic.NEVER
QUESTIONS: Final = (
    Question(
        "refresh_ends_old_request_key",
        _K,
        "Does a refresh end the request key before it?",
        "no other program may use this application for the office; each would end the other's keys",
        when=_is(True),
    ),
    Question(
        "old_refresh_key_reusable",
        _K,
        "Can a refresh key that was used be used again?",
        "a backup that is restored begins with a new key, which the server asks for by itself",
        when=_is(False),
    ),
    Question("refresh_key_rotates", _K, "Does a refresh hand out another refresh key?"),
    Question("parallel_request_keys", _K, "How many request keys of the office were good at the same time?"),
    Question("expires_in", _K, "How is a key's remaining life written?"),
    Question("cloud_zone", _K, "In which zone are Sikka's own moments (keys, request_time, completed_time)?"),
    Question(
        "rate_limit",
        _R,
        "How many calls may be made in a window?",
        "raise CHAIRTIME_FRESHNESS_SECONDS and CHAIRTIME_RATE_RESERVE",
        when=_few,
    ),
    Question("envelope", _W, "Does an answer come as an object, or in an array?"),
    Question("sort_parameter", _R, "How is the parameter spelled that sorts a list?"),
    Question("appointment_time", _R, "How are the times of appointments written?"),
    Question(
        "schedule_covers",
        _R,
        "Which resources have rows in practice_schedule?",
        "write hours and columns.windows into the profile, or no time is offered",
        when=_is("none"),
    ),
    Question("schedule_words", _R, "How does practice_schedule call its resources?"),
    Question("schedule_time", _R, "How are the times in practice_schedule written?"),
    Question(
        "schedule_operatory",
        _R,
        "By what does practice_schedule name a chair?",
        "write columns.windows into the profile",
        when=_is("neither"),
    ),
    Question("service_item_by_default", _R, "Does practice_variables show service_item without being asked?"),
    Question("payment_types_list", _R, "What does payment_types hold without a filter?"),
    Question(
        "copy_zone",
        _R,
        "In which zone is data_insert_date?",
        "a copy that is seen for the first time counts as younger than it is, by the office's distance "
        "from UTC; no setting mends that",
        when=_is("utc"),
    ),
    Question("phone_filter", _P, "Does cell= find a number in another spelling than the stored one?"),
    Question("search_phones", _P, "Does search= find a phone number?"),
    Question("find", _P, "Does find= filter by birth date?"),
    Question(
        "write_seconds",
        _W,
        "How long does the practice's system take to carry out a write?",
        "raise CHAIRTIME_OVERDUE_SECONDS",
        when=_slow,
    ),
    Question(
        "overlap",
        _W,
        "Does the practice's system refuse a booking over another in the same chair?",
        "keep max_copy_age_minutes low in the profile; nobody but Chairtime's own look prevents it",
        when=_is("allowed"),
    ),
    Question("writes_overtake", _W, "Can a later write be carried out before an earlier one?"),
    Question(
        "cancelled_before_refresh",
        _W,
        "Can a booking be cancelled before Sikka's copy shows it?",
        "add cancel to only_requested in the profile",
        when=_is(False),
    ),
    Question("failure_word", _W, "Which status does a refused write have?"),
    Question("failure_flag", _W, "Does a refused write say has_error?"),
    Question("failure_text", _W, "What does Sikka say of a refused write?"),
    Question("created_ids", _W, "Which fields of a finished write hold what was made?"),
    Question("api_word", _W, "Which word has writeback_status for appointments?"),
    Question("api_name", _W, "Which word has the echo in the list of writes?"),
    Question("list_result", _W, "What does the list of writes say of one that is done?"),
    Question("deleted_writebacks", _W, "Is a write that was taken back still listed?"),
    Question("write_reply", _W, "How is a write acknowledged?"),
    Question("plain_description_only", _W, "Are special characters refused in a description?"),
    Question("pms_limits", _W, "Is a value outside the software's lists refused at once, or later?"),
    Question("unsupported_write", _W, "What comes of a write that the software does not take?"),
    Question(
        "note_characters",
        _N,
        "Which characters may a note hold?",
        why_not="a note cannot be taken back through Sikka, so none is written",
    ),
    Question(
        "pending_while_offline",
        _N,
        "How long does a write wait for an office's PC that is off?",
        why_not="the PC would have to be turned off for as long",
    ),
    Question(
        "most_parallel_keys",
        _N,
        "How many request keys may an office have at most?",
        why_not="finding out would use up keys of a practice that works",
    ),
    Question(
        "callback_registration",
        _N,
        "How is the callback for finished writes registered, and tried again?",
        why_not="that is settled with Sikka's support, not by a call",
    ),
    Question(
        "field_lengths",
        _N,
        "How long may each field be, by practice software?",
        why_not="it would take one refused write for each field",
    ),
)
BY_NAME: Final = {question.name: question for question in QUESTIONS}
