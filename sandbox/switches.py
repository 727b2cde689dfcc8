"""What nobody knows about Sikka's behaviour, each unknown as a switch with its default.

The reference marks these as open. A client has to work under every value, so each is a field of
`Switches`, and `UNKNOWNS` is the table a reader (and a test) walks: values, evidence, meaning.
"""

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Switches:
    """One value for every unknown; the defaults are what the evidence favours."""

    refresh_ends_old_request_key: bool = False
    old_refresh_key_reusable: bool = True
    refresh_key_rotates: bool = True
    expires_in: Literal["words", "digits"] = "words"
    phone_filter: Literal["digits", "verbatim"] = "digits"
    search_phones: Literal["digits", "verbatim", "never"] = "digits"
    find: Literal["supported", "ignored"] = "supported"
    sort_parameter: Literal["SortBy", "sort_by", "sortby"] = "SortBy"
    overlap: Literal["by_pms", "refused", "allowed"] = "by_pms"
    failure_word: Literal["Failed", "Error", ""] = "Failed"
    failure_flag: bool = True
    created_ids: Literal["all", "created_id", "own_field"] = "all"
    api_word: Literal["plural", "singular"] = "plural"
    list_result: Literal["status", "text", "word"] = "status"
    deleted_writebacks: Literal["gone", "shown"] = "gone"
    writes_overtake: bool = False
    envelope: Literal["object", "array", "status_array"] = "object"
    write_reply: Literal["official", "plain"] = "official"
    appointment_time: Literal["24h", "ampm"] = "24h"
    schedule_time: Literal["24h", "ampm"] = "24h"
    schedule_covers: Literal["all", "practice", "operatory", "provider", "none"] = "all"
    schedule_words: Literal["capital", "lower", "plural"] = "capital"
    schedule_operatory: Literal["name", "abbreviation"] = "name"
    cloud_zone: Literal["utc", "office"] = "utc"
    copy_zone: Literal["office", "utc"] = "office"
    service_item_by_default: bool = False
    plain_description_only: bool = False
    note_characters: Literal["plain", "listed"] = "plain"
    unsupported_write: Literal["unauthorized", "invalid", "later"] = "unauthorized"
    pms_limits: Literal["later", "now"] = "later"
    payment_types_list: Literal["payments", "all"] = "payments"
    api_name: Literal["path", "plural"] = "path"


@dataclass(frozen=True, slots=True)
class Unknown:
    """One open question: the switch that answers it, its values (default first), evidence, meaning."""

    name: str
    values: tuple[Any, ...]
    evidence: str
    meaning: str


_BOOL_NO = (False, True)
_BOOL_YES = (True, False)

