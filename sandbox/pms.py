"""The practice software as data: spelling, vocabularies, ids and what each one refuses.

Words without a public source are plausible ones of that vendor; those seen in public are marked.
"""

from dataclasses import dataclass, replace
from typing import Literal

from sandbox.vocabularies import (
    CLEARDENT_DETAILS,
    DENTRIX_G6_DETAILS,
    DOLPHIN_DETAILS,
    GENERAL_PAYMENTS,
    ORTHOTRAC_DETAILS,
    PLANET_DETAILS,
    PLANET_PAYMENTS,
    Detail,
    PaymentType,
)

StatusEffect = Literal["open", "confirmed", "done", "cancelled", "missed"]

# which flag of a profile says whether a write is taken; supported_pmses has no column for moves
_FLAGS: dict[str, str] = {
    "POST appointment": "new_appointment",
    "PATCH appointments": "appointment_status",
    "PUT appointments": "appointment_status",
    "POST patient": "new_patient",
    "PATCH patient": "update_patient",
    "POST medical_notes": "note",
    "POST transaction": "payment",
}
_NEAREST: dict[StatusEffect, StatusEffect] = {"cancelled": "missed", "missed": "cancelled"}


@dataclass(frozen=True, slots=True)
class PmsProfile:
    """One practice management system as Sikka presents it.

    `statuses` maps each word a status write may use to its effect; "cancelled" and "missed" free the chair.
    `confirmation_words` sit beside them in practice_variables under another service_item; each says
    whether it means confirmed, and none of them changes the status itself. The five flags from
    `new_appointment` on are the columns of supported_pmses; `update_patient` has none. `rule_sets` names the
    sets of `sandbox.rulebook` that hold beside "*". `slots`: whether it offers open slots, and whether a
    booking is checked against them.
    """

    name: str
    spelled: str
    version: str
    statuses: dict[str, StatusEffect]
    confirmation_words: dict[str, bool]
    new_status: str
    refused_statuses: frozenset[str]
    marks_cancelled: bool
    refuses_overlap: bool
    overlap_text: str
    chairs_show_providers: bool
    numeric_provider_ids: bool
    hygiene_on_dentist: float
    types: tuple[tuple[str, str], ...]
    new_appointment: bool = True
    new_patient: bool = True
    appointment_status: bool = True
    note: bool = True
    payment: bool = True
    update_patient: bool = False
    rule_sets: tuple[str, ...] = ()
    details: tuple[Detail, ...] = ()
    note_types: tuple[str, ...] = ("Patient Note", "Clinical Note")
    payment_types: tuple[PaymentType, ...] = GENERAL_PAYMENTS
    slots: Literal["none", "shown", "checked"] = "none"

    def takes(self, operation: str) -> bool:
        """Whether the software takes a write such as "POST appointment"."""
        flag: bool = getattr(self, _FLAGS[operation])
        return flag

    def word_for(self, effect: StatusEffect) -> str:
        """The first word of the vocabulary with that effect, else with the nearest, else the first word."""
        for wanted in (effect, _NEAREST.get(effect)):
            for word, has in self.statuses.items():
                if has == wanted:
                    return word
        return self.new_status


