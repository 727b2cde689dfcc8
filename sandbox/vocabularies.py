"""The words a practice's software lists for writes: writeback_details, note types and payment types.

Which categories exist is official (the pages of the writes name them); the items are plausible ones.
"""

from dataclasses import dataclass
from typing import Literal

PaymentKind = Literal["payment", "card", "credit_adjustment", "debit_adjustment", "insurance"]


@dataclass(frozen=True, slots=True)
class Detail:
    """One row of writeback_details: `item` is what a write sends, `description` what a person reads."""

    writeback_type: str
    category: str
    item: str
    description: str


@dataclass(frozen=True, slots=True)
class PaymentType:
    """One row of payment_types; a "card" wants the card's fields in the write (official: Planet DDS)."""

    code: str
    description: str
    kind: PaymentKind = "payment"


def _details(writeback_type: str, category: str, **items: str) -> tuple[Detail, ...]:
    return tuple(
        Detail(writeback_type, category, item.removeprefix("_"), name) for item, name in items.items()
    )


ORTHOTRAC_DETAILS: tuple[Detail, ...] = (
    *_details("patch_appointment", "CancelBy", _1="Patient", _2="Office"),
    *_details("new_patient", "Status", _1="New Patient", _2="Active", _3="Recall"),
    *_details("new_patient", "Type", _1="Orthodontic", _2="Phase I"),
    *_details("new_patient", "Relationship", _1="Self", _2="Child", _3="Spouse", _4="Other"),
    *_details("new_patient", "Country", US="United States", CA="Canada"),
    *_details("update_patient", "Salutation", _1="Mr.", _2="Ms.", _3="Dr."),
    *_details("update_patient", "Status", _1="New Patient", _2="Active", _3="Recall", _9="Inactive"),
    *_details("update_patient", "Type", _1="Orthodontic", _2="Phase I"),
    *_details("update_patient", "Race", _1="Not stated", _2="Other"),
    *_details("medical_note", "AcknowledgeType", _1="None", _2="Once", _3="Every visit"),
)
DOLPHIN_DETAILS: tuple[Detail, ...] = (
    *_details("patch_appointment", "ApptStatusChangedBy", _1="Patient", _2="Practice"),
    *_details("new_patient", "Relationship", _1="Self", _2="Child", _3="Spouse"),
    *_details("update_patient", "Gender", _1="Male", _2="Female", _3="Unknown"),
    *_details("update_patient", "Salutation", _1="Mr.", _2="Ms.", _3="Dr."),
    *_details("update_patient", "Status", _1="Active", _2="Retention", _3="Inactive"),
    *_details("update_patient", "Language", _1="English", _2="Spanish"),
    *_details("update_patient", "Mail_method", _1="E-mail", _2="Post"),
    *_details("update_patient", "Gender_identifier", _1="He", _2="She", _3="They"),
    *_details("update_patient", "School", _1="Newbrook High", _2="Weston Mills Middle"),
)
CLEARDENT_DETAILS: tuple[Detail, ...] = _details("new_patient", "Sex", M="Male", F="Female", U="Unknown")
PLANET_DETAILS: tuple[Detail, ...] = (
    *_details("new_appointment", "ApptProdType", _1="Hygiene", _2="Restorative", _3="New Patient"),
    *_details("patch_appointment", "cancellationcodeid", _11="Patient cancelled", _12="Office cancelled"),
)
DENTRIX_G6_DETAILS: tuple[Detail, ...] = (
    *_details("update_appointment", "ApptType", _101="Prophy", _102="General"),
    *_details("update_appointment", "Schedule", _1="Fixed", _2="Will Call"),
)

GENERAL_PAYMENTS: tuple[PaymentType, ...] = (
    PaymentType("1", "Cash Payment"),
    PaymentType("2", "Check Payment"),
    PaymentType("3", "Credit Card Payment"),
    PaymentType("7", "Insurance Payment", "insurance"),
    PaymentType("8", "Courtesy Discount", "credit_adjustment"),
    PaymentType("9", "Missed Visit Fee", "debit_adjustment"),
)
PLANET_PAYMENTS: tuple[PaymentType, ...] = (
    PaymentType("CASH", "Cash"),
    PaymentType("CHK", "Check"),
    PaymentType("CC", "Credit Card Terminal", "card"),
    PaymentType("INS", "Insurance Check", "insurance"),
)
