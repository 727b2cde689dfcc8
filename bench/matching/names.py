"""Names of many languages, and how each may be heard: the raw material of the committed test set.

`names.tsv` is frozen. It was made once, from no table or rule of ours: the name was pronounced by espeak-ng,
in its own language and in American English; the sounds were compared with the CMU Pronouncing Dictionary,
in which sounds that a telephone confuses are near, for real words within earshot, and were written again by a
random English spelling of each sound, one of them changed for a near one in every second. The names of the
group "us" are the commonest of the US census of 1990, in its order; the others were written by hand from
general knowledge, the commoner first.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).with_name("names.tsv")


@dataclass(frozen=True, slots=True)
class Known:
    """A name, and how it may be heard.

    Attributes:
        group: where it comes from, as a language code; "us" for the census.
        words: real words within earshot.
        spelt: as somebody would write it down by ear.
        apart: as several words; "" for names too short for it.
    """

    name: str
    group: str
    words: tuple[str, ...]
    spelt: tuple[str, ...]
    apart: str


@cache
def names(kind: str) -> dict[str, Known]:
    """Every name of a kind, "given" or "surname", by itself; of each group the commonest first."""
    lines = FILE.read_text(encoding="utf-8").splitlines()[1:]
    rows = (line.split("\t") for line in lines)
    return {
        name: Known(name, group, tuple(words.split()), tuple(spelt.split()), apart.replace("+", " "))
        for of, group, name, words, spelt, apart in rows
        if of == kind
    }


CALLED: Final = {
    "Robert": "Bob Rob Bobby",
    "William": "Bill Will Billy",
    "Richard": "Rick Dick Rich",
    "James": "Jim Jimmy Jamie",
    "Michael": "Mike Mikey",
    "Joseph": "Joe Joey",
    "Thomas": "Tom Tommy",
    "Charles": "Charlie Chuck",
    "Daniel": "Dan Danny",
    "Anthony": "Tony",
    "Steven": "Steve",
    "Edward": "Ed Ted Eddie",
    "Ronald": "Ron Ronnie",
    "Kenneth": "Ken Kenny",
    "Lawrence": "Larry",
    "Timothy": "Tim",
    "Gregory": "Greg",
    "Joshua": "Josh",
    "Andrew": "Andy Drew",
    "Benjamin": "Ben",
    "Samuel": "Sam",
    "Alexander": "Alex Sasha Xander",
    "Nicholas": "Nick",
    "Matthew": "Matt",
    "Christopher": "Chris Topher",
    "Jonathan": "Jon",
    "Frederick": "Fred",
    "Leonard": "Lenny Leo",
    "Theodore": "Ted Teddy",
    "Henry": "Hank Harry",
    "John": "Jack Johnny",
    "Patricia": "Pat Patty Trish",
    "Elizabeth": "Liz Beth Betty Libby",
    "Margaret": "Peggy Maggie Meg",
    "Katherine": "Kathy Kate Kit",
    "Catherine": "Cathy Cate",
    "Barbara": "Barb Babs",
    "Jennifer": "Jen Jenny",
    "Susan": "Sue Suzie",
    "Deborah": "Deb Debbie",
    "Rebecca": "Becky",
    "Dorothy": "Dot Dottie",
    "Virginia": "Ginny",
    "Victoria": "Vicky Tori",
    "Jacqueline": "Jackie",
    "Christina": "Tina Chrissy",
    "Theresa": "Terry Tess",
    "Sandra": "Sandy",
    "Pamela": "Pam",
    "Kimberly": "Kim",
    "Cynthia": "Cindy",
    "Judith": "Judy",
    "Eleanor": "Ellie Nell",
    "Abigail": "Abby",
    "Amanda": "Mandy",
    "Florence": "Flo Flossie",
    "Mary": "Molly Polly",
    "Sarah": "Sally",
    "Ann": "Nancy Annie",
    "Martha": "Patsy Marty",
    "José": "Pepe Chepe",
    "Francisco": "Paco Pancho Kiko",
    "Jesús": "Chuy Chucho",
    "Guadalupe": "Lupe Lupita",
    "Ignacio": "Nacho",
    "Guillermo": "Memo",
    "Enrique": "Kike Quique",
    "Eduardo": "Lalo",
    "Roberto": "Beto",
    "Alejandro": "Alex Jandro",
    "Rosario": "Charo Chayo",
    "Concepción": "Concha Conchita",
    "Graciela": "Chela",
    "Dolores": "Lola",
    "Isabel": "Chabela Isa",
    "Salvador": "Chava",
    "Rafael": "Rafa",
    "Vicente": "Chente",
    "Gregorio": "Goyo",
    "Sergio": "Checo",
    "Luis": "Lucho",
    "Mercedes": "Meche",
    "Teresa": "Tere",
    "Hortensia": "Tencha",
    "Ekaterina": "Katya Katia",
    "Mikhail": "Misha",
    "Dmitri": "Dima",
    "Anastasia": "Nastya",
    "Vladimir": "Vova Volodya",
    "Tatiana": "Tanya",
    "Natalya": "Natasha",
    "Sergei": "Seryozha",
    "Małgorzata": "Gosia",
    "Katarzyna": "Kasia",
    "Krzysztof": "Krzysiek Kris",
    "Giuseppe": "Beppe Pino",
    "Giovanni": "Gianni",
    "Yitzchak": "Isaac Itzik",
    "Konstantinos": "Kostas Gus",
    "Dimitrios": "Jimmy Mitsos",
    "Chukwuemeka": "Emeka",
    "Oluwaseun": "Seun",
    "Mohammed": "Mo Moe",
}
"""First names and what their bearers are called, written for this set alone."""
