"""`python -m bench.tool_choice`: scores who chooses tools for what callers say.

    python -m bench.tool_choice                                     the scripted baseline, with no model;
                                                                    --write puts it into docs/tool-choice.md
    python -m bench.tool_choice --command "python my_chooser.py"    a process that answers line by line
    python -m bench.tool_choice --url http://127.0.0.1:8080/v1 --model NAME

docs/tool-choice.md describes the cases and what a command is asked.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from bench.reads_report import with_block
from bench.tool_choice import baseline
from bench.tool_choice.cases import CASES, Case, Choice, Unreadable, read_cases
from bench.tool_choice.choosers import SECONDS, ChooserFailed, Command, Model
from bench.tool_choice.report import misses, table
from bench.tool_choice.scoring import Score, score

WRONG_USE: Final = 2
PAGE: Final = Path(__file__).parents[2] / "docs" / "tool-choice.md"
BEGIN: Final = "<!-- tool choice: begin -->"
END: Final = "<!-- tool choice: end -->"


def main(arguments: list[str] | None = None) -> int:
    """Score and print; 1 where fewer are right than asked for, 2 where nothing could be scored."""
    parser = argparse.ArgumentParser(prog="python -m bench.tool_choice")
    parser.add_argument("--command", help="a process that is asked a line a case, and answers with one")
    parser.add_argument("--url", help="an OpenAI-compatible root on this machine, such as …/v1")
    parser.add_argument("--model", help="the model's name there")
    parser.add_argument("--cases", type=Path, default=CASES, help="other cases, in the same form")
    parser.add_argument("--prompt", type=Path, help="a system prompt in the place of the documentation's")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for one answer")
    parser.add_argument("--at-least", type=int, default=0, help="as many have to be right in every argument")
    parser.add_argument("--misses", action="store_true", help="print what was not right")
    parser.add_argument("--json", action="store_true", help="print one JSON object a case, and no table")
    parser.add_argument("--write", action="store_true", help="put the baseline's table into the page")
    options = parser.parse_args(arguments)
    if options.command and options.url:
        parser.error("--command or --url, not both")
    if bool(options.url) != bool(options.model):
        parser.error("--url and --model go together")
    if options.write and (options.command or options.url or options.cases != CASES):
        parser.error("--write is for the baseline on the committed cases")
    try:
        scores = _scored(options)
    except (Unreadable, ChooserFailed) as error:
        print(error, file=sys.stderr)  # noqa: T201 - what a command says
        return WRONG_USE
    if options.write:
        page = with_block(PAGE.read_text(encoding="utf-8"), table(scores), BEGIN, END)
        PAGE.write_text(page, encoding="utf-8")
    print("\n".join(map(_line, scores)) if options.json else table(scores))  # noqa: T201 - the answer
    if options.misses:
        print(f"\n{misses(scores)}")  # noqa: T201 - as above
    return 1 if sum(one.arguments for one in scores) < options.at_least else 0


def _scored(options: argparse.Namespace) -> Sequence[Score]:
    cases = read_cases(options.cases)
    try:
        prompt = options.prompt.read_text(encoding="utf-8") if options.prompt else ""
    except (OSError, UnicodeDecodeError):
        raise Unreadable(f"{options.prompt} cannot be read") from None
    if options.command:
        with closing(Command(options.command, prompt, options.seconds)) as command:
            return _asked(cases, command.choose)
    if options.url:
        with closing(Model(options.url, options.model, prompt, options.seconds)) as model:
            return _asked(cases, model.choose)
    return _asked(cases, baseline.choose)


def _asked(cases: Sequence[Case], choose: Callable[[Case], Sequence[Choice]]) -> Sequence[Score]:
    return [score(case, choose(case)) for case in cases]


def _line(one: Score) -> str:
    calls = [{"tool": call.tool, "arguments": call.arguments} for call in one.calls]
    result = {"id": one.case.id, "tools": one.tools, "arguments": one.arguments, "calls": calls}
    return json.dumps(result, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main())
