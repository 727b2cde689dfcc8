"""What a seeded practice's people have reviewed: their profile for the phone agent, as a TOML document.

It names the chairs and who works in them, and leaves hours and times to the schedules, so that whatever
the practice changes there holds at once.
"""

import json
from collections.abc import Mapping

from sandbox.office import Office

INSURANCE = ("Delta Dental PPO", "MetLife", "Cigna DPPO", "Aetna Dental")


def reviewed(office: Office, practice_id: str) -> str:
    """The profile of one practice. Raises KeyError: the office has no such practice."""
    records = office.records
    practice = records.practices[practice_id]
    people = [
        row
        for row in records.providers.values()
        if row.practice_id == practice_id and row.active and row.kind == "Provider"
    ]
    chairs = [row for row in records.operatories.values() if row.practice_id == practice_id]
    known = {row.provider_id for row in people}
    parts = [
        f"# {practice.name}, reviewed by its people.",
        _lines(
            {
                "greeting": f"{practice.name}, how can I help you?",
                "languages": ["English"],
                "insurance": list(INSURANCE),
            }
        ),
    ]
    parts += [
        "[[columns]]\n"
        + _lines(
            {
                "operatory": chair.name,
                "kind": "off" if chair.hidden else "hygiene" if chair.hygiene else "doctor",
                "providers": [number for number in chair.provider_ids if number in known],
            }
        )
        for chair in chairs
    ]
    parts += ["[[providers]]\n" + _lines({"id": row.provider_id}) for row in people]
    others = [row for row in records.practices.values() if row.practice_id != practice_id]
    parts += [
        "[[other_offices]]\n"
        + _lines({"name": row.name, "address": f"{row.address}, {row.city}", "phone": row.phone})
        for row in others
    ]
    return "\n\n".join(parts) + "\n"


def _lines(values: Mapping[str, str | list[str]]) -> str:
    return "\n".join(f"{name} = {json.dumps(value)}" for name, value in values.items())
