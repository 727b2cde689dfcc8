"""deploy/operate, with its places in a folder and a runuser that changes no user."""

import os
import subprocess
from pathlib import Path

import pytest

OPERATE = (Path(__file__).parents[2] / "deploy" / "operate").read_text(encoding="utf-8")
# As the real one does: who runs the program is who it was told to become.
RUNUSER = """\
#!/bin/sh
[ "$1 $3" = "-u --" ] || exit 9
export LOGNAME="$2" USER="$2"
shift 3
exec "$@"
"""
PROGRAM = """\
#!/usr/bin/env python3
import getpass, os, sys
print(getpass.getuser(), os.getcwd(), os.environ["CHAIRTIME_OFFICE"], *sys.argv[1:], sep="|")
"""


@pytest.fixture
def operate(tmp_path):
    """Runs it from another folder; what the program was given: its user, directory, office and words."""
    places = {
        name: tmp_path / name for name in ("bin", "etc/chairtime", "opt/chairtime/bin", "var/lib/chairtime")
    }
    for place in places.values():
        place.mkdir(parents=True)
    (tmp_path / "etc/chairtime/chairtime.env").write_text('CHAIRTIME_OFFICE="D10001, D20002"\n')
    text = OPERATE
    for name in ("/etc/chairtime", "/opt/chairtime", "/var/lib/chairtime"):
        text = text.replace(f" {name}", f" {tmp_path}{name}")
    for path, content in (
        (tmp_path / "operate", text),
        (places["bin"] / "runuser", RUNUSER),
        (places["opt/chairtime/bin"] / "chairtime", PROGRAM),
    ):
        path.write_text(content)
        path.chmod(0o755)

    def run(*words, **environment):
        ended = subprocess.run(
            [tmp_path / "operate", *words],
            cwd=tmp_path / "etc",
            env={"PATH": f"{places['bin']}:{os.environ['PATH']}", **environment},
            capture_output=True,
            text=True,
            check=True,
        )
        return ended.stdout.rstrip("\n").split("|")

    return run


def test_a_command_runs_where_the_servers_user_can_write_and_with_its_settings(operate, tmp_path):
    _, where, office, *words = operate("office", "apply", "office.toml", SUDO_USER="anna")
    assert where == str(tmp_path / "var/lib/chairtime")
    assert office == "D10001, D20002"
    assert words == ["office", "apply", "office.toml"]


def test_a_command_is_told_who_asked_for_it_by_sudo(operate):
    assert operate("inbox", SUDO_USER="anna")[0] == "anna"


def test_without_sudo_it_is_whoever_is_logged_in(operate):
    who = operate("inbox", LOGNAME="somebody", USER="somebody")[0]
    assert who not in {"", "chairtime", "somebody"}
