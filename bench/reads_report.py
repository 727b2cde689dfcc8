"""The figures of `bench.reads` as a page shows them, each beside its goal."""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

BEGIN: Final = "<!-- reads: begin -->"
END: Final = "<!-- reads: end -->"

# What a tool may cost of the server's CPU: so many times the echo, or so many milliseconds more.
TIMES: Final[Mapping[str, float]] = {"office_info": 1.3, "check_writeback": 1.3, "list_appointments": 1.3}
MORE_MS: Final[Mapping[str, float]] = {"find_patient": 4.0, "find_slots": 4.0}


@dataclass(frozen=True)
class Cost:
    """Milliseconds a call: the server's CPU, and the time until the answer was there."""

    cpu: float
    p50: float
    p99: float


@dataclass(frozen=True)
class Start:
    """Seconds to the first answer, and megabytes held then."""

    seconds: float
    mb: float


@dataclass(frozen=True)
class Memory:
    """Of both servers: their start, and megabytes held after all the calls."""

    bare: Start
    ours: Start
    bare_used: float
    ours_used: float


@dataclass(frozen=True)
class Report:
    """All of one size.

    Attributes:
        noted: of the echo that puts a row down before it answers.
        tokens: the kind of token that callers showed; "" where none was asked for.
    """

    patients: int
    offices: int
    echo: Cost
    noted: Cost
    reads: Mapping[str, Cost]
    memory: Memory | None = None
    tokens: str = ""


def goal_of(name: str, cost: Cost, echo: Cost) -> str:
    """A tool's goal, and whether it is met; "" without one."""
    if name in TIMES:
        words, met = f"≤ {TIMES[name]} × echo", cost.cpu <= TIMES[name] * echo.cpu
    elif name in MORE_MS:
        words, met = f"≤ echo + {MORE_MS[name]:g} ms", cost.cpu <= echo.cpu + MORE_MS[name]
    else:
        return ""
    return f"{words}: {'met' if met else 'missed'}"


def _table(report: Report) -> list[str]:
    offices = f"{report.offices} office{'' if report.offices == 1 else 's'}"
    size = f"{report.patients:,} patients, {offices}"
    lines = [
        f"### {size}, {report.tokens}" if report.tokens else f"### {size}",
        "",
        "| Tool | CPU ms | × echo | echo + ms | wall p50 ms | wall p99 ms | Goal |",
        "|---|---:|---:|---:|---:|---:|---|",
    ]
    echoes = (("echo (bare)", report.echo), ("echo and a durable row (bare)", report.noted))
    for name, cost in (*echoes, *report.reads.items()):
        figures = (
            f"{cost.cpu:.2f}",
            f"{cost.cpu / report.echo.cpu:.2f}" if report.echo.cpu else "",
            f"{cost.cpu - report.echo.cpu:.2f}",
            f"{cost.p50:.1f}",
            f"{cost.p99:.1f}",
            goal_of(name, cost, report.echo),
        )
        lines.append(f"| {name} | {' | '.join(figures)} |")
    return [*lines, "", *(_memory_table(report.memory) if report.memory else [])]


def _memory_table(memory: Memory) -> list[str]:
    lines = [
        "| Server | first answer after s | resident MB then | resident MB after the calls |",
        "|---|---:|---:|---:|",
    ]
    for name, start, used in (
        ("bare", memory.bare, memory.bare_used),
        ("ours", memory.ours, memory.ours_used),
    ):
        lines.append(f"| {name} | {start.seconds:.2f} | {start.mb:.0f} | {used:.0f} |")
    return [*lines, ""]


def block(reports: Sequence[Report], *, rounds: int, calls: int) -> str:
    """The part of the page that is written anew, without its marks."""
    machine = f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} cores"
    head = f"{rounds} rounds of {calls} calls of each tool; {machine}."
    return "\n".join([head, "", *(line for report in reports for line in _table(report))]).strip()


def with_block(page: str, text: str, begin: str = BEGIN, end: str = END) -> str:
    """The page with the text between its marks.

    Raises:
        ValueError: the page has no such marks.
    """
    before, has_begin, rest = page.partition(begin)
    _, has_end, after = rest.partition(end)
    if not has_begin or not has_end:
        raise ValueError(f"the page has no {begin} … {end}")
    return f"{before}{begin}\n\n{text}\n\n{end}{after}"
