"""Every command on a page is typed in, in the page's order, against an office at the stand-in for Sikka."""

import os
import shlex
import subprocess
import sys

import pytest
import warm
from doc_pages import ROOT, blocks
from doc_stage import LEFT_OUT, make_targets, open_stage
from doc_terminal import Terminal, as_shown

TYPED = ("sh", "console")
PAGES = sorted({block.page for block in blocks(*TYPED)})


@pytest.fixture(scope="module")
def way(tmp_path_factory):
    """Where a process that has imported everything takes commands."""
    path = tmp_path_factory.mktemp("way") / "way"
    apart = {name: value for name, value in os.environ.items() if not name.startswith(LEFT_OUT)}
    with warm.warmed(path, apart):
        yield path


@pytest.mark.parametrize("page", PAGES)
async def test_the_commands_of_a_page_do_what_it_says(page, tmp_path, way):
    typed = [block for block in blocks(*TYPED) if block.page == page]
    async with open_stage(tmp_path, way) as stage:
        terminal = Terminal(stage)
        await terminal.run(typed)
    assert terminal.code == 0, f"{terminal.reached} ended with {terminal.code}:\n{terminal.printed}"
    assert terminal.reached == typed[-1].place
    for block in typed:
        if block.kind == "console":
            for command, expected, output in terminal.commands(block):
                printed = output.read_text(encoding="utf-8")
                assert as_shown(expected, printed), f"{block.place}: {command} printed\n{printed}"
    for command in terminal.held():
        _held(command)


def _held(command: str) -> None:
    """A command that is not run here is one that exists, and takes what it is given."""
    program, *words = shlex.split(command)
    if program == "make":
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        assert words[0] in make_targets(), command
        assert all(f"$({word.partition('=')[0]})" in makefile for word in words[1:]), command
    elif program == ".venv/bin/python":
        helped = subprocess.run(
            [sys.executable, *words[:2], "--help"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert all(word in helped.stdout for word in words[2:] if word.startswith("--")), command
    else:
        # tests/docs/inspector_page.py types in those with --cli; the other opens a browser
        assert (program, words[0]) == ("npx", "@modelcontextprotocol/inspector"), command
