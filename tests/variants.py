"""Every way in which Sikka may be otherwise than the evidence favours, for tests that walk them all."""

from collections.abc import Iterator
from dataclasses import replace

from sandbox.switches import UNKNOWNS, Switches


def variants() -> Iterator[tuple[str, Switches]]:
    """Every switch moved off its default, one at a time, with a readable name such as "find=ignored"."""
    for unknown in UNKNOWNS:
        for value in unknown.values[1:]:
            yield f"{unknown.name}={value}", replace(Switches(), **{unknown.name: value})
