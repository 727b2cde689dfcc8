"""Makes a write fit its practice management system, or says which field does not."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from server.sikka.bodies import Write
from server.sikka.pms_fields import Fill, Need, Operation, Rule
from server.sikka.pms_forms import CUT, unaccented, written
from server.sikka.pms_rules import AT_LEAST_ONE, fields_of, rule_of, rules_for
from server.sikka.vocabularies import Choice, Vocabulary

# Where a write says what the visit is about.
REASON_FIELDS: Final = ("description", "note", "text", "cancellation_note")

# Words of a reason -> what the types of an office call the same thing, by beginnings. Ours, from the
# common names of visits; the first type of the office's list that has the most of them is taken.
SAME_VISIT: Final[Mapping[str, tuple[str, ...]]] = {
    "clean": ("clean", "hyg", "prophy", "recall"),
    "hygien": ("hyg", "clean", "prophy", "recall"),
    "prophy": ("prophy", "hyg", "clean"),
    "check": ("check", "exam", "recall"),
    "exam": ("exam", "check"),
    "recall": ("recall", "hyg"),
    "fill": ("fill", "restor", "operat"),
    "cavit": ("fill", "restor", "operat"),
    "crown": ("crown", "restor", "operat"),
    "bridge": ("bridge", "crown", "restor"),
    "root": ("root", "endo"),
    "extract": ("extract", "surg"),
    "wisdom": ("wisdom", "extract", "surg"),
    "pain": ("emerg", "pain", "limited", "urgent"),
    "toothache": ("emerg", "limited", "urgent"),
    "broke": ("emerg", "limited", "repair"),
    "emerg": ("emerg", "limited", "urgent"),
    "whiten": ("whiten", "bleach", "cosmet"),
    "denture": ("denture", "prosth"),
    "consult": ("consult",),
    "brace": ("ortho", "adjust", "brace"),
    "adjust": ("adjust",),
    "retain": ("retain", "adjust"),
    "new": ("new",),
}
_WORD: Final = re.compile(r"[a-z]{3,}")
_SHORTEST_BEGINNING: Final = 4
# Words of any reason, which would make a "New Patient" of whoever the note calls a patient.
_EVERYDAY: Final = frozenset({"patient", "appointment", "visit", "office", "with", "phone", "booked", "time"})


class Misfit(Exception):
    """A write that its system would refuse; nothing was sent.

    Attributes:
        field: Sikka's name of the field.
        why: a fixed text without the value, so that it can be logged.
    """

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field
        self.why = why


def fitted(
    write: Write, pms: str, operation: Operation, vocabulary: Vocabulary, *, today: dt.date | None = None
) -> Write:
    """The write as its system takes it: fields it does not use left out, required ones filled in.

    Text is cleaned and cut; a value of a list is spelled as the list has it. What was asked for is
    never left out in silence: a change to a patient that the system has no field for is a misfit.

    Args:
        write: with Sikka's field names; an empty value counts as none.
        pms: the system's name, best with the version ("Dentrix G6").
        operation: what the write does.
        vocabulary: of the office; a list that could not be read checks nothing and fills in nothing.
        today: the office's day, for birth dates that may not lie ahead; None does not look.

    Raises:
        Misfit: a required field is missing and cannot be filled in, a value has not the form, is not
            in the office's list or too long, or the system takes no such change.
    """
    rows = rules_for(operation, pms)
    known = fields_of(operation)
    body = {name: value for name, value in write.body.items() if value.strip()}
    if operation is Operation.UPDATE_PATIENT:
        for name in body:
            if name not in known:
                raise Misfit(name, "not a field that can be changed")
    reason = " ".join(body.get(name, "") for name in REASON_FIELDS)
    fit = dict(body)
    for name in known:
        rule = rule_of(rows, name, fit)
        if rule is not None and rule.default_from and name not in fit:
            fit[name] = body.get(rule.default_from, "")
        value = None if rule is None else _settled(rule, fit, reason, vocabulary, today)
        if value is None:
            fit.pop(name, None)
        else:
            fit[name] = value
    fit = {name: value for name, value in fit.items() if name in known}
    wanted = AT_LEAST_ONE.get(operation, ())
    if wanted and not any(fit.get(name) for name in wanted):
        raise Misfit(wanted[0], "nothing would change")
    return replace(write, body=fit)


def _settled(
    rule: Rule, body: Mapping[str, str], reason: str, vocabulary: Vocabulary, today: dt.date | None
) -> str | None:
    """The field's value; None where it is not sent."""
    given = body.get(rule.field, "")
    if rule.need is Need.UNUSED:
        return None
    if rule.need is Need.REFUSED:
        if given and given.strip().casefold() != "false":
            raise Misfit(rule.field, "this system does not take it")
        return None
    given = given or rule.default
    value = _checked(rule, given, body, vocabulary, today) if given else ""
    if not value and rule.need is Need.REQUIRED:
        value = _filled(rule, body, reason, vocabulary)
        if not value and not rule.empty_ok:
            raise Misfit(rule.field, "missing" if not given else "nothing in it can be sent")
        return value
    return value or None


