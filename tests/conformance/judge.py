"""Holds what the conformance suite found against what is expected of this server: that, and nothing else."""

import json
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

EXPECTED = Path(__file__).parent / "expected.toml"
FAILED = "FAILURE"
PASSED = "SUCCESS"

Checks = Mapping[str, str]  # status by check
Found = Mapping[str, Checks]  # by scenario


class Row(NamedTuple):
    """What came of one scenario. ``expected`` is whether it is known that our server cannot pass it whole."""

    client: str
    case: str
    ok: bool
    detail: str
    expected: bool


def found_in(folder: Path) -> Found:
    """The status of every check of every scenario that a run has written down."""
    found: dict[str, dict[str, str]] = {}
    for file in sorted(folder.glob("server-*/checks.json")):
        # a moment in time ends the folder's name
        scenario = file.parent.name.removeprefix("server-").rsplit("-", 6)[0]
        checks: dict[str, str] = {}
        for check in json.loads(file.read_text(encoding="utf-8")):
            if checks.get(check["id"]) != FAILED:  # one that was made several times has to hold each time
                checks[check["id"]] = check["status"]
        found[scenario] = checks
    return found


def expected_failures(revision: str, table: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
    """The checks that cannot pass, by scenario, each with the reason."""
    failures: dict[str, dict[str, str]] = defaultdict(dict)
    for entry in table["cannot"]:
        for name in entry["checks"].get(revision, ()):
            scenario, _, check = name.partition(": ")
            failures[scenario][check or scenario] = entry["reason"]
    return failures


def judged(revision: str, found: Found, table: Mapping[str, Any]) -> Iterator[Row]:
    """A row for every scenario that was run, and for every one that was to be run."""
    failures = expected_failures(revision, table)
    client = f"conformance {revision}"
    holds: Mapping[str, int] = table["holds"][revision]
    for scenario in sorted({*found, *failures, *holds}):
        problems = list(_problems(scenario, found, failures.get(scenario, {}), holds))
        reasons = list(dict.fromkeys(failures.get(scenario, {}).values()))
        detail = "; ".join(problems or reasons)
        yield Row(client, scenario, not problems, detail, expected=bool(reasons))


def _problems(
    scenario: str, found: Found, cannot: Mapping[str, str], holds: Mapping[str, int]
) -> Iterator[str]:
    if scenario not in found:
        yield "was not run"
        return
    if scenario not in holds:
        yield "is new: say in expected.toml how much of it holds"
        return
    checks = found[scenario]
    for check, status in checks.items():
        if status == FAILED and check not in cannot:
            yield f"{check} failed"
    for check in cannot:
        if checks.get(check) != FAILED:
            yield f"{check} is expected to fail and {'passed' if check in checks else 'was not made'}"
    # A check that is skipped, or only warned of, neither fails nor holds.
    passed = sum(status == PASSED for status in checks.values())
    if passed != holds[scenario]:
        yield f"{passed} of its checks hold, {holds[scenario]} is expected"


def main(folder: Path) -> int:
    """Print all rows; 1 where one is not as it has to be."""
    table = tomllib.loads(EXPECTED.read_text(encoding="utf-8"))
    rows = [
        row for revision in table["holds"] for row in judged(revision, found_in(folder / revision), table)
    ]
    for row in rows:
        print(json.dumps(row._asdict()))  # noqa: T201 - a command's answer
    return int(not rows or any(not row.ok for row in rows))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
