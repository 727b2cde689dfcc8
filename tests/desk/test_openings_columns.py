"""What of an office may be booked: its people's word over Sikka's, and whom a visit keeps busy."""

import datetime as dt
from dataclasses import replace

import pytest

from server.desk.answers import Outcome, Unanswerable
from server.desk.charter.terms import (
    Charter,
    Closure,
    Column,
    ColumnKind,
    Minutes,
    ProviderRule,
    VisitReason,
    Wants,
)
from server.desk.copies.office import Copy, Reminder
from server.desk.copies.overlay import Standing, Visit
from server.desk.office import Profile
from server.desk.proofs import PatientProof
from server.desk.times.columns import MOST_KEPT, Columns
from server.desk.times.comers import NEW, NEW_CHILD, comer_of, due_of, months_after
from server.desk.times.free_times import Wanted, free_times
from server.desk.times.opening_windows import Chair, ScheduleRow, Window
from server.desk.times.openings import Busy, Opening, Taken
from server.desk.times.reasons import CLEANING, EMERGENCY, EXAM, OTHER, RETURNING, Comer, Reason, reason_of
from server.sikka.copied import PATIENTS
from server.sikka.models import Provider
from store.offices import Office

MONDAY = dt.date(2026, 11, 30)
TUESDAY = dt.date(2026, 12, 1)
DAY = ((480, 720), (780, 1020))
OFFICE = Office("o1", "D10001", "1", "Newbrook", "OpenDental", "", "", "", None)
WHO = {"D1": "General Dentist", "D2": "General Dentist", "H1": "Hygienist"}
CHAIRS = (Chair("Doc 1"), Chair("Doc 2"), Chair("Hyg 1"))
EVERY_DAY = dict.fromkeys(range(7), DAY)


def profile(charter: Charter | None = None, *, schedules=None, usual=None, who=WHO, chairs=CHAIRS) -> Profile:
    standing = (ScheduleRow("practice", "1", None, EVERY_DAY),)
    return Profile(
        office=OFFICE,
        zone="America/New_York",
        region="US",
        providers={number: Provider(provider_id=number, specialty=trade) for number, trade in who.items()},
        spoken_providers={},
        chairs=chairs,
        schedules=standing if schedules is None else tuple(schedules),
        usual_provider=usual or {"Doc 1": "D1", "Doc 2": "D2", "Hyg 1": "H1"},
        cancelled_word="",
        charter=charter or Charter(),
    )


def columns_of(*columns: Column, chairs=CHAIRS, **more) -> Columns:
    return Columns(profile(Charter(columns=columns, **more), chairs=chairs))


def of_day(columns: Columns, day: dt.date = MONDAY) -> list[tuple[str, int, int, str]]:
    windows = columns.windows(day, day)
    assert windows is not None
    return [(one.operatory, one.start_minute, one.end_minute, one.provider_id) for one in windows]


HYGIENE = Column("Hyg 1", ColumnKind.HYGIENE, ("H1",), {0: ((480, 720),)})
DOCTOR = Column("Doc 1", ColumnKind.DOCTOR, ("D1",), {0: ((540, 660),)})


def test_without_a_word_of_the_office_its_schedules_tell() -> None:
    assert of_day(Columns(profile())) == [
        (chair, *hours, who)
        for chair, who in (("Doc 1", "D1"), ("Doc 2", "D2"), ("Hyg 1", "H1"))
        for hours in DAY
    ]


def test_the_offices_windows_stand_in_the_place_of_the_schedules_and_other_chairs_are_left_out() -> None:
    columns = columns_of(HYGIENE, DOCTOR)
    assert of_day(columns) == [("Doc 1", 540, 660, "D1"), ("Hyg 1", 480, 720, "H1")]
    assert of_day(columns, TUESDAY) == []


def test_nothing_is_offered_in_a_column_that_is_off_nor_on_a_day_that_is_closed() -> None:
    columns = columns_of(replace(DOCTOR, kind=ColumnKind.OFF), HYGIENE, closures=(Closure(TUESDAY, TUESDAY),))
    assert of_day(columns) == [("Hyg 1", 480, 720, "H1")]
    assert of_day(columns, TUESDAY) == []
    assert [columns.offers("Hyg 1", day) for day in (MONDAY, TUESDAY)] == [True, False]
    assert [columns.offers(chair, MONDAY) for chair in ("Doc 1", "Doc 2")] == [False, False]