PROFILES: dict[str, PmsProfile] = {
    "OpenDental": PmsProfile(
        name="OpenDental",
        spelled="Opendental",  # authorized_practices spells it otherwise than supported_pmses: seen live
        version="V22.3",
        # scheduled, complete and broken were seen live; there is no other word for a cancelled one
        statuses={"scheduled": "open", "complete": "done", "broken": "cancelled"},
        confirmation_words={
            "Unconfirmed": False,
            "Confirmed": True,
            "eConfirmed": True,
            "Left message": False,
        },
        new_status="scheduled",
        refused_statuses=frozenset(),
        marks_cancelled=False,
        refuses_overlap=True,
        overlap_text="Operatory has an appointment already scheduled for this time.",
        chairs_show_providers=False,
        numeric_provider_ids=True,
        hygiene_on_dentist=0.5,
        types=(("1", "Hygiene Recall"), ("2", "Restorative"), ("3", "New Patient")),
        rule_sets=("OpenDental",),
        note_types=("Patient Note", "Clinical Note", "Appointment Note", "Group Note"),
    ),
    "Dentrix": PmsProfile(
        name="Dentrix",
        spelled="Dentrix",
        version="G7.3",
        statuses={
            "Open": "open",
            "Fixed": "open",
            "Confirmed": "confirmed",
            "Completed": "done",
            "Cancelled": "cancelled",
            "Broken": "missed",
        },
        confirmation_words={},
        new_status="Open",
        # official integration page: broken appointments cannot be written to Dentrix
        refused_statuses=frozenset({"Broken"}),
        marks_cancelled=True,
        refuses_overlap=True,
        overlap_text="Error: appointment already scheduled in the selected operatory.",
        chairs_show_providers=False,
        numeric_provider_ids=False,
        hygiene_on_dentist=0.3,
        types=(("101", "Prophy"), ("102", "General")),
    ),
    "Eaglesoft": PmsProfile(
        name="Eaglesoft",
        spelled="EagleSoft",
        version="V21",
        statuses={
            "Unconfirmed": "open",
            "Confirmed": "confirmed",
            "Checked Out": "done",
            "No Show": "missed",
            "Cancelled": "cancelled",
        },
        confirmation_words={},
        new_status="Unconfirmed",
        refused_statuses=frozenset(),
        marks_cancelled=True,
        refuses_overlap=False,
        overlap_text="appointment already scheduled",
        chairs_show_providers=True,
        numeric_provider_ids=False,
        hygiene_on_dentist=0.0,
        types=(("HYG", "Hygiene"), ("OP", "Operative"), ("EX", "Exam")),
        rule_sets=("Eaglesoft",),
    ),
    "OrthoTrac": PmsProfile(
        name="OrthoTrac",
        spelled="Orthotrac",
        version="V12.0",
        statuses={
            "Scheduled": "open",
            "Confirmed": "confirmed",
            "Completed": "done",
            "Missed": "missed",
            "Cancelled": "cancelled",
        },
        confirmation_words={},
        new_status="Scheduled",
        refused_statuses=frozenset(),
        marks_cancelled=True,
        refuses_overlap=True,
        overlap_text="An appointment already scheduled in this column.",
        chairs_show_providers=False,
        numeric_provider_ids=False,
        hygiene_on_dentist=0.0,
        types=(("ADJ", "Adjustment"), ("BAND", "Banding"), ("NP", "New Patient Exam")),
        payment=False,  # inference: the page of the payment write does not name it
        update_patient=True,
        rule_sets=("OrthoTrac",),
        details=ORTHOTRAC_DETAILS,
        note_types=("Patient Note", "Treatment Note", "Medical Alert", "Medical Note"),
        slots="checked",
    ),
    "Dolphin": PmsProfile(
        name="Dolphin Management",
        spelled="Dolphin Management",
        version="V9.0",
        statuses={
            "Scheduled": "open",
            "Confirmed": "confirmed",
            "Dismissed": "done",
            "No Show": "missed",
            "Canceled": "cancelled",
        },
        confirmation_words={},
        new_status="Scheduled",
        refused_statuses=frozenset(),
        marks_cancelled=True,
        refuses_overlap=True,
        overlap_text="Appointment already scheduled at this time.",
        chairs_show_providers=False,
        numeric_provider_ids=True,
        hygiene_on_dentist=0.0,
        types=(("1", "Adjustment"), ("2", "Start"), ("3", "New Patient Exam")),
        payment=False,  # inference: the page of the payment write does not name it
        update_patient=True,
        rule_sets=("Dolphin",),
        details=DOLPHIN_DETAILS,
        note_types=("Patient Note", "Treatment Note"),
        slots="shown",
    ),
    "ClearDent": PmsProfile(
        name="ClearDent",
        spelled="ClearDent",
        version="V9.8",
        statuses={
            "Unconfirmed": "open",
            "Confirmed": "confirmed",
            "Completed": "done",
            "Missed": "missed",
            "Cancelled": "cancelled",
        },
        confirmation_words={},
        new_status="Unconfirmed",
        refused_statuses=frozenset(),
        marks_cancelled=True,
        refuses_overlap=True,
        overlap_text="Chair has an appointment already scheduled.",
        chairs_show_providers=False,
        numeric_provider_ids=True,
        hygiene_on_dentist=0.2,
        types=(("1", "Hygiene"), ("2", "Restorative"), ("3", "New Patient")),
        note=False,  # inference: neither page names it
        payment=False,
        rule_sets=("ClearDent",),
        details=CLEARDENT_DETAILS,
    ),
    "PlanetDDS": PmsProfile(
        name="Planet DDS",
        spelled="Planet DDS",
        version="WebV3.0",
        statuses={
            "Scheduled": "open",
            "Confirmed": "confirmed",
            "Checked Out": "done",
            "No Show": "missed",
            "Cancelled": "cancelled",
        },
        confirmation_words={},
        new_status="Scheduled",
        refused_statuses=frozenset(),
        marks_cancelled=True,
        refuses_overlap=True,
        overlap_text="Operatory has appointment already scheduled.",
        chairs_show_providers=False,
        numeric_provider_ids=True,
        hygiene_on_dentist=0.2,
        types=(("1", "Hygiene"), ("2", "Restorative"), ("3", "New Patient")),
        new_patient=False,  # official: a new patient is made with the appointment (is_new_patient)
        rule_sets=("Planet DDS",),
        details=PLANET_DETAILS,
        note_types=("Patient Note", "Appointment Note"),
        payment_types=PLANET_PAYMENTS,
        slots="checked",
    ),
}
# the older of the two that Sikka treats apart: its moves know more fields and a rule of their own
PROFILES["DentrixG6"] = replace(
    PROFILES["Dentrix"], version="G6.2", rule_sets=("Dentrix G6",), details=DENTRIX_G6_DETAILS
)
