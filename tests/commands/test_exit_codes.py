"""The table of exit codes in docs/deployment.md: each row is run, and each code of ours has a row."""

import re
import socket
from pathlib import Path

import pytest

from server.door import CONFIGURATION, FAILED

PAGE = (Path(__file__).parents[2] / "docs" / "deployment.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| (\d) \| .*?\| `chairtime ([^`]*)`", PAGE, re.MULTILINE))


def test_the_page_has_every_code_there_is():
    assert set(ROWS) == {"0", str(FAILED), str(CONFIGURATION)}


@pytest.mark.parametrize("code", sorted(ROWS))
async def test_an_example_ends_as_the_page_says(commands, code):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        words = ROWS[code].replace("PORT", str(taken.getsockname()[1])).split()
        ended = await commands.run(*words)
    assert ended.code == int(code)
    assert bool(ended.err) is (code != "0")
    assert "Traceback" not in ended.err