def test_a_column_is_not_offered_whose_chair_the_offices_system_does_not_list() -> None:
    misspelled = replace(DOCTOR, operatory="Doc One")
    columns = columns_of(misspelled, HYGIENE)
    assert of_day(columns) == [("Hyg 1", 480, 720, "H1")]
    nowhere = columns_of(misspelled)
    assert nowhere.windows(MONDAY, MONDAY) is None
    unlisted = columns_of(misspelled, chairs=())
    assert of_day(unlisted) == [("Doc One", 540, 660, "D1")]
    assert of_day(columns_of(replace(DOCTOR, operatory="DOC 1"))) == [("Doc 1", 540, 660, "D1")]


def test_a_column_without_windows_follows_the_offices_hours_and_without_those_the_schedules() -> None:
    bare = replace(DOCTOR, windows=None)
    assert of_day(columns_of(bare)) == [("Doc 1", *hours, "D1") for hours in DAY]
    assert of_day(columns_of(bare, hours={0: ((600, 700),)})) == [("Doc 1", 600, 700, "D1")]


def test_the_offices_hours_bound_what_the_schedules_tell() -> None:
    columns = Columns(profile(Charter(hours={0: ((660, 800),)})))
    assert of_day(columns)[:2] == [("Doc 1", 660, 720, "D1"), ("Doc 1", 780, 800, "D1")]
    without = Columns(profile(Charter(hours={0: ((660, 800),)}), schedules=()))
    assert of_day(without)[:1] == [("Doc 1", 660, 800, "D1")]


def test_a_holiday_of_the_schedules_closes_the_offices_windows_too() -> None:
    holiday = ScheduleRow("practice", "1", MONDAY - dt.timedelta(1), {}, frozenset({0}))
    columns = Columns(profile(Charter(columns=(HYGIENE,)), schedules=[holiday]))
    assert of_day(columns) == []


def test_of_several_who_work_in_a_column_each_is_offered_in_their_own_hours() -> None:
    rows = [
        ScheduleRow("provider", "D1", None, {0: ((480, 600),)}),
        ScheduleRow("provider", "D2", None, {0: ((600, 720),), 1: ()}),
    ]
    both = replace(DOCTOR, providers=("D1", "D2"), windows={0: ((540, 660),), 1: ((540, 660),)})
    columns = Columns(profile(Charter(columns=(both,)), schedules=rows))
    assert of_day(columns) == [("Doc 1", 540, 600, "D1"), ("Doc 1", 600, 660, "D2")]
    assert of_day(columns, TUESDAY) == []


def test_hours_are_never_guessed() -> None:
    unknown = Columns(profile(schedules=()))
    assert unknown.windows(MONDAY, TUESDAY) is None
    assert unknown.windows(TUESDAY, MONDAY) == []
    with pytest.raises(Unanswerable) as refused:
        free_times(unknown, Wanted(EXAM, MONDAY, MONDAY), Taken({}), earliest=dt.datetime(2026, 1, 1))  # noqa: DTZ001 - naive
    assert (refused.value.outcome, refused.value.reason) == (Outcome.NEEDS_HUMAN, "no_hours")


@pytest.mark.parametrize(
    ("columns", "reason", "offered"),
    [
        (Columns(profile()), CLEANING, {"Hyg 1"}),
        (Columns(profile()), EXAM, {"Doc 1", "Doc 2"}),
        (Columns(profile()), Reason("any", 30, hygiene=None), {"Doc 1", "Doc 2", "Hyg 1"}),
        (Columns(profile(who={"D1": "Dentist", "D2": "Dentist"})), CLEANING, {"Doc 1", "Doc 2"}),
        (columns_of(HYGIENE, DOCTOR), CLEANING, {"Hyg 1"}),
        (columns_of(HYGIENE, DOCTOR), EXAM, {"Doc 1"}),
        (columns_of(DOCTOR), CLEANING, {"Doc 1"}),
        # The column's kind counts, and not the trade of whoever works in it.
        (columns_of(replace(HYGIENE, providers=("D1",)), DOCTOR), CLEANING, {"Hyg 1"}),
    ],
)
def test_a_reason_goes_into_the_columns_that_are_for_it(columns, reason, offered) -> None:
    windows = columns.windows(MONDAY, MONDAY)
    assert {window.operatory for window in columns.fitting(windows, reason, RETURNING)} == offered


@pytest.mark.parametrize(
    ("rule", "comer", "sees"),
    [
        (ProviderRule("D1", takes_new_patients=False), RETURNING, True),
        (ProviderRule("D1", takes_new_patients=False), NEW, False),
        (ProviderRule("D1", youngest=14), Comer(age=13), False),
        (ProviderRule("D1", youngest=14), Comer(age=14), True),
        (ProviderRule("D1", oldest=17), Comer(age=18), False),
        (ProviderRule("D1", oldest=17), NEW_CHILD, True),
    ],
)
def test_a_provider_sees_new_patients_and_ages_as_the_office_says(rule, comer, sees) -> None:
    columns = columns_of(DOCTOR, providers=(rule,))
    assert bool(columns.fitting(columns.windows(MONDAY, MONDAY) or [], EXAM, comer)) is sees


