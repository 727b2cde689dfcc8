"""The tools for messages and for what the office says of itself, as a table; every agent is shown them."""

from typing import Final

from server.tools import office
from server.tools.arguments import Argument
from server.tools.surface import ToolSpec

LONGEST_MESSAGE: Final = 1500

OFFICE: Final[tuple[ToolSpec, ...]] = (
    ToolSpec(
        name="message_office",
        title="Leave a message for the office",
        description=(
            "Call this when something is for the office's people, when no other tool can help, and at "
            "once in an emergency: then say its answer. It needs no identity. Have the message ready, and "
            "name and number if they were given. It is no appointment; promise nothing beyond its answer. "
            "Example: 'I'm stuck in traffic': kind 'running_late', message 'Stuck in traffic, running "
            "late.'"
        ),
        arguments=(
            Argument(
                "kind",
                "What it is about; request asks for something to be arranged.",
                choices=("request", "clinical", "running_late", "waitlist", "billing", "other"),
                default="other",
                otherwise="other",
            ),
            Argument(
                "name", "Who it is from, as heard; empty if not said.", longest=LONGEST_MESSAGE, cut=True
            ),
            Argument(
                "callback", "Number to call back, as said; empty if none.", longest=LONGEST_MESSAGE, cut=True
            ),
            Argument(
                "message",
                "The message in plain sentences. Never card numbers.",
                required=True,
                longest=LONGEST_MESSAGE,
                cut=True,
            ),
            Argument(
                "urgency",
                "emergency for trouble breathing or swallowing, heavy bleeding and the like.",
                choices=("normal", "urgent", "emergency"),
                default="normal",
                otherwise="urgent",
            ),
        ),
        run=office.message,
        operation="message_office",
        writes=True,
        repeatable=False,  # without a call id the same words are another caller's
        reaches_out=False,
        takes_card_data=True,
    ),
    ToolSpec(
        name="office_info",
        title="Look up facts about the office",
        description=(
            "Call this for today's date, the office's hours, address, phones, people, insurance list and "
            "other offices, or what to say in an emergency. It needs no identity. What it does not know, "
            "nobody here does: do not guess. Example: 'Are you open on Saturday?': topic 'hours'."
        ),
        arguments=(
            Argument("topic", "What to look up.", required=True, choices=office.TOPICS, otherwise="other"),
        ),
        run=office.info,
        operation="office_info",
    ),
)
