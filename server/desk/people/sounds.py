"""Turns a written name into the sounds that an English ear takes it for.

A name from elsewhere is first respelled the English way by the rules of its language. A name does not say
which language it is, so every respelling that changes something gives one more reading.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from rapidfuzz.distance import Indel, JaroWinkler, Levenshtein

if TYPE_CHECKING:
    from collections.abc import Mapping

RESPELLINGS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "Spanish": (
        ("^h", ""),
        ("gu(?=[ei])", "gh"),
        ("g(?=[ei])|j", "h"),
        ("^x|x(?=[aeio])", "s"),
        ("ll", "y"),
        ("qu", "k"),
        ("z|c(?=[ei])", "ss"),
        ("hu(?=[aei])|gu(?=a)", "w"),
        ("u(?=[aeio])", "w"),
        ("(?<=[aeiou])v|^v", "b"),
        ("es?$", "eh"),
    ),
    "Portuguese": (
        ("ao$|oao$", "ow"),
        ("lh", "ly"),
        ("nh", "ny"),
        ("^x|x|ch", "sh"),
        ("j|g(?=[ei])", "zh"),
        ("^r|rr", "h"),
        ("te$", "chi"),
        ("de$", "ji"),
        ("o$", "u"),
    ),
    "Slavic": (
        ("szcz|shch|sc(?=[ei])", "shch"),
        ("sz", "sh"),
        ("cz|c(?=[iz])", "ch"),
        ("rz", "zh"),
        ("ck", "tsk"),
        ("ch", "h"),
        ("c(?![hk])", "ts"),
        ("w", "v"),
        ("j", "y"),
    ),
    "pinyin": (
        ("^x", "sh"),
        ("^q", "ch"),
        ("^zh", "j"),
        ("^c(?!h)", "ts"),
        ("^z(?!h)", "ds"),
        ("iu", "yo"),
        ("ui", "way"),
        ("ian", "yen"),
        ("ong", "oong"),
        ("(?<=[jy])uan", "wen"),
    ),
    "Vietnamese": (
        ("^ngu?y?|^ng", "n"),
        ("^kh", "k"),
        ("^gi|^d(?=[aeiouy])", "z"),
        ("^tr", "ch"),
        ("^th", "t"),
        ("^x", "s"),
        ("nh$", "n"),
        ("^nh", "ny"),
        ("^h?uy", "wee"),
        ("uo", "u"),
    ),
    "French": (
        ("eaux?$|eau|aux?$|aud$|ault$|ot$|ots$", "o"),
        ("ch", "sh"),
        ("^j|j|g(?=[ei])", "zh"),
        ("oi", "wa"),
        ("ou", "oo"),
        ("qu", "k"),
        ("ille", "ee"),
        ("(?<=[aeiou])gn", "ny"),
        ("(?:er|ez|et|ette?)$", "ay"),
        ("(?<=[aeiourn])[tdspxz]$", ""),
        ("h", ""),
    ),
    "German": (
        ("sch", "sh"),
        ("tz|z", "ts"),
        ("^v|(?<=[aeiou])v", "f"),
        ("w", "v"),
        ("j", "y"),
        ("eu|aeu", "oy"),
        ("ei|ai|ey", "ai"),
        ("ie", "ee"),
        ("ch", "k"),
        ("^s(?=[tp])", "sh"),
        ("^kn", "kin"),
        ("oe|ue", "er"),
        ("e$", "a"),
    ),
    "Gaelic": (
        ("[bm]h", "v"),
        ("^s(?=[ei])|s(?=[ei]|$)", "sh"),
        ("^t(?=[ei])", "ch"),
        ("dh|gh|th", ""),
        ("fh", ""),
        ("ao[ei]?", "ee"),
        ("io(?=v|b)", "i"),
        ("ea", "a"),
    ),
    "Italian": (
        ("gli", "li"),
        ("gn", "ny"),
        ("ch", "k"),
        ("sc(?=[ei])", "sh"),
        ("cc?i(?=[aou])|cc?(?=[ei])", "ch"),
        ("ggi?(?=[aou])|gi(?=[aou])", "j"),
        ("zz|z", "ts"),
    ),
}
"""Language to what its letters become in English spelling: patterns on folded words, applied in order."""

ENGLISH: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "a": (("augh|au|aw", "O"), ("ai|ay|ae", "E"), ("ah?", "A")),
    "c": (
        ("^cz", "s"),
        ("chcz|cz", "C"),
        ("ci(?=a)", "S"),
        ("ch(?=[rlmnt])|ck|cq|cc(?![eiy])", "k"),
        ("ch", "C"),
        ("cc(?=[eiy])", "ks"),
        ("c(?=[eiy])", "s"),
        ("c", "k"),
    ),
    "d": (("dge?(?=[aeiouy]|$)|dg", "J"),),
    "e": (
        ("(?<=[eo])es$", "s"),
        ("eau", "O"),
        ("e(?=r(?![aeiouyr]))", "R"),
        ("ew", "U"),
        ("eigh|eh|e[iy](?!$)", "E"),
        ("ee|ea|ey|ei", "I"),
        ("(?<=[aeiouy][a-z])e$|(?<=[aeiouy][a-z][a-z])e$", ""),
        ("e", "E"),
    ),
    "g": (
        ("^gn", "n"),
        ("^gh", "g"),
        ("gh(?=t)", "Y"),
        ("(?<=[aeiou])gh", ""),
        ("gg", "g"),
        ("g(?=[ey])", "J"),
    ),
    "h": (("(?<![aeiou])h(?![aeiouy])|(?<=[aeiou])h", ""),),
    "i": (("igh", "Y"), ("i(?=r(?![aeiouyr]))", "R"), ("ie|ii|i", "I")),
    "j": (("j", "J"),),
    "k": (("^kn", "n"), ("kh", "k")),
    "m": (("^ma?ck?(?=[bcdfghjklmnpqrstvwz])", "mAk"), ("mb$", "m")),
    "n": (("ng(?![aeiouyrlw])|n(?=[kcqgx])", "N"),),
    "o": (("oa(?=nn)", "OA"), ("oa(?=r)", "O"), ("oo|ou", "U"), ("o[aewh]?", "O")),
    "p": (("^pn", "n"), ("^ps", "s"), ("^pf|ph", "f")),
    "q": (("qu(?=[aeio])", "kw"), ("q", "k")),
    "r": (("^rh", "r"),),
    "s": (
        ("^sc(?=[eiy])", "s"),
        ("sch(?=[mnlrwt])|sh|sz|ss?i(?=on)", "S"),
        ("sch", "sk"),
        ("(?<=[aeiouy])s(?=[aeiouy])", "z"),
    ),
    "t": (("^ts", "s"), ("tch", "C"), ("ti(?=on)", "S"), ("th", "T")),
    "u": (("u(?=r(?![aeiouyr]))", "R"), ("ui|ue|u", "U")),
    "w": (("^wr", "r"), ("^wh", "w")),
    "x": (("^x", "z"), ("x", "ks")),
    "y": (("ye$", "I"), ("y(?=[aeiou])", "y"), ("y", "I")),
    "z": (("zh", "Z"),),
}
"""English spelling to sounds, by the letter it begins with: patterns on folded words, the first that fits.

