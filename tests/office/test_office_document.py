"""An office's document: every key is read, every mistake is named with its place, and nothing is lost."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.desk.charter.keys import KEYS, SECTIONS, keys_of
from server.desk.charter.plain import differences, plain
from server.desk.charter.reading import CharterRefused, read_charter
from server.desk.charter.terms import (
    EMPTY,
    BookedBy,
    Charter,
    Closure,
    Column,
    ColumnKind,
    Minutes,
    OtherOffice,
    Phones,
    ProviderRule,
    SameDay,
    VisitReason,
    Wants,
    policy_of,
    settings_under,
)
from server.desk.charter.writing import written
from server.settings import Settings

WHOLE = """\
zone = "America/New_York"
insurance = ["Delta Dental PPO", "MetLife"]

[phones]
transfer = "+1 860 555 0199"

[hours]
monday = ["13:00-17:00", "08:00-12:00"]
tuesday = ["08:00-10:00", "10:00-12:00"]
sunday = []

[[closures]]
first = 2026-12-24
last = 2026-12-26
name = "Christmas"

[[columns]]
operatory = "Hygiene 1"
kind = "hygiene"
providers = ["HYG1"]
[columns.windows]
monday = ["08:00-12:00"]

[[columns]]
operatory = "Overflow"
kind = "off"

[[providers]]
id = "HYG1"
spoken = "Dana"
max_parallel = 1
takes_new_patients = false
youngest = 3

[[reasons]]
name = "cleaning"
minutes = { returning = 60, new = 90 }
column = "hygiene"
booked = "request"
words = ["prophy"]
type = "Recall"
months = 6

[policy]
same_day = "request"
lead_minutes = 120
only_requested = ["move"]

