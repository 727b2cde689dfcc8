"""A page's commands in one terminal, one after the other as a reader types them."""

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import anyio
from doc_pages import Block
from doc_stage import Stage
from processes import free_port

LIMIT_SECONDS = 120
PORTS = ("8000", "8901")  # as the pages write them: of a server, and of the sandbox; here others
# A program that goes on until somebody ends it: the page's next block finds it up.
_GOES_ON = re.compile(r"^(\S*/)?chairtime (serve .*--transport http|sandbox\b)")
_PRELUDE = """\
set -euo pipefail
cd "{folder}"
up() {{
  for _ in $(seq 400); do
    (exec 9<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return
    kill -0 "$2" || return
    sleep 0.05
  done
  return 1
}}
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
"""


@dataclass
class Terminal:
    """What was typed, and what came of it.

    Attributes:
        ports: where what the page serves is served, by the port that it writes.
        reached: the last block that was begun.
        code: with which it ended.
        printed: what it printed, but for console blocks.
    """

    stage: Stage
    ports: dict[str, int] = field(default_factory=lambda: {port: free_port() for port in PORTS})
    reached: str = ""
    code: int = 0
    printed: str = ""

    async def run(self, blocks: list[Block]) -> None:
        script = self.stage.folder / "page.sh"
        script.write_text(
            _PRELUDE.format(folder=self.stage.folder) + "".join(self._typed(block) for block in blocks),
            encoding="utf-8",
        )
        # past its time everything that the page has started is ended, what goes on in the background too
        done = await anyio.run_process(
            ["timeout", str(LIMIT_SECONDS), "bash", str(script)],
            input=b"y\n" * 20,  # a question is answered as the page says: somebody agrees
            check=False,
            stderr=subprocess.STDOUT,
            env=self.stage.environment,
        )
        self.code, self.printed = done.returncode, done.stdout.decode()
        begun = self.stage.folder / "begun"
        self.reached = begun.read_text().splitlines()[-1] if begun.exists() else ""

    def held(self) -> list[str]:
        """The commands that were put down instead of being run."""
        path = self.stage.folder / "held"
        return path.read_text().splitlines() if path.exists() else []

    def commands(self, block: Block) -> list[tuple[str, list[str], Path]]:
        """A console block's commands, what the page shows of each, and where its output is."""
        found: list[tuple[str, list[str], Path]] = []
        for line in block.text.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], [], self.stage.folder / f"shown-{block.line}-{len(found)}"))
            else:
                found[-1][1].append(line)
        return found

    def _typed(self, block: Block) -> str:
        lines = [f'echo "{block.place}" >>begun']
        if block.kind == "console":
            # how it ends is part of what is shown: a refusal ends with 1 or 2
            lines += [
                f'{{ {self._here(command)}; }} >"{path}" 2>&1 || echo "exit code $?" >>"{path}"'
                for command, _, path in self.commands(block)
            ]
        else:
            lines += [self._line(line) for line in block.text.splitlines()]
        return "\n".join(lines) + "\n"

    def _line(self, line: str) -> str:
        line = self._here(line)
        if not _GOES_ON.match(line):
            return line
        command = line.partition("  #")[0]
        port = re.search(r"--port (\d+)", command)
        assert port, f"{line} does not say where it can be found"
        return f"{command} >>server.log 2>&1 &\nup {port[1]} $!"

    def _here(self, text: str) -> str:
        for word, value in self.stage.values.items():
            text = re.sub(rf"(?<![\w-]){re.escape(word)}(?![\w-])", value, text)
        for written, port in self.ports.items():
            text = text.replace(written, str(port))
        return text


def as_shown(expected: list[str], printed: str) -> bool:
    """Whether something was printed as a page shows it; … on the page stands for anything."""
    wanted = "\n".join(expected).rstrip()
    pattern = ".*?".join(re.escape(part) for part in wanted.split("…"))
    return (
        re.fullmatch(pattern, "\n".join(line.rstrip() for line in printed.rstrip().splitlines()), re.DOTALL)
        is not None
    )
