"""The facts as they are learned: an answer and its evidence, or why there is none."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from server.shakedown.questions import BY_NAME, QUESTIONS

NOT_ASKED: Final = "not reached"
_FIGURES: Final = re.compile(r"\d{3,}")
_LONGEST: Final = 160


@dataclass(frozen=True)
class Fact:
    """What is known of a question; ``answer`` None is not known, ``how`` then says why."""

    name: str
    answer: Any
    how: str
    evidence: dict[str, Any] = field(default_factory=dict[str, Any])


class Facts:
    """What was learned so far. ``secret`` are texts that no evidence may repeat."""

    def __init__(self) -> None:
        self._facts: dict[str, Fact] = {}
        self.secret: set[str] = set()

    def learn(self, name: str, answer: Any, how: str, **evidence: Any) -> None:
        """Put an answer down; the first that was found stays."""
        self._put(Fact(BY_NAME[name].name, answer, how, evidence))

    def unknown(self, names: str | Iterable[str], why: str, **evidence: Any) -> None:
        """Put down why there is no answer, unless there is one."""
        for name in [names] if isinstance(names, str) else names:
            if name not in self._facts:
                self._put(Fact(BY_NAME[name].name, None, why, evidence))

    def _put(self, fact: Fact) -> None:
        known = self._facts.get(fact.name)
        if known is None or known.answer is None:
            self._facts[fact.name] = fact

    def answer(self, name: str) -> Any:
        """The answer; None where there is none."""
        return self._facts[name].answer if name in self._facts else None

    def all(self) -> list[Fact]:
        """Every question, in its order."""
        return [
            self._facts.get(question.name) or Fact(question.name, None, question.why_not or NOT_ASKED)
            for question in QUESTIONS
        ]

    def masked(self, text: str) -> str:
        """Sikka's own text without what it may repeat: the patient's values, and any figures."""
        for value in sorted(self.secret, key=len, reverse=True):
            text = re.sub(re.escape(value), "...", text, flags=re.IGNORECASE)
        return _FIGURES.sub("...", text)[:_LONGEST]
