"""What no answer may break, in whatever call: the tool contract, and what the practice itself knows."""

import datetime as dt
import re
from typing import Any

from callers import Told
from mcp_types import TextContent

from sandbox.records import Records
from server.tools.speech import spoken_start
from server.tools.voices import VOICES

ANSWER_SECONDS = 3.5  # the server's deadline
WAY_SECONDS = 0.5  # the answer's way on a busy machine
ENGLISH_MONTHS = "January February March April May June July August September October November December"
SPANISH_MONTHS = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
# What an answer says -> what the practice must then hold for these callers; in both languages.
CLAIMS = tuple(
    (re.compile(pattern, re.IGNORECASE), verb)
    for pattern, verb in (
        (r"\b(is|are|you're) (now )?booked\b|\b(está|quedó) reservada\b", "booked"),
        (r"\b(is|was|has been|now) cancell?ed\b|\bquedó cancelada\b", "cancelled"),
        (r"\b(is|was|has been|now) moved\b|\bquedó cambiada\b", "moved"),
        (r"\byour yes to .* is entered\b|\bquedó anotado su sí\b", "confirmed"),
        (r"\bis (now )?registered\b", "registered"),
        (r"\bis (now )?updated\b", "changed"),
        (r"\bnote is in the record\b", "noted"),
        (r"\bpayment of .* is recorded\b", "paid"),
        (r"\bhas confirmed it\b|\bis now confirmed\b|\bya l[ao] confirmó\b|\bya está confirmada\b", ""),
    )
)
SENTENCE = re.compile(r"(?<=[.?!]) (?=[A-ZÁÉÍÓÚÑ¿¡])")
DAYS = "Mon|Tues|Wednes|Thurs|Fri|Satur|Sun"
TIME = re.compile(rf"\b((?:{DAYS})day|lunes|martes|miércoles|jueves|viernes|sábado|domingo)\b")
START = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
TIMELESS = ("changed", "noted", "paid")
WHO = re.compile(r": ([^,]+),")
NOTHING = re.compile(r"\bnothing (?:further )?(?:was|is|has been) \w+", re.IGNORECASE)


def whole(told: Told) -> str:
    """All that an agent reads of an answer, what is not for speaking included."""
    [block] = told.result.content
    assert isinstance(block, TextContent)
    return block.text


def broken(told: Told, seconds: float, records: Records, done: list[str]) -> list[str]:
    """The rules that an answer breaks, beside the contract, each as a sentence."""
    text, said = whole(told), told.facts["say"]
    faults: list[str] = []
    if seconds > ANSWER_SECONDS + WAY_SECONDS:
        faults.append(f"it took {seconds:.1f} s, and {ANSWER_SECONDS} s is the most")
    plain = NOTHING.sub("", said)
    faults += [
        f"it says {verb or 'confirmed'!r}, and the practice knows nothing of it"
        for pattern, verb in CLAIMS
        for claim in SENTENCE.split(plain)
        if pattern.search(claim) and not _borne_out(claim if TIME.search(claim) else plain, verb, done)
    ]
    if told.outcome == "confirmed" and not _borne_out(plain, "", done):
        faults.append("its outcome is confirmed, and nothing was done in the practice")
    faults += [f"it tells a birth date: {piece}" for piece in _birth_dates(told, text, records)]
    ids = {*records.patients, *records.appointments}
    faults += [
        f"it tells an id of the practice's system: {leaf}" for leaf in _leaves(told.facts) if leaf in ids
    ]
    return faults


def _borne_out(claim: str, verb: str, done: list[str]) -> bool:
    """Whether something of that kind was done in the practice: for the one who is named, if it is a
    registration, and at a time that is spoken of, if one is and the deed has a time at all."""
    lines = [line for line in done if verb in line.partition(":")[0]]
    if verb == "registered":
        return any(who in claim for line in lines for who in WHO.findall(line))
    if verb in TIMELESS or not TIME.search(claim):
        return bool(lines)
    return any(spoken in claim for line in lines for spoken in _spoken(line))


def _spoken(line: str) -> list[str]:
    """The times in what was done, as an answer says them, with their year and without it."""
    starts = [dt.datetime.fromisoformat(start) for start in START.findall(line)]
    return [
        spoken_start(start, dt.date(year, 1, 1), voice)
        for start in starts
        for year in (start.year, start.year - 1)
        for voice in VOICES.values()
    ]


def _birth_dates(told: Told, text: str, records: Records) -> list[str]:
    """Birth dates on record that an answer gives away; what a newcomer has just said may be read back."""
    found: list[str] = []
    everything = f"{text} {told.facts}"
    for row in records.patients.values():
        born = row.birthdate
        if born is None:
            continue
        english = f"{ENGLISH_MONTHS.split()[born.month - 1]} {born.day}, {born.year}"
        spanish = f"{born.day} de {SPANISH_MONTHS.split()[born.month - 1]} de {born.year}"
        if born.isoformat() in everything or (
            told.outcome != "needs_confirmation" and (english in everything or spanish in everything)
        ):
            found.append(f"that of {row.firstname} {row.lastname}")
    return found


def _leaves(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [leaf for inner in value.values() for leaf in _leaves(inner)]
    if isinstance(value, list):
        return [leaf for inner in value for leaf in _leaves(inner)]
    return [value] if isinstance(value, str) else []
