"""`python -m bench.matching`: how well callers are found and recognised, on our test set or on any roster.

    python -m bench.matching                                    the committed set, as a table;
                                                                --write puts it into docs/matching.md
    python -m bench.matching --roster R.json --cases C.json     one JSON object

R.json is a list of {id, first, last, dob, phone}, C.json one of {heard, id}.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Final

from bench.matching.measure import SEED, Measure
from bench.matching.reading import Unreadable, read_cases, read_roster
from bench.matching.report import show
from bench.reads_report import with_block

WRONG_USE: Final = 2
PAGE: Final = Path(__file__).parents[2] / "docs" / "matching.md"
BEGIN: Final = "<!-- matching: begin -->"
END: Final = "<!-- matching: end -->"


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; the exit code is 2 where a file cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m bench.matching")
    parser.add_argument("--roster", type=Path, help="a JSON list of {id, first, last, dob, phone}")
    parser.add_argument("--cases", type=Path, help="a JSON list of {heard, id}")
    parser.add_argument("--seed", type=int, default=SEED, help="draws strangers and misheard days")
    parser.add_argument("--patients", type=int, default=10_000, help="size of the committed set's office")
    parser.add_argument("--write", action="store_true", help="put the table into docs/matching.md")
    options = parser.parse_args(arguments)
    if (options.roster is None) != (options.cases is None):
        parser.error("--roster and --cases go together")
    if options.roster is None:
        table = show(options.patients)
        if options.write:
            PAGE.write_text(with_block(PAGE.read_text(encoding="utf-8"), table, BEGIN, END), encoding="utf-8")
        return 0
    try:
        people, cases = read_roster(options.roster), read_cases(options.cases)
    except Unreadable as error:
        print(error, file=sys.stderr)  # noqa: T201 - what a command says
        return WRONG_USE
    measure = Measure(people, cases, options.seed)
    if len(measure.known) < len(cases):
        missing = len(cases) - len(measure.known)
        print(f"{missing} of {len(cases)} cases name nobody on the roster", file=sys.stderr)  # noqa: T201 - as above
    print(json.dumps(measure.figures()))  # noqa: T201 - the answer
    return 0


if __name__ == "__main__":
    sys.exit(main())
