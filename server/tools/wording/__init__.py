"""Every sentence a caller or an agent gets, looked up by language, operation and outcome.

The tables are data; this module checks them when it is loaded and fills in the facts. A sentence
may only name the facts listed in `FACT_LIMITS`, so a patient's data cannot slip into one unseen.
"""

from __future__ import annotations

import string
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias, TypeVar

from server.tools.speech import clean_spoken
from server.tools.wording import english, spanish

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_Entry = TypeVar("_Entry")

Key: TypeAlias = tuple[str, str]
"""Operation, and outcome: a ledger state, a state with its reason after a dot, or an outcome code."""

FACT_LIMITS: Final[Mapping[str, int]] = {
    "when": 74,  # a spoken slot; leaves 27 for the provider's name
    "options": 234,  # three of them, joined
    "appointments": 290,  # three appointment phrases, joined
    "rows": 336,  # three row phrases, joined
    "more": 2,  # how many writes there are beside those
    "date_from": 30,  # a spoken date with its year
    "date_to": 30,
    "period": 76,  # the days that were searched, as the phrases put them
    "visit": 16,  # that is not due, as the phrases name it
    "due": 30,  # a spoken date with its year
    "given": 16,  # a kind of handle, as the phrases name it
    "wanted": 16,
    "old_when": 74,  # spoken slots like `when`: the read-back of a move says both, and still fits
    "new_when": 74,
    "name": 50,  # as the caller said it; OrthoTrac takes 15 + 25 letters, others more
    "born": 29,  # a spoken date with its year, the longest there is
    "field": 16,  # the longest of the field phrases and a little more
    "value": 90,  # said once, in the read-back: an address or a mail address in spoken form
    "amount": 32,  # spoken: six figures of dollars, and cents
    "amounts": 176,  # of a balance: the patient's part, the insurance's, and what is not assigned
    "company": 32,  # an insurance company; the rest of a longer name says nothing more
    "insurances": 190,  # three of them, joined
    "method": 16,  # as the method phrases put it, preposition included
    "transfer": 24,  # one number in any national or international form
    "text": 140,  # the office's own words in an emergency: ten seconds to say, and the number still fits
    "hours": 200,  # a week in which several days differ
    "address": 120,  # street, suite, town, state and post code
    "phone": 60,  # two numbers, or one with its extension
    "today": 30,  # a spoken date with its year
    "days": 200,  # the fourteen days after, in short
    "people": 170,  # who can be seen, by their spoken names
    "one_of": 90,  # three of them, joined
    "plans": 150,  # of an insurance list, as many as can be listened to
    "offices": 200,  # others of the group, each with its address and number
    "notice": 90,  # the office's own sentence for who cancels late
}
"""The facts a sentence may name, each with the most characters it may take; longer ones are cut."""

_LIMITS: Final[Mapping[str, Mapping[str, int]]] = {
    "en": FACT_LIMITS,
    "es": {**FACT_LIMITS, **spanish.FACT_LIMITS},
}
"""The same by language: what is said of a time or a state has not the same length in each."""

_TOLD_ALIKE: Final[Mapping[str, str]] = {"settled_by_person": "person"}
"""Reasons of the ledger that are told in the words of another one."""


class WordingError(LookupError):
    """A sentence was asked for that the tables do not hold, or with other facts than it names."""


