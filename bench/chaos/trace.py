"""Everything a run knows of one person, in the order of time: what to read first when something was wrong."""

import datetime as dt
from collections.abc import Iterable

from bench.chaos.facts import Facts


def trace(facts: Facts, wrong: str) -> list[str]:
    """What was asked, told, done and put down for the person that a finding of the judge names."""
    people = {ask.wish.person for ask in facts.asks} | {done.wish.person for done in facts.done}
    person = next((name for name in people if name and name in wrong), "")
    if not person:
        return []
    timed = sorted(_timed(facts, person))
    lines = [f"{dt.datetime.fromtimestamp(at, dt.UTC):%H:%M:%S.%f} {text}" for at, text in timed]
    rows = [
        f"row {row.id}: {row.wish}: {row.state}, sent {row.sent}{', wished away' if row.wished else ''}"
        for row in facts.rows
        if row.wish.person == person
    ]
    return lines + rows


def _timed(facts: Facts, person: str) -> Iterable[tuple[float, str]]:
    for ask in facts.asks:
        if ask.wish.person == person:
            yield ask.at, f"asked {ask.wish}"
    for told in facts.told:
        if told.wish.person == person:
            yield told.at, f"told {told.claim} of {told.wish}: {told.text}"
    for done in facts.done:
        if done.wish.person == person:
            yield done.at, f"done {done.wish}{' by the desk' if done.by_desk else ''}"
