"""What a log line may say: names and keys from a list, and plain words as their values."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from mcp.server import MCPServer

from server.logs import KEYS, WITHHELD, known_keys
from server.tools.protocol import in_our_words
from server.tools.surface import Surface

ROOT = Path(__file__).parent.parent.parent
LEVELS = {"debug", "info", "warning", "error", "critical", "exception", "log", "msg"}
OF_EVERY_LINE = {"event", "level", "timestamp", "logger", "call"}


@cache
def modules() -> dict[str, ast.Module]:
    """The program's modules, read once."""
    paths = [path for room in ("server", "store") for path in (ROOT / room).rglob("*.py")]
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def lines_in_code() -> Iterator[tuple[str, ast.Call]]:
    """Every call of a logger in the program."""
    for name, module in modules().items():
        for node in ast.walk(module):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in LEVELS
                and isinstance(node.func.value, ast.Name)
                and "log" in node.func.value.id
            ):
                yield f"{name}:{node.lineno}", node


def test_every_line_in_the_code_has_a_fixed_name_and_keys_from_the_list():
    wrong = [
        where
        for where, line in lines_in_code()
        if len(line.args) != 1
        or not isinstance(line.args[0], ast.Constant)
        or known_keys(None, "", {"event": line.args[0].value})["event"] == WITHHELD
        or not {each.arg for each in line.keywords} <= KEYS
    ]
    assert wrong == []


def test_of_an_error_nothing_is_logged_but_its_type():
    keywords = [each for _, line in lines_in_code() for each in line.keywords]
    said = {ast.unparse(each.value) for each in keywords if each.arg == "error"}
    assert {value for value in said if not value.endswith(".__name__")} == {"failure", "trouble"}


def test_no_key_is_on_the_list_for_nothing():
    used = {each.arg for _, line in lines_in_code() for each in line.keywords}
    assert used | OF_EVERY_LINE == KEYS


def test_the_protocol_library_makes_no_traces():
    desk: Any = None
    untraced = Surface(desk, []).middleware
    assert untraced[0] is in_our_words
    assert not [each for each in untraced if "otel" in type(each).__module__]
    assert [each for each in MCPServer("plain").middleware if "otel" in type(each).__module__]


def test_nobody_logs_but_through_the_gate():
    wrong = [
        name
        for name, module in modules().items()
        if name != "server/logs.py"
        for node in ast.walk(module)
        if (isinstance(node, ast.Import) and any(each.name == "logging" for each in node.names))
        or (isinstance(node, ast.ImportFrom) and node.module in {"logging", "warnings", "traceback"})
    ]
    assert wrong == []


@pytest.mark.parametrize("key", ["body", "patient", "_body", "exc_info", "stack_info", "exception", "url"])
def test_a_key_that_is_not_on_the_list_is_dropped(key):
    assert known_keys(None, "", {"event": "sent", key: "Anna Lindqvist"}) == {"event": "sent"}


@pytest.mark.parametrize(
    "value", ["Anna Lindqvist", {"name": "Anna"}, ["Anna"], b"Anna", "a\nb", "x" * 300, ValueError("Anna")]
)
def test_a_value_that_is_no_plain_word_is_withheld(value):
    assert known_keys(None, "", {"event": "sent", "reason": value}) == {"event": "sent", "reason": WITHHELD}


@pytest.mark.parametrize("name", ["Anna is not known", "sent_to_555", "", None, "sent: Anna"])
def test_a_line_with_a_sentence_for_a_name_loses_it(name):
    assert known_keys(None, "", {"event": name, "row": "1f"}) == {"event": WITHHELD, "row": "1f"}