class Sentence(NamedTuple):
    """What an answer says: `say` can be spoken as it stands, `next` tells the agent what to do.

    `names` are those of the facts that stand in it.
    """

    say: str
    next: str
    names: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The two joined by a space, as the text block of an answer carries them."""
        return f"{self.say} {self.next}".strip()


_SENTENCES: Final[Mapping[str, Mapping[Key, tuple[str, str]]]] = {
    "en": english.SENTENCES,
    "es": spanish.SENTENCES,
}
_PHRASES: Final[Mapping[str, Mapping[Key, str]]] = {"en": english.PHRASES, "es": spanish.PHRASES}


def languages() -> tuple[str, ...]:
    """Return the codes of the languages that have a table, the default first."""
    return tuple(_SENTENCES)


def fact_limit(language: str, name: str) -> int:
    """Return the most characters that a fact may take in a language; raises WordingError if unknown."""
    try:
        return _LIMITS[language][name]
    except KeyError:
        raise WordingError(f"no limit in {language!r} for the fact {name!r}") from None


def sentence_keys(language: str) -> tuple[Key, ...]:
    """Return every key `sentence` knows in a language; raises WordingError for an unknown one."""
    return tuple(_table(_SENTENCES, language))


def phrase_keys(language: str) -> tuple[Key, ...]:
    """Return every key `phrase` knows in a language; raises WordingError for an unknown one."""
    return tuple(_table(_PHRASES, language))


def sentence(language: str, key: Key, **facts: str) -> Sentence:
    """Return the sentence for an operation and its outcome, with the facts filled in.

    Facts the sentence does not name are left out, so that one set of facts serves every state of a
    write. Raises WordingError for an unknown language, key or fact, and for a fact that is named by
    the sentence and missing or empty.
    """
    say, following = _lookup(_table(_SENTENCES, language), key)
    names = tuple(sorted(fact_names(say) | fact_names(following)))
    return Sentence(_filled(language, say, key, facts), _filled(language, following, key, facts), names)


def phrase(language: str, key: Key, **facts: str) -> str:
    """Return a part of a sentence (one row of a list, the name of a thing); raises as `sentence`."""
    return _filled(language, _lookup(_table(_PHRASES, language), key), key, facts)


def write_key(operation: str, state: str, reason: str = "", *, language: str) -> Key:
    """Return the key for a write in a ledger state, the reason's own sentence where there is one.

    A reason without a sentence of its own falls back to the state's. Raises WordingError when the
    operation has no sentence for the state.
    """
    table = _table(_SENTENCES, language)
    own: Key = (operation, f"{state}.{_TOLD_ALIKE.get(reason, reason)}")
    if reason and own in table:
        return own
    plain: Key = (operation, state)
    _lookup(table, plain)
    return plain


def news_key(operation: str, state: str, *, language: str, earlier_call: bool = False) -> Key:
    """Return the key for telling unasked that a write is in a new state.

    What was not done in the end, asked for in an earlier call, has words of its own that go before
    everything else. Raises WordingError when the state is not news for the operation.
    """
    table = _table(_SENTENCES, language)
    first: Key = ("news_first", f"{operation}.{state}")
    if earlier_call and first in table:
        return first
    plain: Key = ("news", f"{operation}.{state}")
    _lookup(table, plain)
    return plain


@cache
def fact_names(template: str) -> frozenset[str]:
    """Return the names of the facts a template asks for."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(template) if name is not None)


def _table(tables: Mapping[str, Mapping[Key, _Entry]], language: str) -> Mapping[Key, _Entry]:
    try:
        return tables[language]
    except KeyError:
        raise WordingError(f"no wording for the language {language!r}") from None


def _lookup(table: Mapping[Key, _Entry], key: Key) -> _Entry:
    try:
        return table[key]
    except KeyError:
        raise WordingError(f"no wording for {key}") from None


def _filled(language: str, template: str, key: Key, facts: Mapping[str, str]) -> str:
    unknown = facts.keys() - FACT_LIMITS.keys()
    if unknown:
        raise WordingError(f"no sentence names the facts {sorted(unknown)}")
    named = {
        name: clean_spoken(facts.get(name, ""), fact_limit(language, name)) for name in fact_names(template)
    }
    missing = sorted(name for name, value in named.items() if not value)
    if missing:
        raise WordingError(f"{key} needs the facts {missing}")
    return template.format_map(named)


def check_templates(templates: Iterable[str]) -> None:
    """Raise WordingError if a template names a fact that `FACT_LIMITS` does not hold."""
    for template in templates:
        unknown = fact_names(template) - FACT_LIMITS.keys()
        if unknown:
            raise WordingError(f"{template!r} names the unknown facts {sorted(unknown)}")


for _language in _SENTENCES:
    check_templates(part for entry in _SENTENCES[_language].values() for part in entry)
    check_templates(_PHRASES[_language].values())
