"""The toolset frontoffice, as a table: what a person at the front desk sees to besides the calendar."""

from typing import Final

from server.tools import confirming, reads, records
from server.tools.arguments import CALLER_CONFIRMED, PATIENT, Argument
from server.tools.surface import ToolSpec

FRONTOFFICE: Final[tuple[ToolSpec, ...]] = (
    ToolSpec(
        name="list_appointments",
        title="List coming appointments",
        description=(
            "Call this when a verified caller asks what is coming up and find_patient's answer is not "
            "enough. Requests of this call that are not confirmed yet are listed as pending. Example: "
            "'When was I to come again?': the patient."
        ),
        arguments=(PATIENT,),
        run=reads.list_appointments,
        operation="list_appointments",
    ),
    ToolSpec(
        name="confirm_appointment",
        title="Note that the caller will come",
        description=(
            "Call this when a verified caller says that they will keep an appointment. Have its handle "
            "ready; nothing is read back. It is noted in the office's system only when the outcome is "
            "confirmed. Example: 'Yes, I'll be there on Tuesday': Tuesday's appointment."
        ),
        arguments=(
            Argument(
                "appointment",
                "Appointment handle, as find_patient or list_appointments gave it.",
                required=True,
            ),
        ),
        run=confirming.confirm,
        operation="confirm",
        writes=True,
    ),
    ToolSpec(
        name="update_patient",
        title="Change a detail in the record",
        description=(
            "Call this when a verified patient wants a detail of their record changed. Have the whole new "
            "value ready, spelled if it is a name or an email address. The first call returns the "
            "sentence to read back; call again with caller_confirmed true after a yes. It is updated only "
            "when the outcome is confirmed. Example: 'I have a new cell phone': field 'phone', value '415 "
            "555 0142'."
        ),
        arguments=(
            PATIENT,
            Argument(
                "field",
                "What is to change.",
                required=True,
                choices=("phone", "email", "address", "name", "birth_date"),
            ),
            Argument("value", "The new value; a name as 'Last, First', a date in ISO.", required=True),
            CALLER_CONFIRMED,
        ),
        run=records.update_patient,
        operation="update_patient",
        writes=True,
        destructive=True,
    ),
    ToolSpec(
        name="add_note",
        title="Add a note to the record",
        description=(
            "Call this when a verified patient wants something to stand in their record, such as a "
            "preference. For a question or a request use message_office, which people answer. Example: 'I "
            "can't lie flat for long': note 'Cannot lie flat for long.'"
        ),
        arguments=(PATIENT, Argument("note", "The note in one or two plain sentences.", required=True)),
        run=records.add_note,
        operation="add_note",
        writes=True,
        repeatable=False,  # a while after it was confirmed, the same words are a further note
    ),
)
