"""The snippets that need nothing but the SDK are run; those of other clients by `make clients`."""

import ast
import runpy
import sys
from types import ModuleType

import pytest
import snippet_runs
from doc_pages import SNIPPETS

OWN = sorted(path.name for path in SNIPPETS.glob("*.py") if path.name not in snippet_runs.ENVIRONMENTS)


class Given:
    """What a client's class was given."""

    def __init__(self, *values, **named):
        self.within = [*values, *named.values()]


class Client(ModuleType):
    """A client that is not installed here: each name in it is a class that keeps what it is given."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (Given,), {})


def headers_in(given):
    """The headers in what was given to a client's classes, however deep."""
    within = given.within if isinstance(given, Given) else [given] if isinstance(given, dict) else []
    for each in within:
        if isinstance(each, dict) and "X-Call-Id" in each:
            yield each
        elif isinstance(each, dict):
            yield from (header for value in each.values() for header in headers_in(value))
        else:
            yield from headers_in(each)


@pytest.mark.parametrize("with_token", [True, False])
def test_a_snippet_of_the_sdk_does_what_its_page_says(capsys, with_token):
    failed = snippet_runs.run_all(
        sys.executable, [str(SNIPPETS / name) for name in OWN], with_token=with_token
    )
    assert not failed, capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "print('find_slots')", "raise SystemExit(3)"])
def test_a_snippet_that_fails_or_shows_nothing_is_told(text, tmp_path):
    snippet = tmp_path / "snippet.py"
    snippet.write_text(text, encoding="utf-8")
    assert not snippet_runs.run(sys.executable, str(snippet), {})


def test_every_snippet_of_a_client_is_there():
    assert [name for name in snippet_runs.ENVIRONMENTS if not (SNIPPETS / name).exists()] == []


@pytest.mark.parametrize(("token", "authorization"), [("ctk_1", {"Authorization": "Bearer ctk_1"}), ("", {})])
@pytest.mark.parametrize("name", snippet_runs.ENVIRONMENTS)
def test_a_snippet_of_a_client_sends_a_token_only_if_there_is_one(monkeypatch, name, token, authorization):
    monkeypatch.setenv("CHAIRTIME_TOKEN", token)
    tree = ast.parse((SNIPPETS / name).read_text(encoding="utf-8"))
    for module in [node.module or "" for node in tree.body if isinstance(node, ast.ImportFrom)]:
        if module not in sys.stdlib_module_names:
            monkeypatch.setitem(sys.modules, module, Client(module))
    chairtime = runpy.run_path(str(SNIPPETS / name))["chairtime"]
    [headers] = headers_in(chairtime("call-1", "+18605550147"))
    assert headers == {"X-Call-Id": "call-1", "X-Caller-Number": "+18605550147", **authorization}
