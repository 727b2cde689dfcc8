"""The practice software as data: spelling, vocabularies, ids and what each one refuses.

Words without a public source are plausible ones of that vendor; those seen in public are marked.
"""

from dataclasses import dataclass
from typing import Literal

StatusEffect = Literal["open", "confirmed", "done", "cancelled", "missed"]

_NEAREST: dict[StatusEffect, StatusEffect] = {"cancelled": "missed", "missed": "cancelled"}


@dataclass(frozen=True, slots=True)
class PmsProfile:
    """One practice management system as Sikka presents it.

    `statuses` maps each word a status write may use to its effect; "cancelled" and "missed" free the chair.
    `confirmation_words` sit beside them in practice_variables under another service_item; each says
    whether it means confirmed, and none of them changes the status itself.
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
    ),
}
