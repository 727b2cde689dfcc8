"""The toolset billing, as a table."""

from typing import Final

from server.tools import billing_reads, records
from server.tools.arguments import CALLER_CONFIRMED, PATIENT, Argument
from server.tools.surface import ToolSpec

BILLING: Final[tuple[ToolSpec, ...]] = (
    ToolSpec(
        name="get_balance",
        title="Look up what is due",
        description=(
            "Call this when a verified patient asks what they owe. It says what the record shows: that is "
            "no bill, and no price of anything to come. Example: 'Do I still owe you something?': the "
            "patient."
        ),
        arguments=(PATIENT,),
        run=billing_reads.get_balance,
        operation="get_balance",
    ),
    ToolSpec(
        name="get_insurance",
        title="Look up the insurance on record",
        description=(
            "Call this when a verified patient asks which insurance the office has for them. It cannot "
            "tell what an insurance pays; for that offer message_office. Which plans the office takes is "
            "office_info's. Example: 'Do you have my new insurance?': the patient."
        ),
        arguments=(PATIENT,),
        run=billing_reads.get_insurance,
        operation="get_insurance",
    ),
    ToolSpec(
        name="record_payment",
        title="Enter a payment that was made",
        description=(
            "Call this when a verified patient's payment has been made and is to stand in their account. "
            "It charges nothing. Have amount and method ready, never a card number or code. The first "
            "call returns the sentence to read back; call again with caller_confirmed true after a yes, "
            "and only once for one payment. Example: 'I left a check for 45.50': amount '45.50', method "
            "'check'."
        ),
        arguments=(
            PATIENT,
            Argument("amount", "Decimal number such as 45.50.", required=True),
            Argument("method", "How it was paid.", required=True, choices=("cash", "check", "card", "other")),
            Argument("reference", "Check or receipt number; empty for none."),
            CALLER_CONFIRMED,
        ),
        run=records.record_payment,
        operation="record_payment",
        writes=True,
        repeatable=False,  # a while after it was confirmed, the same amount is a further payment
    ),
)
