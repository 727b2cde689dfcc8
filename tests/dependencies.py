"""Asks whether a locked package has a known vulnerability, and never lets "nobody could tell" pass for "no".

    python tests/dependencies.py requirements.lock [--allow-unchecked]

Exit codes: 0 all were checked and none is known, 1 some are known, 3 not all could be checked (0 with
--allow-unchecked, which says so all the same).
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

SOURCES: Final = ("pypi", "osv")  # each with all packages that the one before it could not tell about
TOOL: Final = (sys.executable, "-m", "pip_audit")
LIMIT_SECONDS: Final = 300
FOUND, UNCHECKED = 1, 3


@dataclass
class Report:
    """What sources said: package and version -> its advisories; `unchecked` are those of no answer."""

    known: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    checked: set[str] = field(default_factory=set[str])
    unchecked: set[str] = field(default_factory=set[str])

    def add(self, dependencies: list[dict[str, Any]]) -> None:
        """Take in one source's answer; an empty one tells nothing."""
        for found in dependencies:
            if "skip_reason" in found:
                self.unchecked.add(found["name"])
                continue
            self.checked.add(found["name"])
            if found["vulns"]:
                ids = [advisory["id"] for advisory in found["vulns"]]
                self.known[f"{found['name']} {found['version']}"] = ids
        self.unchecked -= self.checked

    @property
    def is_whole(self) -> bool:
        """Whether every package was checked."""
        return bool(self.checked) and not self.unchecked


def asked(lock: str, source: str, tool: Sequence[str] = TOOL) -> list[dict[str, Any]]:
    """One source's answer about each package of a lock; empty where it could not be asked."""
    options = ("--disable-pip", "--require-hashes", "--progress-spinner", "off", "--format", "json")
    try:
        ended = subprocess.run(
            [*tool, "-s", source, *options, "-r", lock],
            check=False,
            capture_output=True,
            timeout=LIMIT_SECONDS,
        )
        answer = json.loads(ended.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        return []
    return answer["dependencies"]


def audit(lock: str, *, allow_unchecked: bool, tool: Sequence[str] = TOOL) -> int:
    """Print what is known of a lock's packages; the exit code."""
    report = Report()
    for source in SOURCES:
        report.add(asked(lock, source, tool))
        if report.is_whole:
            break
    for package, ids in report.known.items():
        print(f"VULNERABLE: {package}: {', '.join(ids)}")  # noqa: T201 - a command's answer
    if report.known:
        return FOUND
    if report.is_whole:
        print(f"No vulnerability is known in {len(report.checked)} packages.")  # noqa: T201 - as above
        return 0
    left = f"{len(report.unchecked)} packages" if report.checked else "ANY PACKAGE"
    print(  # noqa: T201 - as above
        f"!!! NOT AUDITED: no source of advisories could be asked about {left} of {lock}.\n"
        "!!! That is not the same as all being well: run `make audit` where PyPI's or OSV's can be asked."
    )
    return 0 if allow_unchecked else UNCHECKED


if __name__ == "__main__":
    sys.exit(audit(sys.argv[1], allow_unchecked="--allow-unchecked" in sys.argv[2:]))
