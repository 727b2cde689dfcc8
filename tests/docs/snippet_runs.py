"""Runs snippets of the pages against a server process on the stand-in for Sikka; `run_snippets` starts it.

The first argument is the interpreter of the environment with the snippets' client, the others are snippets.
Each is run with a token, and without one.
Exits with 1 if one of them fails, or says nothing of the tools and of what one of them answers.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIMIT_SECONDS = 120
ADDRESS = re.compile(r"CHAIRTIME_ADDRESS=(\S+)")
# snippet -> the environment of its client, as tests/clients names it; what is not here needs the SDK only.
ENVIRONMENTS = {
    "livekit_agent.py": "livekit",
    "openai_agents.py": "openai-agents",
    "pipecat_agent.py": "pipecat",
}
OURS = ("CHAIRTIME_", "SIKKA_", "COVERAGE_")


def run_all(interpreter: str, snippets: list[str], *, with_token: bool = True) -> int:
    """How many snippets went wrong, at a server that asks for a token, or at one that has none."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    with tempfile.TemporaryDirectory() as folder:
        served = {**clean, "CHAIRTIME_DATABASE_URL": f"sqlite:///{folder}/chairtime.db"}
        program = [sys.executable, "-m", "server"]
        token = _token(program, served) if with_token else ""
        with subprocess.Popen(
            [*program, "serve", "--sandbox", "--transport", "http", "--port", "0"],
            cwd=ROOT,
            env=served,
            stderr=subprocess.PIPE,
            text=True,
        ) as server:
            try:
                assert server.stderr is not None
                address = next((found[1] for line in server.stderr if (found := ADDRESS.search(line))), "")
                assert address, "the server did not come up"
                given = {"CHAIRTIME_URL": f"{address}/mcp", "CHAIRTIME_TOKEN": token}
                return sum(not run(interpreter, snippet, {**clean, **given}) for snippet in snippets)
            finally:
                server.terminate()


def _token(program: list[str], environment: dict[str, str]) -> str:
    made = subprocess.run(
        [*program, "tokens", "create", "--name", "snippets", "--office", "D10001"],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return made.stdout.strip()


def run(interpreter: str, snippet: str, environment: dict[str, str]) -> bool:
    """Whether a snippet ends well, and has said what the tools are and what one of them answers."""
    done = subprocess.run(
        [interpreter, str(Path(snippet).resolve())],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
    )
    well = done.returncode == 0 and "find_slots" in done.stdout and "office's phone" in done.stdout
    print("ok  " if well else "FAIL", Path(snippet).name)  # noqa: T201 - a command's answer
    if not well:
        print(f"exit code {done.returncode}\n{done.stdout}{done.stderr}")  # noqa: T201 - as above
    return well


if __name__ == "__main__":
    failed = [run_all(sys.argv[1], sys.argv[2:], with_token=with_token) for with_token in (True, False)]
    sys.exit(any(failed))
