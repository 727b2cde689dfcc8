"""Small storms: the server passes, and a ledger that sends again without looking is caught."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
LIMIT_SECONDS = 120


def chaos(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "bench.chaos", *arguments],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "120"},
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )


def test_twenty_operations_in_a_storm_leave_nothing_double_lost_untrue_or_dead():
    ended = chaos("--count", "20", "--seed", "7", "--settle", "10")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "seed 7, 20 operations" in ended.stdout


def test_a_ledger_that_sends_again_without_looking_is_caught():
    ended = chaos("--count", "16", "--lost", "0.6", "--settle", "5", "--mutant", "resend")
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "duplicate: " in ended.stdout or "untrue: " in ended.stdout