def test_a_window_whose_provider_is_not_known_is_not_offered() -> None:
    columns = Columns(profile())
    assert columns.fitting([Window("Doc 1", MONDAY, 480, 720, "")], EXAM, RETURNING) == []


@pytest.mark.parametrize(
    ("columns", "operatory", "provider", "attends"),
    [
        (Columns(profile()), "Hyg 1", "D1", "H1"),
        (Columns(profile()), "Hyg 1", "H1", "H1"),
        (Columns(profile()), "Doc 1", "D1", "D1"),
        (Columns(profile()), "Elsewhere", "D1", "D1"),
        (Columns(profile(usual={"Hyg 1": "D1"})), "Hyg 1", "D1", "D1"),
        (columns_of(HYGIENE, DOCTOR), "hyg 1", "D1", "H1"),
        (columns_of(replace(HYGIENE, providers=("D1",)), DOCTOR), "Hyg 1", "D1", ""),
    ],
)
def test_a_visit_in_a_hygiene_column_keeps_the_hygienist_busy_whosever_id_it_bears(
    columns, operatory, provider, attends
) -> None:
    assert columns.attends(operatory, provider) == attends
    assert columns.attends(operatory, provider) == attends  # as remembered


def visit(operatory: str, provider: str, start: str = "2026-11-30T09:00", patient: str = "p1") -> Visit:
    return Visit(dt.datetime.fromisoformat(start), 60, operatory, provider, patient, Standing.BOOKED)


def starts(columns: Columns, visits: list[Visit], reason: Reason = EXAM, **wanted) -> set[tuple[str, str]]:
    found = free_times(
        columns,
        Wanted(reason, MONDAY, MONDAY, **wanted),
        columns.taken({MONDAY: tuple(visits)}),
        earliest=dt.datetime.fromisoformat("2026-11-30T09:00"),
    )
    return {(one.operatory, one.provider_id) for one in found if one.starts >> 540 & 1}


FOUR = (*CHAIRS, Chair("Hyg 2"))
ONE_DENTIST = (
    Column("Doc 1", ColumnKind.DOCTOR, ("D1",), {0: DAY}),
    Column("Doc 2", ColumnKind.DOCTOR, ("D1",), {0: DAY}),
    Column("Hyg 1", ColumnKind.HYGIENE, ("H1",), {0: DAY}),
    Column("Hyg 2", ColumnKind.HYGIENE, ("H1",), {0: DAY}),
)


@pytest.mark.parametrize(
    ("most", "visits", "offered"),
    [
        (None, [visit("Doc 1", "D1")], {("Doc 2", "D1")}),
        (1, [visit("Doc 1", "D1")], set()),
        (2, [visit("Doc 1", "D1")], {("Doc 2", "D1")}),
        (1, [visit("Hyg 1", "D1")], {("Doc 1", "D1"), ("Doc 2", "D1")}),
        (1, [visit("Doc 1", "D1", patient="")], {("Doc 2", "D1")}),  # a block keeps the chair, and nobody
    ],
)
def test_a_dentist_has_as_many_visits_at_a_time_as_the_office_says(most, visits, offered) -> None:
    columns = columns_of(*ONE_DENTIST, chairs=FOUR, providers=(ProviderRule("D1", max_parallel=most),))
    assert starts(columns, visits) == offered


def test_a_booking_of_ours_keeps_its_provider_though_its_patient_is_still_being_registered() -> None:
    columns = columns_of(*ONE_DENTIST, chairs=FOUR, providers=(ProviderRule("D1", max_parallel=1),))
    block = visit("Doc 1", "D1", patient="")
    assert starts(columns, [block]) == {("Doc 2", "D1")}
    assert starts(columns, [replace(block, row_id="r1")]) == set()


def test_a_hygienist_has_one_visit_at_a_time_unless_the_office_says_otherwise() -> None:
    busy = [visit("Hyg 1", "D1")]
    assert starts(columns_of(*ONE_DENTIST, chairs=FOUR), busy, CLEANING) == set()
    assisted = columns_of(*ONE_DENTIST, chairs=FOUR, providers=(ProviderRule("H1", max_parallel=2),))
    assert starts(assisted, busy, CLEANING) == {("Hyg 2", "H1")}
    assert assisted.limits == {"H1": 2}


