"""The rules for changing an appointment: moving, confirming, cancelling."""

from dataclasses import replace
from typing import Final

from server.sikka.pms_fields import (
    ANY_PMS,
    APPOINTMENTS,
    BOOLEANS,
    OPERATORIES,
    PRACTICES,
    STAFF,
    STATUSES,
    Fill,
    Form,
    Need,
    Operation,
    Rule,
    Values,
    Where,
    details,
)
from server.sikka.rules import STATUS_PATH

_MOVE, _CONFIRM, _CANCEL = Operation.MOVE, Operation.CONFIRM, Operation.CANCEL
_YES, _MAY, _NO = Need.REQUIRED, Need.OPTIONAL, Need.UNUSED
_CODE, _PLAIN, _ONE_OF = Form.CODE, Form.PLAIN, Form.ONE_OF

_PUT: Final = "official page of PUT /appointments/{appointment_sr_no}"
_PATCH: Final = "official page of PATCH /appointments/{appointment_sr_no}"
_G6_ONLY: Final = f"{_PUT}: Dentrix G6 only"
_G6_BROKEN: Final = f"{_PUT}: mandatory where the status is Broken, which the request does not tell"


_CANCELLATIONS: Final = details("patch_appointment", "cancellationcodeid")

MOVING: Final = (
    Rule(_MOVE, ANY_PMS, "practice_id", _YES, _CODE, _PUT, values=PRACTICES),
    Rule(_MOVE, ANY_PMS, "date", _MAY, Form.DAY, _PUT),
    Rule(_MOVE, ANY_PMS, "time", _MAY, Form.TIME, _PUT),
    Rule(_MOVE, ANY_PMS, "length", _MAY, Form.INTEGER, _PUT),
    Rule(_MOVE, ANY_PMS, "operatory", _MAY, _CODE, _PUT, values=OPERATORIES),
    Rule(
        _MOVE,
        ANY_PMS,
        "provider_id",
        _YES,
        _CODE,
        f"{_PUT}: an active provider",
        values=(Values(Where.ACTIVE_PEOPLE),),
    ),
    Rule(_MOVE, ANY_PMS, "status", _MAY, _CODE, _PUT, values=STATUSES),
    Rule(_MOVE, ANY_PMS, "description", _NO, _PLAIN, _G6_ONLY),
    Rule(_MOVE, ANY_PMS, "schedule", _NO, _CODE, _G6_ONLY),
    Rule(_MOVE, ANY_PMS, "staff", _NO, _CODE, _G6_ONLY),
    Rule(_MOVE, ANY_PMS, "type", _NO, _CODE, _G6_ONLY),
    Rule(_MOVE, ANY_PMS, "check_spu", _MAY, _ONE_OF, _PUT, allowed=BOOLEANS),
    Rule(
        _MOVE,
        "dentrix",
        "status",
        _MAY,
        _CODE,
        "official GoHighLevel integration page: broken appointments are not written to Dentrix",
        never=("broken",),
        values=STATUSES,
    ),
    Rule(_MOVE, "dentrixg6", "date", _YES, Form.DAY, _G6_BROKEN),
    Rule(_MOVE, "dentrixg6", "time", _YES, Form.TIME, _G6_BROKEN),
    Rule(_MOVE, "dentrixg6", "operatory", _YES, _CODE, _G6_BROKEN, values=OPERATORIES),
    Rule(_MOVE, "dentrixg6", "description", _MAY, _PLAIN, f"{_G6_ONLY}, 60 characters", longest=60),
    Rule(
        _MOVE,
        "dentrixg6",
        "schedule",
        _MAY,
        _CODE,
        _G6_ONLY,
        values=details("update_appointment", "Schedule"),
    ),
    Rule(
        _MOVE,
        "dentrixg6",
        "staff",
        _MAY,
        _CODE,
        f"{_G6_ONLY}, providers with provider_type=Staff",
        values=STAFF,
    ),
    Rule(_MOVE, "dentrixg6", "type", _MAY, _CODE, _G6_ONLY, values=details("update_appointment", "ApptType")),
)

