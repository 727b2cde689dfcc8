"""An office's patients in memory: found by what was heard, kept up to date row by row."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.desk.people.birthdates import ONE_PART, date_fit, similar_dates
from server.desk.people.judging import Heard, Person, judge, phone_key
from server.desk.people.matching import given_score, word_score
from server.desk.people.names import splits
from server.desk.people.roster import Roster
from server.desk.people.sounds import alike, readings

DAY = dt.date(1980, 3, 15)
OTHER_DAY = dt.date(1991, 7, 2)


def person(number: int, name: str, born: dt.date | None = DAY, phone: str = "", **more: str) -> Person:
    first, _, last = name.partition("|")
    return Person(str(number), first, last, born=born, phones=(phone,) if phone else (), **more)


PEOPLE = [
    person(1, "Katherine|O'Brien", phone="(555) 010-2030"),
    person(2, "José|García López", OTHER_DAY, "555.010.4455"),
    person(3, "Xiomara|de la Cruz", dt.date(1975, 1, 30)),
    person(4, "Siobhán|Kelly", dt.date(1966, 11, 9)),
    person(5, "Linh|Nguyen", dt.date(2001, 4, 13)),
    person(6, "William|Hall", dt.date(1950, 5, 5), preferred="Trey", former="Okafor"),
    person(7, "William|Hall Jr.", dt.date(1980, 5, 5)),
    person(8, "Mary Ann|Thompson", dt.date(1999, 9, 9)),
]
ROSTER = Roster(PEOPLE)


def first(heard: str, born: dt.date | None = None, phone: str = "") -> str:
    return ROSTER.search(Heard(heard, born, phone))[0].record.id


@pytest.mark.parametrize(
    ("heard", "number"),
    [
        ("Kathrin Oh Brien", "1"),
        ("O'Brien, Cate", "1"),
        ("hosay garsia", "2"),
        ("Pepe Lopez", "2"),
        ("jose garcialopez", "2"),
        ("see oh mara dela cruz", "3"),
        ("Cruz Xiomara", "3"),
        ("Shivawn Kelley", "4"),
        ("my name is Lynn Win", "5"),
        ("Trey Hall", "6"),
        ("Bill Okafor", "6"),
        ("Bill Hall junior", "7"),
        ("William Hall the second", "7"),
        ("maryann tomson", "8"),
        ("Mary Ann Thompson T H O M P S O N", "8"),
        ("Mary Ann T as in Tom H O double M P S O N", "8"),
    ],
)
def test_a_name_as_it_may_be_heard_finds_the_patient_meant(heard, number) -> None:
    assert first(heard) == number


def test_one_word_finds_by_either_name() -> None:
    assert first("Xiomara") == "3"
    assert first("obrien") == "1"


def test_a_phone_or_a_birth_date_finds_who_is_hardly_heard() -> None:
    assert first("Kate Smith", phone="+1 555-010-2030 ext. 4") == "1"
    assert first("Joe Lapis", OTHER_DAY) == "2"
    assert first("Joe Lapis", dt.date(1991, 2, 7)) == "2"


def test_nothing_heard_finds_nobody() -> None:
    assert ROSTER.search(Heard("")) == []
    assert Roster().search(Heard("Anna Lee", DAY, "5550102030")) == []


def test_a_date_or_a_number_that_stands_for_none_does_not_drown_the_patient_meant() -> None:
    crowd = [person(100 + number, f"Ivan|Petrov{number}", phone="0000000000") for number in range(60)]
    roster = Roster([*crowd, person(1, "Zoe|Fitzgerald", phone="0000000000")])
    assert roster.search(Heard("Zoe Fitzgerald", DAY, "0000000000"))[0].record.id == "1"


def test_a_changed_row_is_found_as_it_is_now_and_a_removed_one_no_more() -> None:
    roster = Roster(PEOPLE)
    roster.upsert(
        replace(PEOPLE[0], first="Astrid", last="Lindqvist", born=OTHER_DAY, phones=("5550009999",))
    )
    assert len(roster) == len(PEOPLE)
    assert roster.search(Heard("astrid lindquist"))[0].record.id == "1"
    assert all(match.record.id != "1" for match in roster.search(Heard("katherine obrien")))
    assert [one.id for one in roster.born_on(OTHER_DAY)] == ["2", "1"]
    assert roster.born_on(DAY) == []
    roster.remove("1")
    roster.remove("nobody")
    assert len(roster) == len(PEOPLE) - 1
    assert [one.id for one in roster.born_on(OTHER_DAY)] == ["2"]
    assert roster.search(Heard("Astrid Lindqvist", None, "5550009999"))[:1] == []


names = st.sampled_from(["Ana", "Anna", "José Luis", "Lee", "García López", "de la Cruz", "", "Kim-Lee"])
people = st.builds(
    Person,
    id=st.sampled_from("abcdef"),
    first=names,
    last=names,
    preferred=names,
    middle=names,
    former=names,
    born=st.sampled_from([None, DAY, OTHER_DAY]),
    phones=st.lists(st.sampled_from(["", "555-010-2030", "5550104455"]), max_size=2).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(people, st.sampled_from("abcdef")), max_size=14), names, names)
def test_however_rows_came_and_went_only_those_left_count(steps, given_name, last) -> None:
    roster, left = Roster(), {}
    for step in steps:
        if isinstance(step, str):
            roster.remove(step)
            left.pop(step, None)
        else:
            roster.upsert(step)
            left.pop(step.id, None)
            left[step.id] = step
    for heard in (Heard(f"{given_name} {last}", DAY, "5550102030"), Heard(f"{given_name} {last}")):
        assert roster.search(heard, 10) == Roster(left.values()).search(heard, 10)
        assert roster.verify(heard) == Roster(left.values()).verify(heard)


def verified(people: list[Person], heard: str, born: dt.date | None = DAY, phone: str = "") -> str:
    found = Roster(people).verify(Heard(heard, born, phone))
    return found.id if found else ""


def test_name_and_exact_birth_date_verify_and_nothing_less_does() -> None:
    assert verified(PEOPLE, "Cate O Brian") == "1"
    assert verified(PEOPLE, "Cate O Brian", OTHER_DAY) == ""
    assert verified(PEOPLE, "Cate O Brian", None, "5550102030") == ""
    assert verified(PEOPLE, "Katherine") == ""
    assert verified(PEOPLE, "Katherine Lindqvist") == ""


def test_of_twins_only_the_first_name_letter_for_letter_verifies_and_the_phone_says_nothing() -> None:
    twins = [person(1, "Jon|Ruiz", phone="5550102030"), person(2, "Joan|Ruiz", phone="5550104455")]
    assert verified(twins, "jon ruiz") == "1"
    assert verified(twins, "Ruiz, Joan") == "2"
    assert verified(twins, "John Ruiz", phone="5550102030") == ""
    assert verified([*twins, person(3, "Jon|Ruiz")], "Jon Ruiz") == ""


def test_a_twin_of_quite_another_name_still_asks_for_every_letter() -> None:
    twins = [person(1, "Katherine|Ruiz Vega"), person(2, "Bartholomew|Ruiz")]
    assert verified(twins, "Kathrin Ruiz") == ""
    assert verified(twins, "Katherine Ruiz") == "1"


def test_the_phone_on_file_tells_apart_two_who_are_no_family() -> None:
    two = [person(1, "Jon|Smith", phone="5550102030"), person(2, "John|Smyth", phone="5550104455")]
    assert verified(two, "John Smithe") == ""
    assert verified(two, "John Smithe", phone="(555) 010-4455") == "2"
    assert verified(two, "John Smithe", phone="5550000000") == ""


def test_who_says_the_name_of_another_of_the_surname_is_not_verified() -> None:
    family = [person(1, "Maria|Santana"), person(2, "Mariah|Santana", OTHER_DAY)]
    assert verified(family, "Mariah Santana") == ""
    assert verified(family, "Mariah Santana", OTHER_DAY) == "2"
    assert verified(family[:1], "Mariah Santana") == "1"


def test_who_says_exactly_anothers_name_is_not_verified_as_one_alike() -> None:
    two = [person(1, "Tracy|White"), person(2, "Traci|Wight", OTHER_DAY)]
    assert verified(two, "Traci Wight") == ""
    assert verified(two, "Tracy White") == "1"


@pytest.mark.parametrize(
    ("heard", "right", "other"),
    [("Debbie", "Debra", "Deborah"), ("Kit", "Kathleen", "Kate"), ("Murry", "Mary", "Marie")],
)
def test_who_may_be_another_of_the_surname_is_asked_for_every_letter_or_the_phone(
    heard, right, other
) -> None:
    two = [
        person(1, f"{right}|Hall", phone="5550102030"),
        person(2, f"{other}|Hall", OTHER_DAY, "5550104455"),
    ]
    assert verified(two[:1], f"{heard} Hall") == "1"
    assert verified(two, f"{heard} Hall") == ""
    assert verified(two, f"{right} Hall") == "1"
    assert verified(two, f"{heard} Hall", phone="555-010-2030") == "1"
    assert verified(two, f"{heard} Hall", phone="5550104455") == ""
    household = [two[0], replace(two[1], phones=two[0].phones)]
    assert verified(household, f"{heard} Hall", phone="5550102030") == ""


def test_a_phone_that_half_the_office_has_speaks_for_nobody() -> None:
    crowd = [person(100 + number, f"Ivan|Petrov{number}", phone="5550102030") for number in range(60)]
    two = [person(1, "Debra|Hall", phone="5550102030"), person(2, "Deborah|Hall", OTHER_DAY)]
    assert verified([*two, *crowd], "Debbie Hall", phone="5550102030") == ""


def test_a_longer_first_name_on_file_makes_nobody_doubtful_who_says_the_shorter() -> None:
    two = [person(1, "Luis|Peña"), person(2, "Luis Carlos|Peña", OTHER_DAY)]
    assert verified(two, "Luiz Penya") == "1"


def test_of_many_who_bear_one_name_the_birth_date_or_the_lower_id_comes_first() -> None:
    many = [person(100 + number, "Maria|Garcia", DAY + dt.timedelta(days=number)) for number in range(60)]
    roster = Roster([*reversed(many), person(1, "Mario|Garza")])
    assert [match.record.id for match in roster.search(Heard("maria garcia"))] == ["100", "101", "102"]
    assert roster.search(Heard("maria garcia", DAY + dt.timedelta(days=41)))[0].record.id == "141"


@pytest.mark.parametrize(
    ("heard", "first"),
    [
        ("Maria", "Mario"),
        ("Francisco", "Francisca"),
        ("Rose", "Ann"),
        ("Young-ho", "Eun-ji"),
        ("Rosa", "Juan"),
    ],
)
def test_a_first_name_that_is_plainly_anothers_does_not_pass(heard, first) -> None:
    assert verified([person(1, f"{first}|Santana")], f"{heard} Santana") == ""


def test_without_records_of_that_day_nobody_is_verified() -> None:
    assert judge(Heard("Anna Lee", DAY), []) is None


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        ((1980, 3, 15), 1, 1),
        ((1980, 3, 5), 0.6, 0.9),
        ((1980, 3, 25), 0.6, 0.9),
        ((1950, 3, 15), 0.2, 0.8),
        ((2080, 3, 15), 0.6, 0.9),
        ((1980, 3, 22), 0.1, 0.6),
        ((1961, 3, 15), 0.1, 0.4),
        ((1961, 4, 15), 0, 0),
    ],
)
def test_a_misheard_part_of_a_birth_date_fits_in_part(said, least, most) -> None:
    assert least <= date_fit(dt.date(*said), DAY) <= most


def test_day_and_month_may_be_swapped_and_fifteen_heard_for_fifty() -> None:
    assert 0.6 < date_fit(dt.date(1980, 3, 5), dt.date(1980, 5, 3)) < 1
    assert date_fit(dt.date(1915, 3, 5), dt.date(1950, 3, 5)) == date_fit(
        dt.date(1980, 3, 13), dt.date(1980, 3, 30)
    )
    assert date_fit(DAY, None) == 0


@given(
    st.dates(dt.date(1900, 1, 1), dt.date(2026, 12, 31)), st.dates(dt.date(1900, 1, 1), dt.date(2026, 12, 31))
)
def test_the_similar_dates_are_those_that_may_be_misheard_for_it(said, kept) -> None:
    assert (kept in set(similar_dates(said))) == (ONE_PART <= date_fit(said, kept) < 1)
    assert all(ONE_PART <= date_fit(said, day) < 1 for day in similar_dates(said))


@pytest.mark.parametrize(
    "text",
    [
        "5550102030",
        "(555) 010-2030",
        "+1 555 010 2030",
        "1-555-010-2030",
        "555.010.2030 x12",
        "tel 5550102030",
    ],
)
def test_one_number_has_one_key_however_it_is_spelled(text) -> None:
    assert phone_key(text) == "5550102030"
    assert phone_key("none") == ""


def test_words_said_around_a_name_are_no_part_of_it() -> None:
    for text in ("my name is Anna Lee", "Anna, last name Lee", "this is Anna Lee", "Anna Lee L E E"):
        assert any(way.first == ("anna",) and way.last and way.last.whole == "lee" for way in splits(text)), (
            text
        )


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", max_size=9), st.text(max_size=9))
def test_how_alike_two_words_sound_lies_between_nothing_and_one(heard, name) -> None:
    assert 0 <= alike(heard, name) <= 1
    assert alike(heard, heard) in {0, 1}


def test_after_a_rehearsal_a_search_looks_at_no_words_but_those_that_were_heard() -> None:
    def looked_at(roster: Roster) -> int:
        before = readings.cache_info().misses
        roster.search(Heard("Kathrin Thomsen", DAY))
        return readings.cache_info().misses - before

    readings.cache_clear()
    alike.cache_clear()
    word_score.cache_clear()
    given_score.cache_clear()
    assert looked_at(Roster(PEOPLE)) > 3  # the two words, what they make together, and names on file
    for cached in (readings, alike, word_score, given_score):
        cached.cache_clear()
    roster = Roster(PEOPLE)
    for _ in roster.rehearse():
        pass
    assert looked_at(roster) <= 3


def test_a_name_that_was_asked_for_before_it_was_on_file_is_found_once_it_is() -> None:
    roster, asked = Roster(PEOPLE), Heard("Zebulon Quisthammer")
    assert "900" not in {match.record.id for match in roster.search(asked)}
    roster.upsert(person(900, "Zebulon|Quisthammer"))
    assert roster.search(asked)[0].record.id == "900"


def test_a_name_asked_for_again_is_answered_the_same_and_many_others_make_no_difference() -> None:
    roster, asked = Roster(PEOPLE), Heard("Kathrin Oh Brien")
    first = roster.search(asked)
    assert roster.search(asked) == first
    for number in range(300):  # each of two words, and those together
        roster.search(Heard(f"Somebody{number} Else{number}"))
    assert roster.search(asked) == first
    assert len(roster._bearers._words._lately) <= 512


def test_names_may_come_and_go_during_a_rehearsal_and_answers_stay_the_same() -> None:
    roster = Roster(PEOPLE)
    for step, _ in enumerate(roster.rehearse()):
        roster.upsert(person(100 + step, f"Newcomer{step}|Arrived{step}"))
        roster.remove("8")
    assert roster.search(Heard("Kathrin Oh Brien"))[0].record.id == "1"
    assert not any(match.record.id == "8" for match in roster.search(Heard("Mary Ann Thompson")))
