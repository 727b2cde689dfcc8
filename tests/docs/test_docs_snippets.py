"""The snippets that need nothing but the SDK are run; those of other clients by `make clients`."""

import sys

import pytest
import snippet_runs
from doc_pages import SNIPPETS

OWN = sorted(path.name for path in SNIPPETS.glob("*.py") if path.name not in snippet_runs.ENVIRONMENTS)


def test_a_snippet_of_the_sdk_does_what_its_page_says(capsys):
    failed = snippet_runs.run_all(sys.executable, [str(SNIPPETS / name) for name in OWN])
    assert not failed, capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "print('find_slots')", "raise SystemExit(3)"])
def test_a_snippet_that_fails_or_shows_nothing_is_told(text, tmp_path):
    snippet = tmp_path / "snippet.py"
    snippet.write_text(text, encoding="utf-8")
    assert not snippet_runs.run(sys.executable, str(snippet), {})


def test_every_snippet_of_a_client_is_there():
    assert [name for name in snippet_runs.ENVIRONMENTS if not (SNIPPETS / name).exists()] == []