_CONFIRMING: Final = (
    Rule(_CONFIRM, ANY_PMS, "op", _YES, _ONE_OF, _PATCH, allowed=("replace",), default="replace"),
    Rule(
        _CONFIRM,
        ANY_PMS,
        "path",
        _YES,
        _ONE_OF,
        "official sample of GET /writebacks; /status was corrected to it live",
        allowed=(STATUS_PATH,),
        default=STATUS_PATH,
    ),
    Rule(
        _CONFIRM,
        ANY_PMS,
        "value",
        _YES,
        _CODE,
        f"{_PATCH}; that the confirmed statuses count too is an inference: one service_name holds both",
        values=(*STATUSES, Values(Where.CONFIRMATIONS)),
    ),
    Rule(_CONFIRM, ANY_PMS, "practice_id", _YES, _CODE, _PATCH, values=PRACTICES),
    Rule(_CONFIRM, ANY_PMS, "appointment_sr_no", _YES, _CODE, _PATCH, values=APPOINTMENTS),
    Rule(_CONFIRM, ANY_PMS, "status_changed_by", _NO, _CODE, f"{_PATCH}: Dolphin and OrthoTrac only"),
    Rule(_CONFIRM, ANY_PMS, "staff", _NO, _CODE, f"{_PATCH}: OrthoTrac only"),
    Rule(_CONFIRM, ANY_PMS, "cancellation_code_id", _NO, _CODE, f"{_PATCH}: Planet DDS WebV3.0 only"),
    Rule(_CONFIRM, ANY_PMS, "cancellation_note", _NO, _PLAIN, f"{_PATCH}: Planet DDS WebV3.0 only"),
    Rule(_CONFIRM, ANY_PMS, "check_spu", _MAY, _ONE_OF, _PATCH, allowed=BOOLEANS),
    Rule(
        _CONFIRM,
        "dolphin",
        "status_changed_by",
        _MAY,
        _CODE,
        f"{_PATCH}: Dolphin puts in its default for a blank one",
        values=details("patch_appointment", "ApptStatusChangedBy"),
    ),
    Rule(
        _CONFIRM,
        "orthotrac",
        "status_changed_by",
        _MAY,
        _CODE,
        f"{_PATCH}: available for OrthoTrac",
        values=details("patch_appointment", "CancelBy"),
    ),
    Rule(
        _CONFIRM,
        "orthotrac",
        "staff",
        _YES,
        _CODE,
        f"{_PATCH}: required for OrthoTrac",
        values=STAFF,
        fill=Fill.FIRST,
    ),
)

# The same request with another word; what is about cancelling alone comes on top.
CHANGING_STATUS: Final = (
    *_CONFIRMING,
    *(replace(row, operation=_CANCEL) for row in _CONFIRMING if row.field != "value"),
    Rule(_CANCEL, ANY_PMS, "value", _YES, _CODE, _PATCH, values=STATUSES),
    Rule(
        _CANCEL,
        "dentrix",
        "value",
        _YES,
        _CODE,
        "official GoHighLevel integration page: broken appointments are not written to Dentrix",
        never=("broken",),
        values=STATUSES,
    ),
    Rule(
        _CANCEL,
        "planetddswebv3",
        "cancellation_code_id",
        _YES,
        _CODE,
        f"{_PATCH}: conditional for Planet DDS WebV3.0; taken to mean with every cancellation",
        values=_CANCELLATIONS,
        fill=Fill.FIRST,
        prefer=("patient cancelled", "cancelled by patient", "patient"),
    ),
    Rule(_CANCEL, "planetddswebv3", "cancellation_note", _MAY, _PLAIN, f"{_PATCH}: Planet DDS WebV3.0 only"),
)
