"""The scores as a table by kind of case, and what was chosen instead of what is right."""

import json
from collections.abc import Sequence

from bench.tool_choice.scoring import Score, score


def table(scores: Sequence[Score]) -> str:
    """A row for each kind, in the order of the cases, and the sum."""
    kinds = list(dict.fromkeys(one.case.kind for one in scores))
    rows = [_row(kind, [one for one in scores if one.case.kind == kind]) for kind in kinds]
    head = ["| Kind | Cases | Right tools | And right arguments |", "|---|---|---|---|"]
    silent = sum(score(one.case, []).arguments for one in scores)
    return "\n".join(
        [*head, *rows, _row("**all**", scores), "", f"To call nothing is right in {silent} of them."]
    )


def _row(name: str, scores: Sequence[Score]) -> str:
    tools = sum(one.tools for one in scores)
    right = sum(one.arguments for one in scores)
    share = round(100 * right / len(scores)) if scores else 0
    return f"| {name} | {len(scores)} | {tools} | {right} ({share}%) |"


def misses(scores: Sequence[Score]) -> str:
    """Every case that was not right: what was said, and what was chosen."""
    lines: list[str] = []
    for one in scores:
        if not one.arguments:
            calls = [f"{call.tool}({json.dumps(call.arguments, ensure_ascii=False)})" for call in one.calls]
            lines.append(f"{one.case.id}: {one.case.says}\n    {' '.join(calls) or 'nothing'}")
    return "\n".join(lines)
