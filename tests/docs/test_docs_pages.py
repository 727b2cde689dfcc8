"""The pages as text: every block is of a kind that something holds, no link is dead, nothing is left over."""

import ast
import json
import re
import tomllib
from typing import Any

import doc_configs
import pytest
import typer
from doc_pages import (
    AWAITED_PAGES,
    HELD_ELSEWHERE,
    ROOT,
    SNIPPETS,
    anchors,
    blocks,
    links,
    page_names,
    read,
    split,
)

from server.cli import app
from server.desk.charter.reading import read_charter
from server.logs import KEYS
from server.tools.wording import english

QUICK_STARTS = sorted(page for page in page_names() if page.startswith("docs/quickstart/"))
# What begins a command; a block of text must not hide one from the tests.
COMMANDS = ("$ ", "chairtime ", ".venv/", "make ", "npx ", "curl ", "pip ", "uv ", "docker ", "systemctl ")
COMMAND: Any = typer.main.get_command(app)
# kind -> how many words its info string has
KINDS = {"sh": 1, "console": 1, "text": 1, "json": 2, "toml": 1, "python": 2}


@pytest.mark.parametrize("block", blocks(), ids=lambda block: block.place)
def test_every_block_is_of_a_kind_that_a_test_holds(block):
    assert block.kind in KINDS, f"{block.place} is of no kind that is held"
    assert len(block.words) == KINDS[block.kind], f"{block.place} does not say what it is"


def test_blocks_held_elsewhere_are_held_by_a_test_that_names_the_page():
    for page, test in HELD_ELSEWHERE.items():
        if page in AWAITED_PAGES and not (ROOT / page).exists():
            continue
        assert page.rpartition("/")[2] in (ROOT / test).read_text(encoding="utf-8"), page


@pytest.mark.parametrize("page", page_names())
def test_no_command_stands_in_an_indented_block(page):
    lines = [line for _, line in split(page)[1]]
    assert not [line for line in lines if line.startswith("    ") and line.lstrip().startswith(COMMANDS)]


@pytest.mark.parametrize("block", blocks("text"), ids=lambda block: block.place)
def test_a_block_of_text_has_no_command(block):
    assert not [line for line in block.text.splitlines() if line.lstrip().startswith(COMMANDS)]


@pytest.mark.parametrize("block", blocks("json"), ids=lambda block: block.place)
def test_every_json_block_can_be_read_and_has_a_rule(block):
    shape = block.rule
    assert shape in {*doc_configs.SHAPES, "log"}
    if shape != "log":
        json.loads(block.text)


@pytest.mark.parametrize("block", [b for b in blocks("json") if b.rule == "log"], ids=lambda b: b.place)
def test_every_line_of_a_log_has_only_keys_that_are_logged(block):
    lines = [json.loads(line) for line in block.text.splitlines()]
    assert lines
    assert set().union(*lines) <= {*KEYS, "event", "level", "logger", "timestamp"}


def test_the_headers_of_the_pages_are_those_that_the_server_reads():
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "server").rglob("*.py"))
    assert all(f'"{name}"' in text for name in doc_configs.READ)


@pytest.mark.parametrize("block", blocks("toml"), ids=lambda block: block.place)
def test_every_toml_block_is_a_profile_that_can_be_applied(block):
    tomllib.loads(block.text)
    read_charter(block.text)


@pytest.mark.parametrize("block", blocks("python"), ids=lambda block: block.place)
def test_every_python_block_is_a_snippet_to_the_letter(block):
    assert block.text == (SNIPPETS / block.rule).read_text(encoding="utf-8")


def test_every_snippet_stands_on_a_page():
    assert {path.name for path in SNIPPETS.glob("*.py")} == {block.rule for block in blocks("python")}


@pytest.mark.parametrize("page", page_names())
def test_every_command_that_a_sentence_names_exists(page):
    named = [name for _, line in split(page)[1] for name in re.findall(r"`chairtime ([^`]+)`", line)]
    one_each = [name for name in named if "|" not in name]  # the README's table is held below
    assert not [name for name in one_each if not _exists(name)]


def test_the_readme_names_every_command_and_what_follows_it():
    rows = re.findall(r"^\| `chairtime (\w+)(?: \[([\w\\|]+)\])?", read("README.md"), re.MULTILINE)
    named = {name: set(more.split("\\|")) - {""} for name, more in rows}
    assert named == {
        name: set(getattr(command, "commands", {})) for name, command in COMMAND.commands.items()
    }


def _exists(written: str) -> bool:
    """Whether a command and its options are there; what is written in capitals or ... stands for a value."""
    command = COMMAND
    for word in written.replace("[", "").replace("]", "").split():
        if word.startswith("--"):
            if word.partition("=")[0] not in {name for option in command.params for name in option.opts}:
                return False
        elif word in getattr(command, "commands", {}):
            command = command.commands[word]
        elif hasattr(command, "commands") and word.islower():
            return False
    return command is not COMMAND or written.startswith("--")


@pytest.mark.parametrize("page", page_names())
def test_no_link_is_dead(page):
    dead = []
    for number, file, anchor in links(page):
        if file in AWAITED_PAGES and not (ROOT / file).exists():
            continue
        if not (ROOT / file).exists() or (anchor and anchor not in anchors(file)):
            dead.append(f"{page}:{number} {file}#{anchor}")
    assert not dead


def test_a_page_that_is_there_is_awaited_no_more():
    assert not {page for page in AWAITED_PAGES if (ROOT / page).exists()}


def test_every_page_can_be_reached_from_the_index():
    reached, ahead = set(), ["docs/index.md"]
    while ahead:
        page = ahead.pop()
        if page in reached or not page.endswith(".md") or not (ROOT / page).exists():
            continue
        reached.add(page)
        ahead += [file for _, file, _ in links(page)]
    assert {page for page in page_names() if page.startswith("docs/")} <= reached
    assert "docs/index.md" in {file for _, file, _ in links("README.md")}


@pytest.mark.parametrize("page", QUICK_STARTS)
def test_every_quick_start_says_what_matters_and_where_it_was_read(page):
    text = read(page)
    for heading in ("## Settings that matter", "## HIPAA", "## Read from"):
        assert f"\n{heading}\n" in text, heading
    assert re.search(r"\b202[56]-\d\d-\d\d\b|\d+\.\d+", text.partition("## Read from")[2])
    assert "receptionist-prompt.md" in text


@pytest.mark.parametrize("page", ["docs/troubleshooting.md"])
def test_what_is_quoted_is_said_by_the_program_in_these_words(page):
    quoted = [line[2:].strip() for _, line in split(page)[1] if line.startswith("> ")]
    assert len(quoted) > 20
    said = _said()
    assert not [quote for quote in quoted if not _is_said(quote, said)]


def _said() -> list[str]:
    """Every string of the program, with … for each value that is filled in."""
    wording = [*(part for pair in english.SENTENCES.values() for part in pair), *english.PHRASES.values()]
    found = [re.sub(r"\{\w+\}", "…", text) for text in wording]
    for path in (*(ROOT / "server").rglob("*.py"), *(ROOT / "store").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                parts = [p.value if isinstance(p, ast.Constant) else "…" for p in node.values]
                found.append("".join(str(part) for part in parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(re.sub(r"\{\w+\}", "…", node.value))
    return found


def _is_said(quote: str, said: list[str]) -> bool:
    """As a string of the program, or as whole sentences out of one."""
    return len(quote) >= 12 and any(quote in text for text in said)