def test_only_the_provider_asked_for_is_offered_and_no_day_that_is_ruled_out() -> None:
    columns = Columns(profile())
    assert starts(columns, [], provider_id="D2") == {("Doc 2", "D2")}
    earliest = dt.datetime.fromisoformat("2026-01-01T00:00")
    wanted = Wanted(EXAM, MONDAY, TUESDAY)
    found = free_times(columns, wanted, Taken({}), earliest=earliest, but={MONDAY})
    assert {one.date for one in found} == {TUESDAY}


def test_a_day_is_worked_out_anew_only_when_its_visits_are_others() -> None:
    columns = Columns(profile())
    days = {MONDAY: (visit("Doc 1", "D1"),), TUESDAY: (visit("Doc 1", "D1", "2026-12-01T09:00"),)}
    first = columns.taken(days)
    assert columns.taken(dict(days)).days == first.days
    free = [columns.free_on(day, EXAM, RETURNING, 30, first) for day in days]
    other = columns.taken({**days, TUESDAY: ()})
    assert other.days[MONDAY] is first.days[MONDAY]
    again = [columns.free_on(day, EXAM, RETURNING, 30, other) for day in days]
    assert again[0] is free[0]
    assert again[1] != free[1]
    assert columns.free_on(MONDAY, EXAM, RETURNING, 60, other) != again[0]
    for length in range(1, 2 * MOST_KEPT):  # what is kept does not grow for ever
        columns.free_on(MONDAY, EXAM, RETURNING, length, other)
    assert columns.free_on(MONDAY, EXAM, RETURNING, 30, other) == free[0]


@pytest.mark.parametrize(
    ("opening", "open_"),
    [
        (Opening(dt.datetime.fromisoformat("2026-11-30T09:00"), "Doc 1", "D1", 60), True),
        (Opening(dt.datetime.fromisoformat("2026-11-30T11:30"), "Doc 1", "D1", 60), False),
        (Opening(dt.datetime.fromisoformat("2026-11-30T09:00"), "Doc 1", "D2", 60), False),
    ],
)
def test_a_time_is_open_where_its_provider_works_in_its_chair_throughout(opening, open_) -> None:
    assert Columns(profile()).is_open(opening) is open_


# Reasons, and who comes


DESCRIBED = Charter(
    reasons=(
        VisitReason("cleaning", Minutes(50, 80, 30), Wants.HYGIENE, months=6),
        VisitReason("deep cleaning", Minutes(90, 90, 90), Wants.HYGIENE, words=("scaling", "root planing")),
        VisitReason("Emergency", Minutes(20, 20, 20), Wants.DOCTOR),
        VisitReason("whitening", Minutes(45, 45, 45), Wants.ANY),
    )
)


@pytest.mark.parametrize(
    ("words", "name", "hygiene"),
    [
        ("I'd like my teeth cleaned", "cleaning", True),
        ("a deep  cleaning please", "deep cleaning", True),
        ("Root Planing", "deep cleaning", True),
        ("whitening", "whitening", None),
        ("my tooth hurts after the cleaning", "Emergency", False),
        ("no pain, but it is swollen", "Emergency", False),
        ("no, it aches", "Emergency", False),
        ("my crown fell out", "Emergency", False),
        ("I lost a filling", "Emergency", False),
        ("me duele mucho", "Emergency", False),
        ("a checkup with Rachel, says my teacher", "exam", False),
        ("a checkup, no pain", "exam", False),
        ("a checkup, I'm not in any pain", "exam", False),
        ("no es urgente, una revision", "exam", False),
        ("I lost my card and want a checkup", "exam", False),
        ("to rebook my broken appointment, a checkup", "exam", False),
        ("Pascal wants an exam", "exam", False),
        ("an exam", "exam", False),
        ("no idea", "other", False),
    ],
)
def test_a_callers_words_mean_the_offices_own_reasons_before_those_built_in(words, name, hygiene) -> None:
    found = reason_of(words, DESCRIBED)
    assert (found.name, found.hygiene) == (name, hygiene)
    assert found.urgent is (name == "Emergency")


def test_how_long_a_visit_takes_hangs_on_who_comes() -> None:
    cleaning = reason_of("cleaning", DESCRIBED)
    assert [cleaning.length(comer) for comer in (RETURNING, NEW, NEW_CHILD, Comer(child=True))] == [
        50,
        80,
        30,
        30,
    ]
    assert [OTHER.length(comer) for comer in (RETURNING, NEW, NEW_CHILD)] == [30, 30, 30]
    assert Wanted(cleaning, MONDAY, MONDAY, comer=NEW).length == 80
    assert Wanted(cleaning, MONDAY, MONDAY, comer=NEW, minutes=75).length == 75
    assert EMERGENCY.urgent


