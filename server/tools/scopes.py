"""Which scope of a token each tool needs."""

from collections.abc import Mapping
from typing import Final

TOOL_SCOPES: Final[Mapping[str, str]] = {
    "find_patient": "patients:read",
    "register_patient": "patients:write",
    "update_patient": "patients:write",
    "add_note": "patients:write",
    "find_slots": "schedule:read",
    "list_appointments": "schedule:read",
    "check_writeback": "schedule:read",
    "office_info": "schedule:read",
    "book_appointment": "schedule:write",
    "reschedule_appointment": "schedule:write",
    "cancel_appointment": "schedule:write",
    "confirm_appointment": "schedule:write",
    "message_office": "schedule:write",
    "get_balance": "billing:read",
    "get_insurance": "billing:read",
    "record_payment": "billing:write",
}