def _checked(
    rule: Rule, given: str, body: Mapping[str, str], vocabulary: Vocabulary, today: dt.date | None
) -> str:
    value = written(rule.form, given, today)
    if value is None:
        raise Misfit(rule.field, f"not {rule.form}")
    choices = vocabulary.of(*rule.values)
    if rule.describes:
        return _description(rule, value, body, choices)
    if choices and value:
        value = _spelled(rule.field, value, choices)
    if value and rule.allowed:
        value = _spelled(rule.field, value, [Choice(word) for word in rule.allowed])
    if _fold(value) in rule.never:
        raise Misfit(rule.field, "a word that this system does not take")
    if rule.as_many_as and value.count("|") != body.get(rule.as_many_as, "").count("|"):
        raise Misfit(rule.field, f"not as many as {rule.as_many_as}")
    if rule.longest and len(value) > rule.longest:
        if rule.form not in CUT:
            raise Misfit(rule.field, f"longer than {rule.longest} characters")
        value = value[: rule.longest].rstrip()
    return value


def _filled(rule: Rule, body: Mapping[str, str], reason: str, vocabulary: Vocabulary) -> str:
    choices = vocabulary.of(*rule.values)
    if rule.describes:
        return _label(body.get(rule.describes, ""), choices)
    if rule.fill is Fill.NEVER:
        return ""
    taken = [choice for choice in choices if _may_stand(rule, choice)]
    if rule.fill is Fill.BY_REASON:
        best = _best_for(reason, taken)
        if best is not None:
            return best.value
    preferred = next((choice for word in rule.prefer for choice in taken if word in _names(choice)), None)
    if preferred is not None:
        return preferred.value
    if rule.fill is Fill.PREFERRED:
        return taken[0].value if len(taken) == 1 else ""
    return next((choice.value for choice in taken if not _is_avoided(rule, choice)), "")


def _may_stand(rule: Rule, choice: Choice) -> bool:
    if rule.allowed and _fold(choice.value) not in {_fold(word) for word in rule.allowed}:
        return False
    return _fold(choice.value) not in rule.never


def _is_avoided(rule: Rule, choice: Choice) -> bool:
    return any(part in name for part in rule.avoid for name in _names(choice))


def _best_for(reason: str, choices: Iterable[Choice]) -> Choice | None:
    """The first choice with the most beginnings that the reason's words stand for; None without any."""
    wanted: set[str] = set()
    for word in _WORD.findall(unaccented(reason).casefold()):
        also = [names for start, names in SAME_VISIT.items() if word.startswith(start)]
        wanted.update(name for names in also for name in names)
        if not also and word not in _EVERYDAY and len(word) >= _SHORTEST_BEGINNING:
            wanted.add(word)
    scored = [
        (sum(any(part.startswith(want) for part in _words(choice)) for want in wanted), choice)
        for choice in choices
    ]
    best = max(scored, key=lambda pair: pair[0], default=(0, None))
    return best[1] if best[0] else None


def _words(choice: Choice) -> list[str]:
    return _WORD.findall(unaccented(f"{choice.value} {choice.label}").casefold())


def _names(choice: Choice) -> tuple[str, ...]:
    return tuple(_fold(name) for name in (choice.value, choice.label) if name)


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())


def _spelled(field: str, value: str, choices: Iterable[Choice]) -> str:
    """The value as the list spells it, found by itself or by what people call it."""
    every = list(choices)
    for choice in every:
        if choice.value == value:
            return choice.value
    for choice in every:
        if _fold(value) in _names(choice):
            return choice.value
    raise Misfit(field, "not in the office's list")


def _label(value: str, choices: Iterable[Choice]) -> str:
    return next((choice.label for choice in choices if choice.value == value), "")


def _description(rule: Rule, given: str, body: Mapping[str, str], choices: tuple[Choice, ...]) -> str:
    """What the list says of the code that was sent; the given text only where there is no list."""
    return _label(body.get(rule.describes, ""), choices) or ("" if choices else given)