[[other_offices]]
name = "Elmfield Dental"
"""
READ = Charter(
    zone="America/New_York",
    insurance=("Delta Dental PPO", "MetLife"),
    phones=Phones(transfer="+1 860 555 0199"),
    hours={0: ((480, 720), (780, 1020)), 1: ((480, 720),)},
    closures=(Closure(dt.date(2026, 12, 24), dt.date(2026, 12, 26), "Christmas"),),
    columns=(
        Column("Hygiene 1", ColumnKind.HYGIENE, ("HYG1",), {0: ((480, 720),)}),
        Column("Overflow", ColumnKind.OFF),
    ),
    providers=(ProviderRule("HYG1", "Dana", 1, takes_new_patients=False, youngest=3),),
    reasons=(
        VisitReason(
            "cleaning", Minutes(60, 90, 60), Wants.HYGIENE, BookedBy.REQUEST, ("prophy",), "Recall", 6
        ),
    ),
    policy={"same_day": SameDay.REQUEST, "lead_minutes": 120, "only_requested": frozenset({"move"})},
    other_offices=(OtherOffice("Elmfield Dental"),),
)


def document_with(key, value):
    """The smallest document in which that key has that value, and every other that it needs."""
    section = next(one for one in SECTIONS if one.name == key.section)
    lines = {name: other.example for name, other in keys_of(key.section).items() if other.required}
    if key.section == "columns":
        lines["kind"] = '"doctor"'
    if not key.name:
        return f"[{section.name}]\n{value}\n"
    lines[key.name] = value
    header = f"[[{section.name}]]\n" if section.many else f"[{section.name}]\n" if section.name else ""
    return header + "".join(f"{name} = {text}\n" for name, text in lines.items())


def problems_of(document):
    with pytest.raises(CharterRefused) as refused:
        read_charter(document)
    return refused.value.problems


def test_a_document_is_read_into_typed_values():
    assert read_charter(WHOLE) == READ
    assert read_charter("") == EMPTY


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.path)
def test_the_example_of_every_key_can_be_applied(key):
    charter = read_charter(document_with(key, key.example))
    assert plain(charter), "the example is what holds anyway"


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.path)
def test_a_value_of_the_wrong_type_is_refused_by_the_name_of_its_key(key):
    wrong = "monday = 12" if not key.name else "{ no = 1.5 }"
    [problem, *_] = problems_of(document_with(key, wrong))
    path = key.path if not key.path.startswith(tuple(s.name for s in SECTIONS if s.many)) else key.name
    assert path in problem.path
    assert problem.line
    assert "write" in problem.words or "there is no such key" in problem.words


@pytest.mark.parametrize(
    ("document", "path", "line", "words"),
    [
        ("zone = 'Connecticut'", "zone", 1, "write one such as America/New_York"),
        ("\n\nzonne = 'UTC'", "zonne", 3, "Did you mean zone?"),
        ("[polcy]\nlead_minutes = 1", "polcy", 1, "Did you mean policy?"),
        ("[policy]\nsame_day = 'never'", "policy.same_day", 2, "one of book, request, transfer"),
        ("[policy]\nlead_minutes = -1", "policy.lead_minutes", 2, "whole number from 0 to 20160"),
        ("[policy]\nlead_minutes = true", "policy.lead_minutes", 2, "whole number"),
        ("[policy]\nmention_recall = 'yes'", "policy.mention_recall", 2, "true or false"),
        ("[policy]\nonly_requested = ['moves']", "policy.only_requested", 2, "Did you mean move?"),
        ("[policy]\nonly_requested = 'move'", "policy.only_requested", 2, "write a list"),
        ("[policy]\nemergency_text = ''", "policy.emergency_text", 2, "write a text"),
        (f"[policy]\nemergency_text = '{'x' * 141}'", "policy.emergency_text", 2, "at most 140"),
        ('[policy]\nemergency_text = "a\\nb"', "policy.emergency_text", 2, "one line"),
        ("insurance = ['A', 'A']", "insurance", 1, "twice"),
        ("[policy]\nmax_parallel = 2", "policy.max_parallel", 2, "It belongs under [providers]."),
        ("[phones]\ntransfer = '911911911911'", "phones.transfer", 2, "area code"),
        ("[hours]\nmunday = ['08:00-12:00']", "hours.munday", 2, "monday to sunday"),
        ("[hours]\nmonday = '08:00-12:00'", "hours.monday", 2, "write a list"),
        ("[hours]\nmonday = ['8-12']", "hours.monday", 2, "08:00-12:30"),
        ("[hours]\nmonday = ['12:00-08:00']", "hours.monday", 2, "from-to"),
        ("[hours]\nmonday = ['08:00-12:75']", "hours.monday", 2, "no stretch of a day"),
        ("[hours]\nmonday = ['08:00-12:00', '11:00-13:00']", "hours.monday", 2, "overlap"),
        ("hours = 8", "hours", 1, "write lines such as monday"),
        ("[[closures]]\nfirst = 'Christmas'", "closures[1].first", 2, "2026-12-24"),
        ("[[closures]]\nlast = 2026-12-24", "closures[1].first", 1, "it is missing"),
        ("[[closures]]\nfirst = 2026-12-24\nlast = 2026-12-23", "closures[1].last", 3, "before the first"),
        ("[columns]\nkind = 'doctor'", "columns", 1, "write it as [[columns]]"),
        ("columns = [1]", "columns[1]", 1, "[[columns]]"),
        ("phones = 1", "phones", 1, "begins with [phones]"),
        (
            "[[columns]]\noperatory = 'A'\nkind = 'doctor'\n\n[[columns]]\noperatory = 'a'\nkind = 'off'",
            "columns[2].operatory",
            6,
            "twice",
        ),
        (
            "[[columns]]\noperatory = 'A'\nkind = 'doctor'\nproviders = ['DMD2']\n[[providers]]\nid = 'DMD1'",
            "columns[1].providers",
            4,
            "which are: DMD1",
        ),
        (
            "[[columns]]\noperatory = 'A'\nkind = 'doctor'\n[columns.windows]\nmonday = ['1-2']",
            "columns[1].windows.monday",
            5,
            "08:00-12:30",
        ),
        ("[[providers]]\nid = 'A'\nyoungest = 18\noldest = 3", "providers[1].oldest", 4, "below youngest"),
        ("[[reasons]]\nname = 'a'\nminutes = { new = 30 }", "reasons[1].minutes", 3, "returning is missing"),
        (
            "[[reasons]]\nname = 'a'\nminutes = { returning = 30, kid = 20 }",
            "reasons[1].minutes.kid",
            3,
            "child",
        ),
        ("[[reasons]]\nname = 'a'\nminutes = { returning = 1 }", "reasons[1].minutes.returning", 3, "from 5"),
        (
            "[[columns]]\noperatory='A'\nkind='off'\n[[reasons]]\nname='a'\nminutes=9\ncolumn='doctor'",
            "reasons[1].column",
            7,
            "no time could ever be offered",
        ),
        ("zone = ", "", 1, "this is no TOML"),
        ("[policy", "", 1, "this is no TOML"),
    ],
)
def test_a_mistake_is_named_with_its_key_its_line_and_what_is_allowed(document, path, line, words):
    [problem] = problems_of(document)
    assert (problem.path, problem.line) == (path, line)
    assert words in problem.words
    assert str(problem).startswith(f"line {line}")


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines():
    found = problems_of("zone = 'X'\nlanguages = 'English'\n[policy]\nlead = 3\nsame_day = 'no'")
    assert [problem.line for problem in found] == [1, 2, 4, 5]


def test_a_charter_is_written_so_that_it_reads_as_the_same():
    text = written(READ, {("zone",): "Is this right?", ("columns", 1): "Nobody."}, head="A draft.")
    assert read_charter(text) == READ
    assert text.startswith("# A draft.\n")
    assert "# Is this right?\nzone" in text
    assert read_charter(written(EMPTY)) == EMPTY


weeks = st.dictionaries(
    st.integers(0, 6),
    st.lists(st.sampled_from([(480, 600), (660, 720), (780, 1020)]), min_size=1, unique=True).map(
        lambda stretches: tuple(sorted(stretches))
    ),
)
names = st.text("abcXYZ 0123#'\"=[]éß", min_size=1, max_size=20).map(str.strip).filter(bool)


@given(
    zone=st.sampled_from(["", "UTC"]),
    hours=st.none() | weeks,
    insurance=st.lists(names, unique=True, max_size=4).map(tuple),
    columns=st.lists(
        st.builds(Column, operatory=names, kind=st.sampled_from(ColumnKind), windows=st.none() | weeks),
        unique_by=lambda column: column.operatory.casefold(),
        max_size=4,
    ).map(tuple),
    offices=st.lists(
        st.builds(OtherOffice, name=names), unique_by=lambda office: office.name.casefold(), max_size=3
    ).map(tuple),
)
def test_whatever_a_charter_says_is_written_and_read_as_the_same(zone, hours, insurance, columns, offices):
    charter = Charter(zone=zone, hours=hours, insurance=insurance, columns=columns, other_offices=offices)
    assert read_charter(written(charter)) == charter
    assert differences(charter, read_charter(written(charter))) == []


def test_a_difference_names_the_key_and_both_values():
    after = WHOLE.replace('"off"', '"doctor"').replace("lead_minutes = 120\n", "horizon_days = 30\n")
    assert [str(one) for one in differences(READ, read_charter(after))] == [
        '~ columns[Overflow].kind: "off" -> "doctor"',
        "+ policy.horizon_days: 30",
        "- policy.lead_minutes: 120",
    ]
    moved = WHOLE.replace('operatory = "Overflow"', 'operatory = "Spare"')
    assert [str(one) for one in differences(READ, read_charter(moved))] == [
        '+ columns[Spare].operatory: "Spare"',
        '+ columns[Spare].kind: "off"',
        '- columns[Overflow].operatory: "Overflow"',
        '- columns[Overflow].kind: "off"',
    ]


def test_what_a_document_leaves_out_is_left_to_the_settings():
    settings = Settings(lead_minutes=5, horizon_days=60, offline="refuse", transfer_number="1")
    policy = policy_of(READ, settings)
    assert (policy.lead_minutes, policy.horizon_days, policy.offline) == (120, 60, "refuse")
    held = settings_under(READ, settings)
    assert (held.timezone, held.lead_minutes, held.horizon_days) == ("America/New_York", 120, 60)
    assert (held.transfer_number, held.offline) == ("+1 860 555 0199", "refuse")
    assert settings_under(EMPTY, settings) == settings


def test_a_provider_sees_whom_their_ages_take_in():
    rule = ProviderRule("A", youngest=3, oldest=17)
    assert [rule.sees(age) for age in (None, 2, 3, 17, 18)] == [True, False, True, True, False]


def test_columns_providers_and_reasons_are_found_by_name():
    assert READ.column(" hygiene 1 ") is READ.columns[0]
    assert READ.column("Doctor 1") is None
    assert READ.reason("Cleaning") is READ.reasons[0]
    assert READ.provider("HYG2") is None
    assert [READ.closed_on(dt.date(2026, 12, day)) for day in (23, 24, 26, 27)] == [False, True, True, False]