def copy_with(born: str) -> Copy:
    copy = Copy()
    values = {"patient_id": "p1", "birthdate": born}
    copy.patients.put(tuple(values.get(name, "") for name in PATIENTS.fields))
    return copy


@pytest.mark.parametrize(
    ("born", "age", "child"),
    [("2012-12-01", 13, True), ("2012-11-30", 14, False), ("1980-01-01", 46, False), ("", None, False)],
)
def test_somebody_known_is_a_child_until_fourteen(born, age, child) -> None:
    proof = PatientProof("p1", "Ann")
    assert comer_of(proof, copy_with(born), MONDAY) == Comer(age=age, child=child)


@pytest.mark.parametrize(
    ("first", "last", "others", "new"),
    [
        ("", "", "2024-05-06", True),
        ("0001-01-01", "1900-01-01", "2024-05-06", True),  # as systems spell an empty date
        ("2024-01-02", "", "2024-05-06", False),
        ("", "2024-01-02", "2024-05-06", False),
        ("", "", "", False),  # this system tells of nobody's visits
    ],
)
def test_who_has_a_chart_and_was_never_seen_is_new_where_the_system_tells_of_visits(first, last, others, new):
    copy = Copy()
    for number, visits in (("p1", (first, last)), ("p2", (others, others))):
        values = {"patient_id": number, "first_visit": visits[0], "last_visit": visits[1]}
        copy.patients.put(tuple(values.get(name, "") for name in PATIENTS.fields))
    assert comer_of(PatientProof("p1", "Ann"), copy, MONDAY) == (NEW if new else RETURNING)
    assert comer_of(PatientProof("nobody", "Ann"), copy, MONDAY) == RETURNING


def test_somebody_who_is_being_registered_is_new_and_without_a_copy_nothing_more_is_known() -> None:
    assert comer_of(PatientProof("", "Ann", registration="row"), None, MONDAY) == NEW
    assert comer_of(PatientProof("", "Ann", requested="task"), copy_with("1980-01-01"), MONDAY) == NEW
    assert comer_of(PatientProof("p2", "Ann"), copy_with("1980-01-01"), MONDAY) == RETURNING


def reminder(care: str, due: str = "", last: str = "", interval=("", "")) -> Reminder:
    day = dt.date.fromisoformat
    return Reminder("p1", day(due) if due else None, day(last) if last else None, care, interval, "", "")


@pytest.mark.parametrize(
    ("reminders", "due"),
    [
        ([], None),
        ([reminder("Prophy", "2027-02-01")], "2027-02-01"),
        ([reminder("Prophy", "2026-02-01"), reminder("prophy ", "2027-02-01")], "2027-02-01"),
        ([reminder("Prophy", "2027-05-01"), reminder("Perio scaling", "2027-02-01")], "2027-02-01"),
        ([reminder("Bitewing x-rays", "2027-02-01")], None),
        ([reminder("Prophy", last="2026-08-31", interval=("Months", "6"))], "2027-02-28"),
        ([reminder("Prophy", last="2026-08-31", interval=("Weeks", "6"))], None),
        ([reminder("Prophy", last="", interval=("Months", "6"))], None),
    ],
)
def test_a_cleaning_is_due_when_the_patients_recalls_say(reminders, due) -> None:
    assert due_of(reminders, CLEANING, Charter()) == (dt.date.fromisoformat(due) if due else None)


def test_the_office_may_say_after_how_many_months_a_visit_is_due() -> None:
    reason = reason_of("cleaning", DESCRIBED)
    found = due_of([reminder("cleaning", last="2026-08-31", interval=("Months", "3"))], reason, DESCRIBED)
    assert found == dt.date(2027, 2, 28)
    told = due_of([reminder("cleaning", "2026-12-15", "2026-08-31", ("Months", "3"))], reason, DESCRIBED)
    assert told == dt.date(2026, 12, 15)  # the recall's own day comes first
    assert due_of([], reason, DESCRIBED) is None  # without a recall nobody knows of the last one
    assert months_after(dt.date(2026, 12, 31), 2) == dt.date(2027, 2, 28)
    assert months_after(dt.date(2026, 12, 31), 12) == dt.date(2027, 12, 31)


def test_what_is_busy_without_a_chair_takes_every_window_of_its_provider() -> None:
    taken = Taken.of([Busy("", MONDAY, 480, 540, "D1")])
    assert taken.during(Window("Doc 1", MONDAY, 480, 720, "D1"))
    assert not taken.during(Window("Doc 2", MONDAY, 480, 720, "D2"))
