"""The command that measures recognising callers: its input, its one JSON object, and the floors it holds."""

from __future__ import annotations

import datetime as dt
import hashlib
import json

import pytest

from bench.matching.__main__ import main
from bench.matching.measure import Measure
from bench.matching.people import committed
from bench.matching.reading import read_day
from bench.matching.report import by_hand, same_surname, show, twins, unknown_strangers

pytestmark = pytest.mark.no_cover  # other tests cover what it runs; traced, it would take twice as long

KEYS = [
    "name",
    "name_phone",
    "name_dob",
    "name_dob_misheard",
    "verified_true",
    "verified_strangers",
    "p50_ms",
    "p99_ms",
]
ROSTER = [
    {"id": 7, "first": "José", "last": "García", "dob": "1980-02-03", "phone": "(555) 010-2030", "city": "X"},
    {"id": "8", "first": "Ann", "last": "Smith-Jones", "dob": "12/31/1999", "phone": None},
    {"id": 9, "first": "Ann", "last": "Smith-Jones", "dob": "", "phone": 5550104455},
    {"id": "8", "first": "Anne", "last": "Smith-Jones", "dob": "12/31/1999"},
]
CASES = [
    {"heard": "HOSAY GARSIA", "id": "7"},
    {"heard": "Mrs. Smith, Anne", "id": 8.0, "note": 1},
    {"heard": "garcia", "id": 7},
]


@pytest.fixture
def measured(tmp_path, capsys):
    def run(roster, cases):
        for name, content in (("R.json", roster), ("C.json", cases)):
            text = content if isinstance(content, str) else json.dumps(content)
            (tmp_path / name).write_text(text, encoding="utf-8")
        code = main(["--roster", str(tmp_path / "R.json"), "--cases", str(tmp_path / "C.json")])
        return code, *capsys.readouterr()

    return run


def test_a_tiny_roster_gives_one_json_object_with_every_key(measured) -> None:
    code, out, err = measured(ROSTER, CASES)
    figures = json.loads(out)
    assert (code, err) == (0, "")
    assert list(figures) == KEYS
    assert all(set(figures[key]) == {"top1", "top3"} for key in KEYS[:4])
    assert figures["name"] == {"top1": 1.0, "top3": 1.0}
    assert figures["verified_true"] == 0.6667
    assert figures["verified_strangers"] == 0.0
    assert 0 < figures["p50_ms"] <= figures["p99_ms"]


@pytest.mark.parametrize(("roster", "cases"), [(ROSTER, []), ([], []), ({"patients": ROSTER}, {"cases": []})])
def test_without_cases_nothing_is_claimed(measured, roster, cases) -> None:
    code, out, _ = measured(roster, cases)
    figures = json.loads(out)
    assert code == 0
    assert figures["name"] == {"top1": None, "top3": None}
    assert figures["verified_true"] is figures["verified_strangers"] is figures["p99_ms"] is None


def test_patients_without_birth_dates_are_measured_by_name(measured) -> None:
    code, out, _ = measured([{"id": 1, "first": "Ana", "last": "Ruiz"}], [{"heard": "ana ruiz", "id": 1}])
    figures = json.loads(out)
    assert code == 0
    assert figures["name_dob"] == {"top1": 1.0, "top3": 1.0}
    assert figures["verified_true"] is None


def test_a_case_of_nobody_on_the_roster_is_left_out_and_said_so(measured) -> None:
    code, out, err = measured(ROSTER, [*CASES, {"heard": "Bob", "id": "404"}])
    assert code == 0
    assert json.loads(out)["name"]["top1"] == 1.0
    assert err == "1 of 4 cases name nobody on the roster\n"


@pytest.mark.parametrize(
    ("roster", "cases", "says"),
    [
        ("{", [], "R.json: is not JSON"),
        ("3", [], "R.json: should be a list of objects"),
        ([1], [], "R.json: row 1 should be an object"),
        ([{"first": "Ana"}], [], "R.json: row 1 has no id"),
        (ROSTER, [{"id": 7}], 'C.json: case 1 needs "heard" and "id"'),
    ],
)
def test_a_file_that_cannot_be_read_is_answered_with_what_is_wrong(measured, roster, cases, says) -> None:
    code, out, err = measured(roster, cases)
    assert (code, out, err) == (2, "", f"{says}\n")


def test_a_missing_file_and_half_a_command_are_refused(tmp_path, capsys) -> None:
    assert main(["--roster", str(tmp_path / "no.json"), "--cases", "no.json"]) == 2
    assert "cannot be opened" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["--roster", "R.json"])
    assert "go together" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    ["1980-02-03", "1980-02-03T00:00:00", "2/3/1980", "02-03-1980", "19800203", "Feb 3, 1980", "2/3/80"],
)
def test_a_birth_date_may_be_iso_or_american(text) -> None:
    assert read_day(text) == dt.date(1980, 2, 3)
    assert read_day("unknown") is None
    assert read_day("") is None


def test_the_committed_set_is_the_one_reported() -> None:
    people, tuning, reporting = committed(10_000)
    rows = [(one.id, one.first, one.last, one.born, one.phones) for one in people]
    text = repr([rows, [(case.heard, case.id) for case in (*tuning, *reporting)]])
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == "05a6f932436a63e3"


def test_the_committed_set_holds_its_floors() -> None:
    people, _, reporting = committed(10_000)
    cases = reporting[:250]
    figures = Measure(people, cases).figures()
    assert figures["name"]["top3"] >= 0.97
    assert figures["name_phone"]["top1"] >= 0.98
    assert figures["name_dob_misheard"]["top1"] >= 0.995
    assert figures["verified_true"] >= 0.93
    assert figures["verified_strangers"] <= 0.003
    assert twins(people)[0] == 0
    assert same_surname(people, cases, known=True).misheard == 0
    passed, tried = unknown_strangers(people, cases)
    assert passed / tried <= 0.003


def test_the_rows_written_by_hand_hold_theirs() -> None:
    people, cases = by_hand()
    figures = Measure(people, cases[1::2]).figures()
    assert figures["name"]["top3"] >= 0.95
    assert figures["name_phone"]["top1"] >= 0.98
    assert figures["name_dob_misheard"]["top1"] >= 0.98
    assert figures["verified_true"] >= 0.90


def test_the_table_shows_every_figure(monkeypatch, capsys) -> None:
    drawn = committed(400, 40)
    monkeypatch.setattr("bench.matching.report.committed", lambda _: drawn)
    monkeypatch.setattr("bench.matching.report.HAND_OFFICE", 200)
    table = show(400)
    shown = capsys.readouterr().out
    for row in ("name only", "a fifth misheard", "verified: callers", "twins taken", "p50 / p99"):
        assert row in shown
        assert row in table
