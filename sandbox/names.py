"""Names as a practice in a mixed town has them, and the people every sandbox office knows.

Each pool goes together: a first name is drawn from the pool its surname comes from.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Pool:
    """Names of one origin, with how often it is drawn."""

    weight: int
    women: tuple[str, ...]
    men: tuple[str, ...]
    surnames: tuple[str, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))


POOLS: tuple[Pool, ...] = (
    Pool(
        9,
        _words("Elizabeth, Katherine, Susan, Emily, Megan, Rebecca, Deborah, Patricia, Grace, Hannah, Laura"),
        _words("William, Robert, Michael, James, Thomas, Christopher, Daniel, Edward, Joseph, Samuel, Peter"),
        _words(
            "Miller, Carter, Thompson, Baker, Sullivan, O'Brien, McAllister, Whitfield, Stone, Reed, Burke"
        ),
    ),
    Pool(
        4,
        _words("María, Lucía, Guadalupe, Ximena, Sofía, Carmen, Rosa, Pilar"),
        _words("José, Jesús, Ángel, Miguel, Andrés, Raúl, Héctor, Luis"),
        _words("García López, Muñoz, Peña-Ortiz, de la Cruz, Hernández Ruiz, Núñez, Rodríguez, Vega-Soto"),
    ),
    Pool(
        2,
        _words("Thị Mai, Linh, Hương, Ngọc, Kim Anh"),
        _words("Minh, Đức, Quang, Văn Hùng, Tuấn"),
        _words("Nguyễn, Trần, Phạm, Lê, Đặng"),
    ),
    Pool(
        2,
        _words("Chiamaka, Ngozi, Folasade, Amara, Yetunde"),
        _words("Chukwuemeka, Oluwaseun, Tunde, Ifeanyi, Babajide"),
        _words("Okonkwo, Adeyemi, Eze, Balogun, Nwachukwu"),
    ),
    Pool(
        2,
        _words("Małgorzata, Agnieszka, Katarzyna, Zofia, Ewa"),
        _words("Krzysztof, Wojciech, Paweł, Łukasz, Jan"),
        _words("Kowalska, Wiśniewski, Szczepański, Wójcik, Zając"),
    ),
    Pool(
        3,
        _words("Priya, Ananya, Lakshmi, Deepika, Sunita"),
        _words("Rajesh, Arjun, Venkatesh, Vikram, Suresh"),
        _words("Patel, Krishnamurthy, Singh, Subramaniam, Sharma"),
    ),
    Pool(
        2,
        _words("Xiuying, Mei-Ling, Yan, Jing"),
        _words("Wei, Jian, Hao, Xiaoming"),
        _words("Zhang, Li, Ouyang, Chen, Xu"),
    ),
    Pool(
        1,
        _words("Fatima, Layla, Noor, Aisha"),
        _words("Mohammed, Ahmad, Yusuf, Khalid"),
        _words("al-Hassan, Haddad, Rahman, El Amrani"),
    ),
    Pool(
        1,
        _words("Chloé, Françoise, Siobhán, Anaïs, Zoë"),
        _words("François, Seán, Jürgen, Søren, Björn"),
        _words("Lefèvre, D'Angelo, Müller, Ní Dhomhnaill, Sørensen, van der Berg"),
    ),
)

NICKNAMES: dict[str, str] = {
    "William": "Bill",
    "Robert": "Bob",
    "Elizabeth": "Liz",
    "Katherine": "Kate",
    "Christopher": "Chris",
    "Michael": "Mike",
    "Deborah": "Debbie",
    "Edward": "Ted",
    "Guadalupe": "Lupe",
    "José": "Pepe",
    "Małgorzata": "Gosia",
    "Krzysztof": "Krzys",
    "Venkatesh": "Venky",
    "Oluwaseun": "Seun",
}

AREA_CODES: tuple[str, ...] = ("860", "203", "959", "475", "413", "401", "508", "914", "845", "631")
STREETS: tuple[str, ...] = _words(
    "Maple Street, Main Street, Elm Avenue, Cedar Lane, River Road, Hill Street"
)
TOWNS: tuple[tuple[str, str], ...] = (
    ("Newbrook", "06199"),
    ("Weston Mills", "06198"),
    ("Harrow", "06197"),
    ("Eastfield", "06196"),
)


@dataclass(frozen=True, slots=True)
class Known:
    """One of the people who are in every sandbox office's records, for demonstrations and tests."""

    first: str
    last: str
    born: date
    cell: str = ""
    home: str = ""
    work: str = ""
    preferred: str = ""
    gender: str = "female"
    head: bool = True
    booked: bool = True


# Anna is the easy caller: one record, one phone, nothing coming. The rest each carry one difficulty.
KNOWN: tuple[Known, ...] = (
    Known("Anna", "Lindqvist", date(1986, 4, 12), cell="860-555-0142", booked=False),
    Known("Maria", "Gonzalez-Reyes", date(1979, 9, 3), cell="(860) 555-0117"),
    Known(
        "William", "Thompson", date(1958, 1, 22), home="860.555.0121", preferred="Bill", gender="male"
    ),  # reachable at home only
    Known("Thomas", "Whitaker", date(1981, 6, 30), cell="8605550133", gender="male"),
    Known("Olivia", "Whitaker", date(1983, 2, 14), cell="860-555-0133", head=False),
    Known("Ava", "Whitaker", date(2014, 5, 9), cell="860-555-0133", head=False),
    Known("Mia", "Whitaker", date(2014, 5, 9), cell="860-555-0133", head=False),  # Ava's twin
    Known("Robert", "Hayes", date(1955, 11, 2), home="(860) 555-0156", gender="male"),
    Known("Robert", "Hayes Jr.", date(1984, 11, 2), home="(860) 555-0156", gender="male", head=False),
    Known("Hương", "Nguyễn", date(1991, 7, 19), work="+1 860 555 0164"),
    Known("Siobhán", "O'Connell", date(1972, 12, 8), cell="18605550171"),
)
# nobody else shares a birth date with them, so that a birth date finds them alone
KNOWN_BIRTHDATES: frozenset[date] = frozenset(known.born for known in KNOWN)
KNOWN_PHONES: frozenset[str] = frozenset(
    "".join(c for c in phone if c.isdigit())[-10:]
    for known in KNOWN
    for phone in (known.cell, known.home, known.work)
    if phone
)
