"""Zones and choices: what "now" is in an office, and which offices are meant."""

import datetime as dt

import pytest
from harness import FAST, served, settings_for

from server.desk.choice import is_chosen
from server.desk.zones import copy_age_minutes, is_zone, moment_of, wall_clock, zone_of

NEW_YORK = "America/New_York"


def wall(text):
    return dt.datetime.fromisoformat(text)


def at(text):
    return int(dt.datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize(
    ("configured", "sikka", "zone"),
    [
        ("", "Eastern Standard Time", NEW_YORK),
        ("America/Denver", "Eastern Standard Time", "America/Denver"),
        (" ", " Pacific Standard Time ", "America/Los_Angeles"),
        ("", "America/Chicago", "America/Chicago"),
        ("No/Where", "Eastern Standard Time", NEW_YORK),
        ("", "Somewhere Standard Time", None),
        ("", "", None),
        ("../etc/passwd", "", None),
    ],
)
def test_the_zone_is_the_configured_one_else_the_one_sikka_names(configured, sikka, zone):
    assert zone_of(configured, sikka) == zone


def test_a_zone_is_known_or_not():
    assert is_zone(NEW_YORK)
    assert not is_zone("Nowhere/At_All")
    assert not is_zone("/absolute")


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        ("2026-11-23T15:00:00+00:00", wall("2026-11-23T10:00")),
        ("2026-07-01T15:00:00+00:00", wall("2026-07-01T11:00")),
    ],
)
def test_the_wall_clock_follows_the_zone_and_its_summer(moment, shown):
    assert wall_clock(at(moment), NEW_YORK) == shown
    assert moment_of(shown, NEW_YORK) == at(moment)


def test_of_a_time_that_occurs_twice_the_first_is_meant():
    assert moment_of(wall("2026-11-01T01:30"), NEW_YORK) == at("2026-11-01T05:30:00+00:00")


@pytest.mark.parametrize(
    ("as_of", "minutes"),
    [
        ("2026-11-23T09:15:00", 45),
        (" 2026-11-23 09:15:00 ", 45),
        ("2026-11-23T10:30:00", 0),
        ("2026-11-23T09:15:00+05:00", 45),
        ("", None),
        ("yesterday", None),
    ],
)
def test_the_age_of_the_copy_is_read_on_the_offices_wall_and_never_negative(as_of, minutes):
    assert copy_age_minutes(as_of, at("2026-11-23T15:00:00+00:00"), NEW_YORK) == minutes


@pytest.mark.parametrize(
    ("setting", "office", "practice", "chosen"),
    [
        ("", "D1", "1", True),
        ("D1", "D1", "1", True),
        ("D1", "D1", "2", True),
        ("D1/2", "D1", "1", False),
        ("D1/2", "D1", "2", True),
        ("D1", "D2", "1", False),
        ("D1, D2/1 ,", "D2", "1", True),
        ("D1,D2/1", "D2", "2", False),
    ],
)
async def test_an_office_is_chosen_by_the_setting(tmp_path, setting, office, practice, chosen):
    async with served(FAST) as line:
        assert is_chosen(settings_for(line, tmp_path, office=setting), office, practice) is chosen
