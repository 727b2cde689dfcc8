"""A small attack catches a server that answers or hoards wrongly. The large one is a part of CI itself."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.no_cover  # other tests cover what it runs; traced, it would take twice as long

ROOT = Path(__file__).parent.parent.parent
LIMIT_SECONDS = 120
BRIEF = ("--crowd", "0", "--settle", "3")


def test_a_server_that_repeats_what_it_was_sent_and_keeps_it_is_caught_at_both():
    ended = subprocess.run(
        [sys.executable, "-m", "bench.fuzz", "--mutant", "echo,hoard", "--count", "150", *BRIEF],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "120"},
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "seed 7, 150 requests, mutant echo,hoard" in ended.stdout
    assert "speaks like a machine, 'Input should'" in ended.stdout, ended.stdout
    assert "more bytes than before" in ended.stdout, ended.stdout
