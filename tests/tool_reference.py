"""The tool reference, between two marks of docs/tools.md, made from the tables that the tools are made from.

A test fails when it is out of date; `make tool-pages` writes it anew.
"""

from pathlib import Path
from typing import Final

from server.desk.answers import Outcome
from server.tools.disclosing import DISCLOSED
from server.tools.outcomes import outcomes_of
from server.tools.results import ERRORS, RETRY_OF
from server.tools.scopes import TOOL_SCOPES
from server.tools.toolsets import TOOLSETS

PAGE = Path(__file__).parent.parent / "docs" / "tools.md"
FIRST, LAST = "<!-- tools -->\n", "<!-- end of tools -->\n"

MEANING: Final = {
    Outcome.OK: "It was looked up, or the message was left.",
    Outcome.VERIFIED: "The record was found and the caller may use it.",
    Outcome.NEED_MORE: "Something is missing before that; the answer asks for it.",
    Outcome.NOT_VERIFIED: "Unknown, wrong or ambiguous; which of them is not told.",
    Outcome.LOCKED: "Too many tries: no record is looked for any more, a person helps.",
    Outcome.NEEDS_CONFIRMATION: "Nothing was done; read the sentence back and wait for the caller's yes.",
    Outcome.PENDING: "Asked for, and not done yet. Not booked.",
    Outcome.QUEUED: "The office's computer is off; the request goes out when it is back.",
    Outcome.CONFIRMED: "The practice's own system has it.",
    Outcome.FAILED: "It was refused, or never sent; nothing was done.",
    Outcome.OVERDUE: "It takes longer than usual, and may still come through.",
    Outcome.UNKNOWN: "The answer was lost and is looked for. Not failed, not booked.",
    Outcome.WITHDRAWN: "It was taken back before it was done.",
    Outcome.SLOT_TAKEN: "That time is gone; the answer offers others where there are any.",
    Outcome.REQUESTED: "It was left to the office's people as a request. No appointment.",
    Outcome.INVALID_INPUT: "An argument cannot be used; the answer is the question to ask.",
    Outcome.NOT_SUPPORTED: "The practice's system takes no such change.",
    Outcome.NEEDS_HUMAN: "Only the office's own people can do or say that.",
    Outcome.UNAVAILABLE: "The practice's system does not answer; nothing was changed.",
    Outcome.NOT_PERMITTED: "Not something this agent may do here; nothing was changed.",
    Outcome.INTERNAL: "Something went wrong here; nothing further was changed.",
}


def outcomes():
    """What each outcome means to an agent, and whether it may call again."""
    rows = ["| Outcome | Means | `retry` |", "|---|---|---|"]
    for outcome in Outcome:
        retry = f"`{RETRY_OF[outcome].value}`" if outcome in RETRY_OF else "`never`"
        if outcome is Outcome.UNAVAILABLE:
            retry += "; `never` on a tool that writes"
        means = MEANING[outcome] + (" (`isError`)" if outcome in ERRORS else "")
        rows.append(f"| `{outcome.value}` | {means} | {retry} |")
    return "\n".join(rows)


def _yes(value):
    return "yes" if value else "no"


def overview():
    """One row a tool: its toolset, scope and annotations."""
    rows = [
        "| Tool | Toolset | Scope | Read-only | Destructive | Idempotent | Open world |",
        "|---|---|---|---|---|---|---|",
    ]
    for toolset, specs in TOOLSETS.items():
        for spec in specs:
            hints = spec.as_tool().annotations
            assert hints is not None
            flags = (
                hints.read_only_hint,
                hints.destructive_hint,
                hints.idempotent_hint,
                hints.open_world_hint,
            )
            cells = " | ".join(_yes(flag) for flag in flags)
            link = f"[`{spec.name}`](#{spec.name})"
            rows.append(f"| {link} | `{toolset}` | `{TOOL_SCOPES[spec.name]}` | {cells} |")
    return "\n".join(rows)


def _taken(argument):
    """What an argument takes, and what stands for it where it is left out."""
    if argument.choices:
        kind = ", ".join(f"`{word}`" if word else "empty" for word in argument.choices)
    elif argument.kind == "integer":
        kind = f"integer, {argument.lowest} to {argument.highest}"
    else:
        kind = argument.kind
    if argument.required:
        return f"{kind} | required"
    given = str(argument.default).lower() if argument.kind == "boolean" else str(argument.default)
    return f"{kind} | `{given}`" if given else f"{kind} | empty"


def _facts(name):
    """The structured facts of a tool, each with the fields of its rows."""
    facts = [
        f"`{fact}`" + (f" ({', '.join(rows)})" if rows else "") for fact, rows in DISCLOSED[name].items()
    ]
    return ", ".join(facts)


def one(spec):
    """A tool's section."""
    lines = [f"### {spec.name}", "", f"*{spec.title}.* {spec.description}", ""]
    lines += ["| Argument | Takes | Left out | |", "|---|---|---|---|"]
    lines += [
        f"| `{argument.name}` | {_taken(argument)} | {argument.description} |" for argument in spec.arguments
    ]
    lines += ["", f"Outcomes: {', '.join(f'`{outcome.value}`' for outcome in outcomes_of(spec.name))}."]
    lines += ["", f"Facts: {_facts(spec.name)}."]
    return "\n".join(lines)


def reference():
    """All that stands between the marks."""
    parts = ["## The tools", overview()]
    for toolset, specs in TOOLSETS.items():
        parts += [f"## Toolset `{toolset}`", *map(one, specs)]
    return "\n\n".join([*parts, "## Outcomes", outcomes()])


def shown():
    """What the page says between the marks."""
    return PAGE.read_text(encoding="utf-8").partition(FIRST)[2].partition(LAST)[0]


if __name__ == "__main__":
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(FIRST)
    after = rest.partition(LAST)[2]
    PAGE.write_text(f"{before}{FIRST}\n{reference()}\n\n{LAST}{after}", encoding="utf-8")
