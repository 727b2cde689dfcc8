"""Names as a speech recogniser hears them find the person meant, and few others."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.desk.people import aliases, homophones
from server.desk.people.judging import Heard, Person
from server.desk.people.matching import (
    FIRST_FLOOR,
    LAST_FLOOR,
    NameScore,
    PersonName,
    fold,
    passes,
    score_name,
)
from server.desk.people.roster import Roster

ROSTER_TEXT = """
James Wilson; Mary Johnson; Robert Smith; Patricia Brown; Michael Davis; Jennifer Miller; William Moore;
Elizabeth Taylor; Richard Anderson; Margaret Thomas; Joseph Jackson; Katherine White; Charles Harris;
Deborah Martin; Christopher Thompson; Susan Clark; Daniel Lewis; Dorothy Robinson; Matthew Walker;
Theodore Hall; Andrew Allen; Rebecca Young; Edward King; Stephanie Wright; Timothy Scott; Cynthia Green;
Geoffrey Baker; Kathleen Adams; Gregory Nelson; Victoria Hill; Nicholas Campbell; Samantha Mitchell;
Benjamin Roberts; Abigail Carter; Zachary Phillips; Jacqueline Evans; Lawrence Turner; Judith Parker;
Sean Collins; Leigh Edwards; Alexander Stewart; Barbara Morris; Phillip Rogers; Eleanor Cook;
José García López; María Hernández; Francisco Martínez Ruiz; Guadalupe Rodríguez; Jesús González Pérez;
Ana Sánchez; Juan Ramírez; Concepción Torres Vega; Joaquín Flores; Graciela Rivera Ortiz; Ignacio Gómez;
Xochitl Díaz; Guillermo Reyes Mora; Lourdes Cruz; Enrique Morales; Rosario Gutiérrez; Javier de la Cruz;
Beatriz Castillo Núñez; Rafael Jiménez; Dolores Moreno; Alejandro Romero; Teresa Álvarez; Salvador Mendoza;
Yolanda Vargas; Miguel Ángel Castro; María José Delgado; Jorge Ibáñez; Pilar Peña; Hugo Quiñones Ochoa;
João da Silva; Fernanda Oliveira Santos; Thiago Pereira; Beatriz dos Santos; Rui Gonçalves; Inês Carvalho;
Giuseppe Esposito; Francesca Bianchi; Giovanni De Luca; Alessandra Ricci; Salvatore Russo; Chiara Conti;
Jacques Dubois; Geneviève Lefebvre; Jean-Pierre Moreau; Hélène Beauchamp; Guillaume Leroux; Yvonne Girard;
Anna Lindqvist; Björn Åkesson; Søren Kjærgaard; Astrid Øverland; Lars Sørensen; Ingrid Halvorsen;
Jürgen Müller; Katharina Schmidt; Heinrich Pfeiffer; Ursula Schröder; Wolfgang Weiß; Gisela Krüger;
Dieter von Hohenberg; Pieter van der Berg; Willem de Vries; Marijke Jansen; Johannes van Dijk;
Saskia Bakker; Krzysztof Szczepański; Małgorzata Wójcik; Wojciech Kowalczyk; Katarzyna Nowak;
Piotr Wiśniewski; Agnieszka Zając; Dmitri Volkov; Ekaterina Ivanova; Mikhail Sokolov; Svetlana Petrova;
Yevgeny Kuznetsov; Anastasia Popova; Vladimir Shevchenko; Oksana Kovalenko; Oleksandr Bondarenko;
Mirjana Jovanović; Zoran Petrović; Tomáš Dvořák; Siobhán O'Brien; Niamh O'Sullivan; Aoife Murphy;
Caoimhe Gallagher; Eoghan McCarthy; Saoirse Kelly; Declan O'Neill; Rhys Llewellyn; Owain Gwynne;
Fiona MacDonald; Hamish McGregor; Catriona Campbell-Reid; Nguyễn Thị Hoa; Minh Nguyen; Linh Tran; Quan Pham;
Thuy Hoang; Duc Phan; Bao Vu; Kim Le; Wei Zhang; Xiaoming Wang; Li Na Chen; Jun Huang; Mei Ling Wong;
Hao Xu; Yan Zhou; Zhi Liu; Kai Ng; Peng Zhao; Ji-woo Kim; Min-jun Park; Seo-yeon Lee; Hyun Choi;
Haruto Tanaka; Yuki Watanabe; Kenji Yamamoto; Sakura Ito; Priya Sharma; Rajesh Patel; Venkatesh Iyer;
Lakshmi Subramaniam; Arjun Krishnamurthy; Deepa Chatterjee; Sanjay Gupta; Anjali Deshpande; Harpreet Singh;
Gurpreet Kaur; Mohammed Al-Farsi; Fatima Hassan; Abdullah Khan; Ahmed Abdelrahman; Layla Haddad;
Omar El-Sayed; Yusuf Demir; Ayşe Yılmaz; Reza Hosseini; Shirin Rahimi; Chukwuemeka Okafor; Ngozi Adeyemi;
Oluwaseun Balogun; Amara Nwosu; Kwame Mensah; Abena Owusu; Tendai Moyo; Haile Tesfaye; Makena Wanjiru;
Thabo Dlamini; Sione Taufa; Leilani Kealoha; Keanu Kahale; Aroha Ngata; Shira Cohen; Moshe Goldstein;
Yael Ben-David; Avi Rosenthal; Eleni Papadopoulos; Konstantinos Georgiou; Arpine Petrosyan; Nino Beridze;
Ilona Szabó; László Kovács; Ştefan Ionescu; Mihaela Popescu; Kaisa Virtanen; Maria Santos-Reyes;
Jose Rizal Bautista; Precious Ndlovu; Jasmine Washington; Tyrone Jefferson; DeShawn Carter
"""

HEARD_TEXT = """
Jim Wilson > James Wilson; Mary Johnston > Mary Johnson; Bob Smith > Robert Smith; Rob Smyth > Robert Smith;
Patty Browne > Patricia Brown; Mike Davies > Michael Davis; Jenny Miller > Jennifer Miller;
Bill Moore > William Moore; Betty Tailor > Elizabeth Taylor; Liz Taylor > Elizabeth Taylor;
Rick Andersen > Richard Anderson; Peggy Thomas > Margaret Thomas; Joe Jackson > Joseph Jackson;
Kathy Whyte > Katherine White; Chuck Harris > Charles Harris; Debbie Martin > Deborah Martin;
Chris Tomson > Christopher Thompson; Sue Clarke > Susan Clark; Ted Hall > Theodore Hall;
Stephany Right > Stephanie Wright; Jeffrey Baker > Geoffrey Baker; Cathleen Adams > Kathleen Adams;
Shawn Collins > Sean Collins; Lee Edwards > Leigh Edwards; Phil Rodgers > Phillip Rogers;
Wilson, James > James Wilson; Collins Sean > Sean Collins; Mr. Andrew Allan > Andrew Allen;
Jose Garcia > José García López; Pepe Garcia Lopez > José García López; Hosay Garsia > José García López;
Jose Lopez > José García López; Paco Martinez > Francisco Martínez Ruiz;
Lupe Rodriguez > Guadalupe Rodríguez; Chuy Gonzalez > Jesús González Pérez;
Hesus Gonzales > Jesús González Pérez; Conchita Torres > Concepción Torres Vega;
Wakeen Flores > Joaquín Flores; Chela Rivera > Graciela Rivera Ortiz; Nacho Gomez > Ignacio Gómez;
Sochil Diaz > Xochitl Díaz; Memo Reyes > Guillermo Reyes Mora; Kike Morales > Enrique Morales;
Charo Gutierrez > Rosario Gutiérrez; Havier Delacruz > Javier de la Cruz; Javier Cruz > Javier de la Cruz;
Miguelangel Castro > Miguel Ángel Castro; Maria Delgado > María José Delgado;
Hugo Kinyones > Hugo Quiñones Ochoa; Joao Da Silva > João da Silva; John Silva > João da Silva;
Fernanda Santos > Fernanda Oliveira Santos; Beppe Esposito > Giuseppe Esposito;
John De Luca > Giovanni De Luca; Jack Duboys > Jacques Dubois; Jean Pierre Moreau > Jean-Pierre Moreau;
Helen Beecham > Hélène Beauchamp; Anna Lindquist > Anna Lindqvist; Lindqvist, Anna > Anna Lindqvist;
Bjorn Ackeson > Björn Åkesson; Soren Kiergaard > Søren Kjærgaard; Lars Sorenson > Lars Sørensen;
Jurgen Mueller > Jürgen Müller; Katarina Schmitt > Katharina Schmidt; Henry Fifer > Heinrich Pfeiffer;
Wolfgang Weiss > Wolfgang Weiß; Peter Vandenberg > Pieter van der Berg; Willem Devries > Willem de Vries;
Kristof Stepanski > Krzysztof Szczepański; Gosia Wojcik > Małgorzata Wójcik;
Voytek Kowalchik > Wojciech Kowalczyk; Kasia Novak > Katarzyna Nowak; Dimitri Volkoff > Dmitri Volkov;
Katya Ivanova > Ekaterina Ivanova; Misha Sokolov > Mikhail Sokolov; Sasha Bondarenko > Oleksandr Bondarenko;
Shivon Obrien > Siobhán O'Brien; Neve O Sullivan > Niamh O'Sullivan; Eefa Murphy > Aoife Murphy;
Keeva Gallager > Caoimhe Gallagher; Owen Macarthy > Eoghan McCarthy; Seersha Kelly > Saoirse Kelly;
Declan Oneil > Declan O'Neill; Reese Lewellyn > Rhys Llewellyn; Catriona Campbell > Catriona Campbell-Reid;
Min Win > Minh Nguyen; Lin Tran > Linh Tran; Kwan Fam > Quan Pham; Way Zhang > Wei Zhang;
Shaoming Wong > Xiaoming Wang; Lina Chen > Li Na Chen; June Huang > Jun Huang; Jiwoo Kim > Ji-woo Kim;
Kenjee Yamamotto > Kenji Yamamoto; Pria Sharma > Priya Sharma; Rajeesh Patel > Rajesh Patel;
Venkat Ayer > Venkatesh Iyer; Laxmi Subramanian > Lakshmi Subramaniam; Mo Alfarsi > Mohammed Al-Farsi;
Muhammad Al Farsi > Mohammed Al-Farsi; Fatma Hasan > Fatima Hassan; Omar Elsayed > Omar El-Sayed;
Aisha Yilmaz > Ayşe Yılmaz; Emeka Okafor > Chukwuemeka Okafor; Yael Bendavid > Yael Ben-David;
Moisha Goldstien > Moshe Goldstein; Eleni Papadopolis > Eleni Papadopoulos; Stefan Ionesco > Ştefan Ionescu;
Laslo Kovach > László Kovács; De Shawn Carter > DeShawn Carter
"""

FLOOR_TRUE, CEILING_STRANGERS = 0.95, 0.003


def roster() -> list[PersonName]:
    people: list[PersonName] = []
    for number, text in enumerate(name.strip() for name in ROSTER_TEXT.split(";")):
        words = text.split()
        given = (
            2 if words[:2] in (["Miguel", "Ángel"], ["María", "José"], ["Li", "Na"], ["Mei", "Ling"]) else 1
        )
        people.append(PersonName(str(number), " ".join(words[:given]), " ".join(words[given:])))
    return people


PEOPLE = roster()
ROSTER = Roster(Person(one.id, one.first, one.last) for one in PEOPLE)
BY_NAME = {f"{person.first} {person.last}": person for person in PEOPLE}
HAND_MADE = [
    (heard.strip(), BY_NAME[true.strip()])
    for heard, _, true in (pair.partition(">") for pair in HEARD_TEXT.split(";"))
]

MISHEARD = [
    ("ph", "f"),
    ("f", "ph"),
    ("ck", "k"),
    ("c", "k"),
    ("k", "c"),
    ("s", "z"),
    ("z", "s"),
    ("v", "b"),
    ("w", "v"),
    ("d", "t"),
    ("t", "d"),
    ("g", "k"),
    ("j", "g"),
    ("m", "n"),
    ("n", "m"),
    ("i", "ee"),
    ("y", "i"),
    ("e", "a"),
    ("a", "e"),
    ("o", "u"),
    ("u", "oo"),
    ("ll", "l"),
    ("l", "ll"),
    ("tt", "t"),
    ("h", ""),
]


def corrupted(word: str, chance: random.Random) -> str:
    if chance.random() < 0.2 and len(word) > 3:
        place = chance.randrange(1, len(word) - 1)
        return word[:place] + word[place + 1 :]
    fitting = [(sound, other) for sound, other in MISHEARD if sound in word[1:]]
    if not fitting:
        return word + word[-1]
    sound, other = chance.choice(fitting)
    return word[0] + word[1:].replace(sound, other, 1)


def generated(count: int = 150) -> list[tuple[str, PersonName]]:
    chance = random.Random("heard on the phone")
    cases: list[tuple[str, PersonName]] = []
    for person in chance.sample(PEOPLE, count):
        first, last = list(fold(person.first)), list(fold(person.last))
        if len(last) > 1 and chance.random() < 0.3:
            last = [chance.choice([word for word in last if len(word) > 2])]
        if chance.random() < 0.3:
            first = ["".join(first)]
        for words in (first, last):
            if chance.random() < 0.6:
                place = chance.randrange(len(words))
                words[place] = corrupted(words[place], chance)
        text = " ".join(first + last) if chance.random() < 0.9 else f"{' '.join(last)}, {' '.join(first)}"
        cases.append((text, person))
    return cases


GENERATED = generated()


def fits(heard: str, person: PersonName) -> bool:
    return passes(score_name(heard, person.first, person.last, person.preferred, person.middle))


def share_passed(cases: list[tuple[str, PersonName]]) -> float:
    return sum(fits(heard, person) for heard, person in cases) / len(cases)


def strangers_passed(cases: list[tuple[str, PersonName]]) -> float:
    pairs = [(heard, other) for heard, person in cases for other in PEOPLE if other.id != person.id]
    return sum(fits(heard, other) for heard, other in pairs) / len(pairs)


def test_the_test_set_is_as_large_as_it_says() -> None:
    assert len(PEOPLE) >= 200
    assert len(HAND_MADE) >= 100
    assert len(GENERATED) == 150


@pytest.mark.parametrize("cases", [HAND_MADE, GENERATED], ids=["hand-made", "generated"])
def test_true_callers_pass_and_strangers_who_know_a_birth_date_do_not(cases) -> None:
    assert share_passed(cases) >= FLOOR_TRUE
    assert strangers_passed(cases) <= CEILING_STRANGERS


@pytest.mark.parametrize("cases", [HAND_MADE, GENERATED], ids=["hand-made", "generated"])
def test_the_person_meant_is_among_the_best_three(cases) -> None:
    ranked = [[match.record.id for match in ROSTER.search(Heard(heard))] for heard, _ in cases]
    found = [person.id in ids for ids, (_, person) in zip(ranked, cases, strict=True)]
    first = [ids[:1] == [person.id] for ids, (_, person) in zip(ranked, cases, strict=True)]
    assert sum(found) / len(found) >= 0.98
    assert sum(first) / len(first) >= 0.95


@pytest.mark.parametrize("person", PEOPLE, ids=[f"{person.first} {person.last}" for person in PEOPLE])
def test_a_name_as_written_fits_fully_in_either_order(person: PersonName) -> None:
    assert score_name(f"{person.first} {person.last}", person.first, person.last) == (1, 1, 1)
    assert score_name(f"{person.last}, {person.first}", person.first, person.last) == (1, 1, 1)


@pytest.mark.parametrize(
    ("heard", "first", "last"),
    [
        ("jose garcia", "José", "García"),
        ("siobhan obrien", "Siobhán", "O’Brien"),
        ("SOREN MULLER", "Søren", "Müller"),
        ("lukasz weiss", "Łukasz", "Weiß"),
        ("dr anna lee", "Anna", "Lee"),
        ("mary ann lee", "MaryAnn", "Lee"),
        ("anna smith jones", "Anna", "Smith-Jones"),
        ("william hall junior", "William", "Hall Jr."),
    ],
)
def test_accents_apostrophes_hyphens_case_and_titles_make_no_difference(heard, first, last) -> None:
    assert score_name(heard, first, last).total == 1


def test_a_preferred_or_a_middle_name_serves_as_the_first() -> None:
    assert score_name("Trey Hall", "William", "Hall", preferred="Trey").first == 1
    assert score_name("Anna Maria Hall", "Anna", "Hall", middle="Maria").first == 1
    assert passes(score_name("Maria Hall", "Anna", "Hall", middle="Maria"))
    assert not passes(score_name("Trey Hall", "William", "Hall"))


@pytest.mark.parametrize(
    ("heard", "first"),
    [("Peggy", "Margaret"), ("Maggie", "Peggy"), ("Paco", "Francisco"), ("Owen", "Eoghan")],
)
def test_forms_of_one_first_name_pass_where_their_letters_would_not(heard: str, first: str) -> None:
    assert passes(score_name(f"{heard} Lindqvist", first, "Lindqvist"))


@pytest.mark.parametrize(
    ("heard", "last"),
    [
        ("Garcia", "García López"),
        ("Lopez", "García López"),
        ("Garcia Lopez", "García"),
        ("Cruz", "de la Cruz"),
    ],
)
def test_a_part_of_a_compound_surname_nearly_fits(heard: str, last: str) -> None:
    assert 0.9 < score_name(f"Ana {heard}", "Ana", last).last < 1


def test_a_particle_alone_is_no_surname_in_common() -> None:
    assert not passes(score_name("Pieter van Houten", "Pieter", "van der Berg"))


@pytest.mark.parametrize("other", ["Anna Bergstrom", "Ingrid Lindqvist", "Marcus Okafor"])
def test_another_person_does_not_pass(other: str) -> None:
    assert not passes(score_name("Anna Lindqvist", *other.split()))


@pytest.mark.parametrize(
    "score", [NameScore(FIRST_FLOOR - 0.01, 1, 1), NameScore(1, LAST_FLOOR - 0.01, 1), NameScore(0, 0, 0)]
)
def test_both_names_have_to_reach_their_floors(score: NameScore) -> None:
    assert not passes(score)
    assert passes(NameScore(FIRST_FLOOR, LAST_FLOOR, 0))


def test_one_poor_name_costs_more_than_its_weight() -> None:
    score = score_name("Anna Okafor", "Anna", "Lindqvist")
    assert score.first == 1
    assert score.total < 0.42 * score.first + 0.58 * score.last


def test_a_single_word_is_taken_for_the_surname_or_the_first_name_and_never_passes() -> None:
    last, first = score_name("Lindqvist", "Anna", "Lindqvist"), score_name("Anna", "Anna", "Lindqvist")
    assert (last.first, last.last) == (0, 1)
    assert (first.first, first.last) == (1, 0)
    assert last.total > first.total > 0
    assert not passes(last)


@pytest.mark.parametrize(
    ("heard", "first", "last"),
    [("", "Anna", "Lee"), ("?!", "Anna", "Lee"), ("Anna Lee", "", ""), (",", "", "")],
)
def test_where_there_is_nothing_to_compare_nothing_fits(heard: str, first: str, last: str) -> None:
    assert score_name(heard, first, last) == (0, 0, 0)
    assert Roster([Person("1", first, last)]).search(Heard(heard)) == []


def test_a_name_in_another_script_fits_itself_by_its_letters() -> None:
    assert score_name("Анна Волкова", "Анна", "Волкова").total == 1
    assert passes(score_name("Анна Волкава", "Анна", "Волкова"))


def test_the_best_come_first_and_of_equal_ones_the_lower_id() -> None:
    twins = Roster([Person("1", "Ana", "Ruiz"), Person("3", "Anna", "Ruiz"), Person("2", "Anna", "Ruiz")])
    assert [match.record.id for match in twins.search(Heard("Anna Ruiz"), 5)] == ["2", "3", "1"]
    assert [match.record.id for match in twins.search(Heard("Anna Ruiz"), 1)] == ["2"]


@given(st.text(max_size=30), st.text(max_size=15), st.text(max_size=15), st.text(max_size=10))
def test_whatever_is_heard_scores_between_nothing_and_one(heard, first, last, preferred) -> None:
    score = score_name(heard, first, last, preferred)
    assert all(0 <= part <= 1 for part in score)


def test_the_alias_tables_are_written_folded() -> None:
    for table in (aliases.SHORT_FORMS, homophones.SOUNDS_LIKE):
        for name, forms in table.items():
            assert fold(name) == (name,)
            assert all(fold(form) == (form,) for form in forms.split())
            assert name not in forms.split()
