"""The scheduling toolset as agents see it: names, descriptions and arguments, as a table."""

from typing import Final

from server.tools import booking, reads, registering, times, visits, writes
from server.tools.arguments import Argument
from server.tools.surface import ToolSpec

_CONFIRMED: Final = Argument(
    "caller_confirmed",
    "True only after the caller has said yes to what was read back.",
    kind="boolean",
    default=False,
)
_PATIENT: Final = Argument("patient", "Patient handle from find_patient.", required=True)

SCHEDULING: Final[tuple[ToolSpec, ...]] = (
    ToolSpec(
        name="find_patient",
        title="Find the caller's record",
        description=(
            "Call this first when the caller may be a patient, once you have their full name and date of "
            "birth. Returns a patient handle for the other tools and the coming appointments. "
            "Unless the outcome is verified, you know nothing about the person: do not guess. "
            "Example: name 'Anna Lindqvist', date_of_birth '1986-04-12'."
        ),
        arguments=(
            Argument("name", "First and last name as heard.", required=True),
            Argument("date_of_birth", "ISO date such as 1986-04-12; empty if not given."),
            Argument("phone", "A phone number the office may have on file; empty if not given."),
            Argument(
                "caller_is",
                "Who is calling, in relation to the patient.",
                choices=("self", "parent", "guardian", "spouse", "other"),
                default="self",
            ),
        ),
        run=reads.find_patient,
        operation="find_patient",
    ),
    ToolSpec(
        name="register_patient",
        title="Register a new patient",
        description=(
            "Call this when find_patient has not found the caller and they want to be registered as new. "
            "The first call returns the sentence to read back; call again with caller_confirmed true after "
            "a yes. The patient handle it returns can be used at once. "
            "Example: first_name 'Ada', last_name 'Okafor', date_of_birth '1990-02-28'."
        ),
        arguments=(
            Argument("first_name", "As the caller says it.", required=True),
            Argument("last_name", "As the caller says it; have it spelled.", required=True),
            Argument("date_of_birth", "ISO date such as 1990-02-28.", required=True),
            Argument("phone", "Where the office can reach them.", required=True),
            Argument("email", "Empty if there is none."),
            _CONFIRMED,
        ),
        run=registering.register,
        operation="register",
        writes=True,
    ),
    ToolSpec(
        name="find_slots",
        title="Find free times",
        description=(
            "Call this to offer appointment times; it needs no identity. Returns up to three free times "
            "with slot handles, and today's date. Offer only what it returns. "
            "Example: reason 'cleaning', date_from '2026-12-01', time_of_day 'morning'."
        ),
        arguments=(
            Argument("reason", "What the visit is for, in the caller's words.", required=True),
            Argument("patient", "Patient handle, or new, or new_child, or empty."),
            Argument("date_from", "First day wanted, ISO; empty for today."),
            Argument("date_to", "Last day wanted, ISO; empty for no limit. Same as date_from for one day."),
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
            "Call this when the caller has chosen a time that find_slots offered. Without "
            "caller_confirmed it returns the sentence to read back; call again with true after a yes. "
            "It is booked only when the outcome is confirmed; on pending go on and ask check_writeback "
            "later. Never call it again for the same time."
        ),
        arguments=(
            _PATIENT,
            Argument("slot", "Slot handle from find_slots.", required=True),
            Argument("note", "One plain sentence for the office; empty for none."),
            _CONFIRMED,
        ),
        run=booking.book,
        operation="book",
        writes=True,
    ),
    ToolSpec(
        name="reschedule_appointment",
        title="Move an appointment",
        description=(
            "Call this when the caller wants an appointment at another time that find_slots offered. The "
            "first call returns the sentence to read back; call again with caller_confirmed true after a "
            "yes. It is moved only when the outcome is confirmed; until then the old time stands."
        ),
        arguments=(
            Argument("appointment", "Appointment handle.", required=True),
            Argument("slot", "Slot handle from find_slots.", required=True),
            _CONFIRMED,
        ),
        run=visits.reschedule,
        operation="move",
        writes=True,
    ),
    ToolSpec(
        name="cancel_appointment",
        title="Cancel an appointment",
        description=(
            "Call this when the caller wants an appointment cancelled, or a booking of this call undone. "
            "The first call returns the sentence to read back; call again with caller_confirmed true "
            "after a yes. It is cancelled only when the outcome says so."
        ),
        arguments=(
            Argument("appointment", "Appointment handle.", required=True),
            Argument("reason", "Why, in a few words; empty if not said."),
            _CONFIRMED,
        ),
        run=writes.cancel,
        operation="cancel",
        writes=True,
        destructive=True,
    ),
    ToolSpec(
        name="check_writeback",
        title="See what became of a request",
        description=(
            "Call this once before goodbye, or when the caller asks, to learn whether what was asked for "
            "in this call went through. It changes nothing."
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
        run=writes.check,
        operation="check_writeback",
    ),
)
