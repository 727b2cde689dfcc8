"""The judge of the protocol's conformance suite: nothing unexpected passes it, in either direction."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from judge import found_in, judged

REVISION = "2026-07-28"
TABLE = {
    "holds": {REVISION: {"ping": 2, "polling": 0, "image": 1, "state": 0}},
    "cannot": [{"reason": "no such tool", "checks": {REVISION: ["image", "state: state-kept"]}}],
}
AS_EXPECTED = {
    "ping": {"ping": "SUCCESS", "soon": "SUCCESS"},
    "polling": {"polling": "WARNING"},
    "image": {"image": "FAILURE", "wire": "SUCCESS"},
    "state": {"state-kept": "FAILURE"},
}


def wrong(found):
    """The scenarios that do not pass."""
    return {row.case: row.detail for row in judged(REVISION, found, TABLE) if not row.ok}


def test_what_is_expected_passes_and_says_why_the_rest_cannot():
    rows = {row.case: row for row in judged(REVISION, AS_EXPECTED, TABLE)}
    assert all(row.ok for row in rows.values())
    assert (rows["image"].expected, rows["image"].detail) == (True, "no such tool")
    assert (rows["ping"].expected, rows["ping"].detail) == (False, "")


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"ping": {"ping": "FAILURE", "soon": "SUCCESS"}}, "ping failed"),
        ({"ping": {"ping": "SUCCESS", "soon": "SUCCESS", "pong": "FAILURE"}}, "pong failed"),
        ({"ping": {"ping": "SKIPPED", "soon": "SUCCESS"}}, "1 of its checks hold, 2 is expected"),
        ({"ping": {"ping": "WARNING"}}, "0 of its checks hold, 2 is expected"),
        ({"polling": {"polling": "SUCCESS"}}, "1 of its checks hold, 0 is expected"),
        ({"image": {"image": "SUCCESS", "wire": "SUCCESS"}}, "image is expected to fail and passed"),
        ({"image": {"wire": "SUCCESS"}}, "image is expected to fail and was not made"),
        ({"image": {"image": "FAILURE", "wire": "FAILURE"}}, "wire failed"),
        ({"audio": {"audio": "SUCCESS"}}, "is new"),
        ({"state": None}, "was not run"),
        ({"ping": None}, "was not run"),
    ],
)
def test_whatever_else_is_found_fails(change, detail):
    found = {name: checks for name, checks in {**AS_EXPECTED, **change}.items() if checks is not None}
    ((case, said),) = wrong(found).items()
    assert case in change
    assert detail in said


def test_a_check_that_failed_once_has_failed(tmp_path):
    folder = tmp_path / "server-tools-list-2026-11-29T06-17-30-208Z"
    folder.mkdir()
    checks = [{"id": "one", "status": status} for status in ("SUCCESS", "FAILURE", "SUCCESS")]
    (folder / "checks.json").write_text(json.dumps(checks))
    assert found_in(tmp_path) == {"tools-list": {"one": "FAILURE"}}
