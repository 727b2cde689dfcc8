"""Whatever system a practice runs, its kept copy tells what Sikka tells."""

import datetime as dt
from dataclasses import replace

import pytest
from harness import SLOW, ManualClock, served
from mirroring import mirrored_office

from sandbox.config import EVERY_PMS
from server.desk.answers import Outcome
from server.desk.patients import Asked

DAYS = dt.timedelta(days=30)


@pytest.mark.parametrize("spec", EVERY_PMS, ids=lambda spec: spec.pms)
async def test_the_kept_copy_of_every_system_shows_what_sikka_shows(tmp_path, spec):
    clock = ManualClock()
    config = replace(SLOW, offices=(replace(spec, patients=40),))
    async with served(config, clock) as line, mirrored_office(line, tmp_path, clock) as office:
        await office.meet()
        profiles, patients = office.desk.profiles, office.desk.patients
        live = await profiles._read(office.profile.office)
        everybody = [
            Asked(f"{row.firstname} {row.lastname}", row.birthdate)
            for row in office.world.offices[spec.office_id].records.patients.values()
        ]
        found_live = [await patients.find(office.profile, asked) for asked in everybody[:5]]
        today = office.profile.clock(clock.now()).date()
        visits_live = await office.desk.calendar.between(office.profile, today, today + DAYS)
        asked = len(office.world.requests)
        await office.catch_up()
        assert len(office.world.requests) > asked
        await office.copy()
        await office.meet()
        asked = len(office.world.requests)
        reviewed = {"charter": office.profile.charter, "policy": office.profile.policy}
        assert office.profile == replace(live, **reviewed)
        assert await office.desk.calendar.between(office.profile, today, today + DAYS) == visits_live
        assert visits_live
        found = [await patients.find(office.profile, one) for one in everybody]
        assert found[:5] == found_live
        assert sum(one.outcome is Outcome.VERIFIED for one in found) >= len(found) - 2  # twins may be there
        assert len(office.world.requests) == asked
