"""The type that an office's people have said for a reason goes with its booking."""

from dataclasses import replace

import pytest
from harness import SLOW, ManualClock, quiet_office, served

from sandbox.world import OfficeSpec


@pytest.mark.parametrize(
    ("pms", "said", "sent"),
    [
        ("OpenDental", "Hygiene Recall", {"type": "1"}),
        ("OpenDental", "2", {"type": "2"}),
        ("OpenDental", "No Such Type", {}),  # and the visit is booked all the same
        ("OrthoTrac", "Banding", {"type": "BAND"}),
        ("OrthoTrac", "No Such Type", {"type": "NP"}),  # the system demands one: by the reason, as without
        ("PlanetDDS", "Restorative", {"production_type": "2"}),
        ("Dentrix", "Restorative", {}),
    ],
)
async def test_a_booking_is_of_the_type_that_the_profile_says(tmp_path, pms, said, sent):
    clock = ManualClock()
    config = replace(SLOW, offices=(OfficeSpec(pms=pms, patients=12),))
    async with served(config, clock) as line, quiet_office(line, tmp_path, clock) as office:
        document = f'[[reasons]]\nname = "exam"\nminutes = 30\ntype = "{said}"\n'
        await office.store.profiles.apply(office.id, document, over=0, by="a test", now=1)
        office.profile = await office.desk.profiles.of(office.profile.office)
        row = await office.book()
        types = {name: row.body[name] for name in ("type", "production_type") if name in row.body}
        assert types == sent
