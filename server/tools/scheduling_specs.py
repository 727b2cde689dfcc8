"""The scheduling toolset as agents see it: names, descriptions and arguments, as a table."""

from typing import Final

from server.tools import booking, cancelling, checking, moving, reads, registering, times
from server.tools.arguments import CALLER_CONFIRMED, Argument
from server.tools.surface import ToolSpec

_PATIENT: Final = Argument("patient", "Patient handle from find_patient or register_patient.", required=True)
_APPOINTMENT: Final = Argument(
    "appointment", "Appointment handle, as find_patient or a booking gave it.", required=True
)

SCHEDULING: Final[tuple[ToolSpec, ...]] = (
    ToolSpec(
        name="find_patient",
        title="Find the caller's record",
        description=(
            "Call this first when the caller may be a patient. Have the patient's full name and date of "
            "birth ready. It gives the handle that other tools ask for, never to be spoken, and the "
            "coming appointments. Unless the outcome is verified you know nothing of the person: do not "
            "guess. Example: a mother calls for Maya Brooks: name 'Maya Brooks', date_of_birth "
            "'2016-05-04', caller_is 'parent'."
        ),
        arguments=(
            Argument("name", "The patient's first and last name, as heard.", required=True),
            Argument("date_of_birth", "ISO date such as 1986-04-12; empty if they would rather not say."),
            Argument("phone", "A number the office may have on file; empty if none was said."),
            Argument(
                "caller_is",
                "What the caller is to the patient.",
                choices=("self", "parent", "guardian", "spouse", "other"),
                default="self",
            ),
        ),
        run=reads.find_patient,
        operation="find_patient",
        repeatable=False,  # a try that fails is counted
    ),
    ToolSpec(
        name="register_patient",
        title="Register a new patient",
        description=(
            "Call this when somebody new wants to become a patient, or says so after find_patient did not "
            "find them. Have the last name spelled, the date of birth and a phone ready. The first call "
            "returns the sentence to read back; call again with caller_confirmed true after a yes. Its "
            "handle works while pending; never register twice. Example: first_name 'Ada', last_name "
            "'Okafor', date_of_birth '1990-02-28', phone '415 555 0134'."
        ),
        arguments=(
            Argument("first_name", "As the caller says it.", required=True),
            Argument("last_name", "As the caller spells it.", required=True),
            Argument("date_of_birth", "ISO date such as 1990-02-28.", required=True),
            Argument("phone", "Where the office can reach them.", required=True),
            Argument("email", "Empty if there is none."),
            CALLER_CONFIRMED,
        ),
        run=registering.register,
        operation="register",
        writes=True,
    ),
    ToolSpec(
        name="find_slots",
        title="Find free times",
        description=(
            "Call this to offer appointment times; it needs no identity. Have the reason ready, and the "
            "days as dates, counted from the office's today. Returns up to three free times with slot "
            "handles: offer only these. Example: 'a cleaning, Tuesday morning': reason 'cleaning', "
            "date_from '2026-12-01', date_to '2026-12-01', time_of_day 'morning'."
        ),
        arguments=(
            Argument("reason", "What the visit is for, in the caller's words.", required=True),
            Argument(
                "patient", "Patient handle; new or new_child for somebody not seen here yet; else empty."
            ),
            Argument("date_from", "First day wanted, ISO; empty for today."),
            Argument(
                "date_to", "Last day wanted, ISO; the same as date_from for one day; empty for no limit."
            ),
            Argument(
                "time_of_day",
                "Part of the day; empty for any.",
                choices=("", "morning", "afternoon", "evening"),
            ),
            Argument("provider", "Name of a dentist or hygienist asked for; empty for anyone."),
        ),
        run=times.find_slots,
        operation="find_slots",
    ),
    ToolSpec(
        name="book_appointment",
        title="Book an offered time",
        description=(
            "Call this when the caller has chosen a time that find_slots offered. Have the patient handle "
            "ready. Say the time and wait for a yes before caller_confirmed true; without it this returns "
            "the sentence to read back. It is booked only when the outcome is confirmed; on pending go "
            "on, ask check_writeback later, and never book it again. Example: 'Yes, Tuesday at two': "
            "patient, that slot, caller_confirmed true."
        ),
        arguments=(
            _PATIENT,
            Argument("slot", "Slot handle from find_slots.", required=True),
            Argument("note", "One plain sentence for the office; empty for none."),
            CALLER_CONFIRMED,
        ),
        run=booking.book,
        operation="book",
        writes=True,
    ),
    ToolSpec(
        name="reschedule_appointment",
        title="Move an appointment",
        description=(
            "Call this when the caller wants an appointment at another time that find_slots offered. Have "
            "both handles ready. The first call returns the sentence to read back; call again with "
            "caller_confirmed true after a yes. It is moved only when the outcome is confirmed; until "
            "then the old time stands. Do not cancel and book instead. Example: 'Friday at nine is "
            "better': the appointment, Friday's slot."
        ),
        arguments=(
            _APPOINTMENT,
            Argument("slot", "Slot handle from find_slots.", required=True),
            CALLER_CONFIRMED,
        ),
        run=moving.reschedule,
        operation="move",
        writes=True,
        destructive=True,
    ),
    ToolSpec(
        name="cancel_appointment",
        title="Cancel an appointment",
        description=(
            "Call this when the caller wants an appointment cancelled, or a booking of this call undone. "
            "Have its handle ready. The first call returns the sentence to read back; call again with "
            "caller_confirmed true after a yes. It is cancelled only when the outcome is confirmed; a "
            "booking not done yet is withdrawn. Example: 'Cancel Tuesday, we are moving away': Tuesday's "
            "appointment, reason 'moving away'."
        ),
        arguments=(
            _APPOINTMENT,
            Argument("reason", "Why, in a few words; empty if not said."),
            CALLER_CONFIRMED,
        ),
        run=cancelling.cancel,
        operation="cancel",
        writes=True,
        destructive=True,
    ),
    ToolSpec(
        name="check_writeback",
        title="See what became of a request",
        description=(
            "Call this once before goodbye when anything was asked for in this call, and whenever the "
            "caller asks whether it went through. It changes nothing and sends nothing again. Example: "
            "'So am I booked now?': no arguments, for all of this call."
        ),
        arguments=(
            Argument("writeback", "Writeback or appointment handle; empty for all of this call."),
            Argument(
                "wait_seconds",
                "How long to wait for news, 0 to 3.",
                kind="integer",
                default=3,
                lowest=0,
                highest=3,
            ),
        ),
        run=checking.check,
        operation="check_writeback",
    ),
)
