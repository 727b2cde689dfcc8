"""A small storm catches a ledger that sends again without looking. The large one is a part of CI itself."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.no_cover  # other tests cover what it runs; traced, it would take twice as long

ROOT = Path(__file__).parent.parent.parent
LIMIT_SECONDS = 120


def test_a_ledger_that_sends_again_without_looking_is_caught():
    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "bench.chaos",
            *("--mutant", "resend", "--count", "8", "--lost", "0.8", "--limit", "12", "--settle", "1"),
        ],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "120"},
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "seed 7, 8 operations, mutant resend" in ended.stdout
    assert "duplicate: " in ended.stdout or "untrue: " in ended.stdout, ended.stdout