Other letters stay.
"""

# Sounds that a telephone does not keep apart: voiced from unvoiced, one vowel from another.
_DULL: Final = str.maketrans("bdgvzJZTAEIOUYR", "ptkfsCStaaaaaaa")
_SILENT: Final = str.maketrans("mN", "nn", "ahwy")


# How much each likeness counts, the full sounds having the rest; found on the tuning half of the test set
# (docs/matching.md).
_CONSONANTS: Final = 0.50
_FEW_CONSONANTS: Final = 0.35  # where there is hardly one to go by
_ENOUGH: Final = 3
_CONSONANTS_BEGIN: Final = 0.15
_DULLED: Final = 0.10
_SHORT: Final = 4
_NOTHING_ALIKE: Final = 0.3  # below it no other reading makes two words one


class Reading(NamedTuple):
    """One way a name may sound, ever more dully: in full, like sounds made one, the consonants alone."""

    full: str
    dull: str
    consonants: str


def _groups(rules: tuple[tuple[str, str], ...]) -> str:
    return "|".join(f"({pattern})" for pattern, _ in rules)


class _Rules:
    """Patterns tried in order at each place of a word."""

    def __init__(self, *letters: tuple[str, tuple[tuple[str, str], ...]]) -> None:
        """Rules for words from some letter on, each letter with its own; "" stands for any letter."""
        self._pattern = re.compile(
            "|".join(f"{first and f'(?={first})'}(?:{_groups(rules)})" for first, rules in letters)
        )
        self._sounds = ("", *(sound for _, rules in letters for _, sound in rules))

    def __call__(self, word: str) -> str:
        return self._pattern.sub(self._sound, word)

    def _sound(self, match: re.Match[str]) -> str:
        return self._sounds[match.lastindex or 0]


_LANGUAGES: Final = tuple(_Rules(("", rules)) for rules in RESPELLINGS.values())
_ENGLISH: Final = _Rules(*ENGLISH.items())
_DOUBLED: Final = re.compile(r"(.)\1+")


@lru_cache(maxsize=16384)
def readings(word: str) -> tuple[Reading, ...]:
    """The ways a folded word may sound to an English ear, the English one first."""
    spellings = (word, *(rules(word) for rules in _LANGUAGES))
    said = dict.fromkeys(sound(spelling) for spelling in dict.fromkeys(spellings))
    return tuple(_reading(full) for full in said)


def _reading(full: str) -> Reading:
    dull = _undoubled(full.translate(_DULL))
    return Reading(full, dull, dull.translate(_SILENT))


@lru_cache(maxsize=65536)
def alike(heard: str, name: str) -> float:
    """How alike two folded words sound, 0 to 1: the heard one in English, the other in its best reading."""
    rough = Indel.normalized_similarity(outline(heard), outline(name))
    if rough < _NOTHING_ALIKE and min(len(heard), len(name)) >= _SHORT:
        return rough
    full, dull, consonants = readings(heard)[0]
    best = 0.0
    for other in readings(name):
        same = Indel.normalized_similarity(consonants, other.consonants)
        few = max(len(consonants), len(other.consonants)) < _ENOUGH
        weight = _FEW_CONSONANTS if few else _CONSONANTS
        likeness = weight * same
        if likeness + (1 - weight) <= best:
            continue
        likeness += (1 - weight - _CONSONANTS_BEGIN - _DULLED) * Levenshtein.normalized_similarity(
            full, other.full
        )
        if likeness + _CONSONANTS_BEGIN + _DULLED <= best:
            continue
        likeness += _CONSONANTS_BEGIN * JaroWinkler.similarity(consonants, other.consonants)
        best = max(best, likeness + _DULLED * Indel.normalized_similarity(dull, other.dull))
    return best


def sound(word: str) -> str:
    """A folded word's sounds, said the English way: equal for words that only spelling tells apart."""
    return _undoubled(_ENGLISH(word))


@lru_cache(maxsize=32768)
def outline(word: str) -> str:
    """The dull sounds of a folded word said the English way: enough to tell which are worth a closer look."""
    return _undoubled(_ENGLISH(word).translate(_DULL))


def _undoubled(sounds: str) -> str:
    # Looking costs a tenth of replacing, and few have any.
    return _DOUBLED.sub(r"\1", sounds) if _DOUBLED.search(sounds) else sounds
