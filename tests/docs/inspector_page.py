"""Runs the commands of the page on MCP Inspector with Inspector itself, whose command line it is given.

    python tests/docs/inspector_page.py NODE INSPECTOR.js

Those with --cli are run to the letter, but for where the server listens. Exits with 1 if one goes wrong.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile

from snippet_runs import ADDRESS, LIMIT_SECONDS, OURS, ROOT

PAGE = ROOT / "docs" / "quickstart" / "inspector.md"
COMMAND = re.compile(r"^npx @modelcontextprotocol/inspector (--cli .+)$", re.MULTILINE)
THERE = "http://127.0.0.1:8000"


def commands() -> list[str]:
    """What the page has typed after Inspector's name."""
    return COMMAND.findall(PAGE.read_text(encoding="utf-8"))


def run_all(inspector: list[str]) -> int:
    """How many commands went wrong; one if there are none."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    with tempfile.TemporaryDirectory() as folder:
        own = {name: f"{folder}/{name}.json" for name in ("MCP_CATALOG_PATH", "MCP_CLIENT_CONFIG_PATH")}
        with subprocess.Popen(
            [sys.executable, "-m", "server", "serve", "--sandbox", "--transport", "http", "--port", "0"],
            cwd=ROOT,
            env=clean,
            stderr=subprocess.PIPE,
            text=True,
        ) as server:
            try:
                assert server.stderr is not None
                address = next((found[1] for line in server.stderr if (found := ADDRESS.search(line))), "")
                assert address, "the server did not come up"
                failed = 0
                for command in commands():
                    words = shlex.split(command.replace(THERE, address))
                    failed += not run([*inspector, *words], {**clean, **own}, command)
            finally:
                server.terminate()
    return failed if commands() else 1


def run(words: list[str], environment: dict[str, str], command: str) -> bool:
    """Whether Inspector ends well, with the tools or an answer of one of them."""
    done = subprocess.run(
        words,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    answered = '"find_slots"' in done.stdout or '"outcome"' in done.stdout
    well = done.returncode == 0 and answered
    print("ok  " if well else "FAIL", f"{PAGE.name}: {command[:80]}")  # noqa: T201 - a command's answer
    if not well:
        print(f"exit code {done.returncode}\n{done.stdout}{done.stderr}")  # noqa: T201 - as above
    return well


if __name__ == "__main__":
    sys.exit(run_all(sys.argv[1:]) > 0)
