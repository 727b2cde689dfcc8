"""What comes of a write in the practice's software: done, or refused in the software's own words."""

from dataclasses import dataclass


class RefusedByPmsError(Exception):
    """The practice's software will not do it; the text is what the writeback's result says."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a carried-out write made or touched, and the result text."""

    text: str
    appointment_sr_no: str = ""
    patient_id: str = ""
    created_id: str = ""
