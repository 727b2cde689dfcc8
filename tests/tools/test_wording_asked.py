"""No sentence is left over that no code can ask for."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from server.tools.registering import QUESTIONS
from server.tools.toolsets import ALL
from server.tools.wording import languages, phrase_keys, sentence_keys

ROOT = Path(__file__).parents[2]
TABLES = ROOT / "server/tools/wording"
MODULES = [
    path
    for room in ("server", "store")
    for path in (ROOT / room).rglob("*.py")
    if path.parent.parent != TABLES
]


@cache
def nodes() -> tuple[ast.AST, ...]:
    """All that is written outside the languages' tables."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in MODULES)
    return tuple(node for tree in trees for node in ast.walk(tree))


def asked_about() -> Iterator[str]:
    """What `BadArgument` is raised with where it is written out, and not the name of an argument."""
    for node in nodes():
        match node:
            case ast.Call(func=ast.Name("BadArgument"), args=[ast.Constant(str(key)), *_]):
                yield key


@pytest.mark.parametrize("language", languages())
def test_a_question_is_there_for_whatever_can_be_asked_about_and_for_nothing_else(language: str) -> None:
    arguments = {argument.name for spec in ALL for argument in spec.arguments}
    questions = {key for what, key in sentence_keys(language) if what == "invalid_input"}
    assert questions == {*arguments, *asked_about(), *QUESTIONS.values()}


@pytest.mark.parametrize("language", languages())
def test_every_part_of_a_key_is_a_word_that_some_code_writes(language: str) -> None:
    texts = [node.value for node in nodes() if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    written = {part for text in texts for part in text.split(".")}
    keys = {*sentence_keys(language), *phrase_keys(language)}
    assert {key for key in keys if not {*".".join(key).split(".")} <= written} == set()