UNKNOWNS: tuple[Unknown, ...] = (
    Unknown(
        "refresh_ends_old_request_key",
        _BOOL_NO,
        "live-weak: several keys of one office seem to stay valid",
        "A refresh ends the request key it replaces.",
    ),
    Unknown(
        "old_refresh_key_reusable",
        _BOOL_YES,
        "live-weak: a stored key kept working after later refreshes",
        "A refresh key that was already used can be used again.",
    ),
    Unknown(
        "refresh_key_rotates",
        _BOOL_YES,
        "live: a refresh printed a new refresh key",
        "A refresh hands out a new refresh key rather than the same one.",
    ),
    Unknown(
        "expires_in",
        ("words", "digits"),
        "official sample: words; other clients' test data: digits",
        'The remaining life is written "85603 second(s)" or as bare digits.',
    ),
    Unknown(
        "phone_filter",
        ("digits", "verbatim"),
        "live-weak: ten digits found numbers stored in other forms",
        "cell=, phone=, homephone= and workphone= compare digits, or the text exactly as stored.",
    ),
    Unknown(
        "search_phones",
        ("digits", "verbatim", "never"),
        "official: search covers the phone fields; how is not said",
        "search= matches phones by digits, by the text as stored, or not at all.",
    ),
    Unknown(
        "find",
        ("supported", "ignored"),
        "official in general; unverified for birthdate",
        "find= (RQL) filters, or is ignored like any unknown parameter.",
    ),
    Unknown(
        "sort_parameter",
        ("SortBy", "sort_by", "sortby"),
        "official word SortBy; clients use the others",
        "How the sort parameter is spelled; other spellings are ignored.",
    ),
    Unknown(
        "overlap",
        ("by_pms", "refused", "allowed"),
        "live: one failure text suggests a refusal on at least one PMS",
        "Whether the software refuses a booking over another in the same chair.",
    ),
    Unknown(
        "failure_word",
        ("Failed", "Error", ""),
        "unknown: only Success and Pending are documented",
        "The status of a writeback that the software refused.",
    ),
    Unknown(
        "failure_flag",
        _BOOL_YES,
        "official field; live-weak: failure is 'any other status and/or has_error'",
        "A refused writeback also says has_error True.",
    ),
    Unknown(
        "created_ids",
        ("all", "created_id", "own_field"),
        "official: created_id; live-weak: appointment_sr_no and patient_id",
        "Which fields of a finished writeback carry what was created.",
    ),
    Unknown(
        "api_word",
        ("plural", "singular"),
        "official sample shows 'patients'; the word for appointments is unknown",
        "The api word of a writeback_status row.",
    ),
    Unknown(
        "list_result",
        ("status", "text", "word"),
        "official sample shows only 'pending'",
        "What GET /writebacks says once a write is done: success/failed, the result text, or 'completed'.",
    ),
    Unknown(
        "deleted_writebacks",
        ("gone", "shown"),
        "unknown",
        "A deleted writeback disappears from both lists, or stays with result 'deleted'.",
    ),
    Unknown(
        "writes_overtake",
        _BOOL_NO,
        "unknown",
        "The utility may carry out a later write before an earlier one.",
    ),
    Unknown(
        "envelope",
        ("object", "array", "status_array"),
        "live-weak: object; some official samples wrap it in an array",
        "A list answer is an object, a one-element array, or an array for writeback_status only.",
    ),
    Unknown(
        "write_reply",
        ("official", "plain"),
        "official and live: Id:n in long_message; some integrations report a plain body",
        "The reply to a write is the official one or {id, result}.",
    ),
    Unknown(
        "appointment_time",
        ("24h", "ampm"),
        "official sample 24 h",
        "How appointment times are written.",
    ),
    Unknown(
        "schedule_time",
        ("24h", "ampm"),
        "unknown",
        "How the start and end fields of practice_schedule are written.",
    ),
    Unknown(
        "schedule_covers",
        ("all", "practice", "operatory", "provider", "none"),
        "unknown per PMS",
        "Which resources have practice_schedule rows.",
    ),
    Unknown(
        "schedule_words",
        ("capital", "lower", "plural"),
        "unknown",
        "The words of resource_type: Operatory, operatory or operatories.",
    ),
    Unknown(
        "schedule_operatory",
        ("name", "abbreviation"),
        "official: 'operatory id', which no other endpoint shows",
        "What resource_id holds for a chair.",
    ),
    Unknown(
        "cloud_zone",
        ("utc", "office"),
        "unknown; a health_check sample suggests UTC on the server",
        "The zone of request_time, completed_time, command_time and of a key's start and end.",
    ),
    Unknown(
        "copy_zone",
        ("office", "utc"),
        "inference: the row carries a zone name",
        "The zone of data_insert_date and the dates beside it.",
    ),
    Unknown(
        "service_item_by_default",
        _BOOL_NO,
        "official: only with fields=get_all; live-weak: a client relies on it by default",
        "practice_variables shows service_item without being asked.",
    ),
    Unknown(
        "plain_description_only",
        _BOOL_NO,
        "official, contradicting itself: special characters not allowed, and a list of allowed ones",
        "A description with anything but letters, digits, space, period and hyphen is refused at once.",
    ),
    Unknown(
        "note_characters",
        ("plain", "listed"),
        "official, contradicting itself: validated, no special characters; and a list of allowed ones",
        "A note's text takes letters, digits, space, period and hyphen, or the listed punctuation as well.",
    ),
    Unknown(
        "unsupported_write",
        ("unauthorized", "invalid", "later"),
        "official: which software takes which write; what happens otherwise is not said",
        "A write that the software does not take is 401 API2004, 400 API1026, or fails later.",
    ),
    Unknown(
        "pms_limits",
        ("later", "now"),
        "official limits; who enforces them is not said",
        "A value too long, or outside the software's lists, fails later or is 400 API1026 at once.",
    ),
    Unknown(
        "payment_types_list",
        ("payments", "all"),
        "official filters for adjustments and insurance; what comes without them is not said",
        "payment_types without a filter holds patients' payments only, or every kind.",
    ),
    Unknown(
        "api_name",
        ("path", "plural"),
        "official samples: 'PATCH appointments' there, 'patients' in writeback_status for POST /patient",
        "apiname in the echo of a write is the word of its path or the plural of it.",
    ),
)
