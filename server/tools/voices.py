"""How each language says dates, times, lists, hours and amounts, as data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Voice:
    """How one language says dates, times and lists.

    Templates take the fields `weekday`, `month`, `day`, `year` (dates), `hour`, `minute` (times), `date`,
    `at`, `time` (starts), `start`, `provider` (slots), `start`, `end` (stretches) and `days` (closed days).
    """

    language: str
    weekdays: tuple[str, ...]
    """Monday first, as `dt.date.weekday` counts."""
    months: tuple[str, ...]
    date: str
    date_with_year: str
    date_in_short: str
    """For the agent to reckon by; of the names the first three letters."""
    full_hour: str
    hour_and_minute: str
    day_parts: tuple[tuple[int, str], ...]
    """From which hour on, and the words for it."""
    noon: str
    midnight: str
    at: str
    at_one: str
    at_noon: str
    at_midnight: str
    start: str
    slot: str
    longest_slot: int
    """Characters, with the longest provider's name, and without the year."""
    stretch: str
    part_once: bool
    """Whether a stretch within one part of the day names it once."""
    days: str
    """Of three or more in a row, `first` and `last`."""
    closed: str
    closed_on: str
    last_of_two: str
    """Stands between the two items of a list of two."""
    last_of_many: str
    """Stands before the last item of a longer list."""
    joints: Mapping[str, str]
    """The words for "and" and "or"."""
    sounds: Mapping[str, tuple[re.Pattern[str], str]]
    """Of a joint, before what it sounds otherwise, and how."""
    dollars: tuple[str, str]
    """One, and several."""
    cents: tuple[str, str]

    def joint(self, word: str, following: str) -> str:
        """The word for "and" or "or" before what follows it."""
        own = self.joints[word]
        sound = self.sounds.get(word)
        return sound[1] if sound is not None and sound[0].match(following) else own


ENGLISH: Final = Voice(
    language="en",
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    date="{weekday}, {month} {day}",
    date_with_year="{weekday}, {month} {day}, {year}",
    date_in_short="{weekday} {month} {day}",
    full_hour="{hour}",
    hour_and_minute="{hour}:{minute:02d}",
    day_parts=((0, "AM"), (12, "PM")),
    noon="noon",
    midnight="midnight",
    at="at",
    at_one="at",
    at_noon="at",
    at_midnight="at",
    start="{date} {at} {time}",
    slot="{start} with {provider}",
    longest_slot=74,
    stretch="{start} to {end}",
    part_once=False,
    days="{first} to {last}",
    closed="closed",
    closed_on="closed on {days}",
    last_of_two=" {word} ",
    last_of_many=", {word} ",
    joints={"and": "and", "or": "or"},
    sounds={},
    dollars=("dollar", "dollars"),
    cents=("cent", "cents"),
)

SPANISH: Final = Voice(
    language="es",
    weekdays=("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    months=(
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ),
    date="{weekday} {day} de {month}",
    date_with_year="{weekday} {day} de {month} de {year}",
    date_in_short="{weekday} {day} {month}",
    full_hour="{hour}",
    hour_and_minute="{hour}:{minute:02d}",
    day_parts=((0, "de la mañana"), (12, "de la tarde"), (19, "de la noche")),
    noon="mediodía",
    midnight="medianoche",
    at="a las",
    at_one="a la",
    at_noon="al",
    at_midnight="a la",
    start="{date} {at} {time}",
    slot="{start} con {provider}",
    longest_slot=83,
    stretch="de {start} a {end}",
    part_once=True,
    days="{first} a {last}",
    closed="cerrado",
    closed_on="cerrado el {days}",
    last_of_two=" {word} ",
    last_of_many=" {word} ",
    joints={"and": "y", "or": "o"},
    sounds={
        "and": (re.compile(r"h?[iíy](?![aeou])", re.IGNORECASE), "e"),
        "or": (re.compile(r"h?[oó]|8|11\b", re.IGNORECASE), "u"),
    },
    dollars=("dólar", "dólares"),
    cents=("centavo", "centavos"),
)

VOICES: Final[Mapping[str, Voice]] = {voice.language: voice for voice in (ENGLISH, SPANISH)}
"""By the code of the language."""
