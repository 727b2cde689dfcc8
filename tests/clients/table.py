"""Runs every client side by side and prints a table client x case; exits with 1 if anything failed.

    python tests/clients/table.py [CLIENT...]

Inspector's and the conformance suite's runners print rows in the same format; each has a table of its own.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(ROOT)]

from environments import NotInstalledError, python_of  # noqa: E402 - found by the line above
from roster import KINDS  # noqa: E402 - as above

OTHERS = {
    "inspector": [str(ROOT / "tests" / "inspector" / "run"), "--rows"],
    "conformance": [str(ROOT / "tests" / "conformance" / "run")],
}
AT_ONCE = 2  # more would meet the clients' time-outs for want of processors
Row = dict[str, object]


async def rows_of(client: str, folder: Path, places: asyncio.Semaphore) -> list[Row]:
    """What a client's runner printed; one that says nothing, or ends badly without a word, failed."""
    command = OTHERS.get(client) or [sys.executable, str(HERE / "run.py"), client]
    log = folder / f"{client}.log"
    async with places:
        began = time.monotonic()
        with log.open("wb") as errors:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                cwd=ROOT,
            )
            out, _ = await process.communicate()
        sys.stderr.write(f"clients: {client} took {time.monotonic() - began:.0f} s\n")
    rows: list[Row] = [json.loads(line) for line in out.splitlines() if line.startswith(b"{")]
    if not rows or (process.returncode != 0 and all(row["ok"] for row in rows)):
        rows.append(
            {"client": client, "case": "ran", "ok": False, "detail": f"ended with {process.returncode}"}
        )
    if not all(row["ok"] for row in rows):
        sys.stderr.write(log.read_text(errors="replace")[-20_000:])
    return rows


def mark(row: Row) -> str:
    """How a case went; "n/a" is one that is known not to apply to this server, and did not."""
    if not row["ok"]:
        return "FAILED"
    return "n/a" if row.get("expected") else "ok"


def table(rows: list[Row]) -> str:
    """One line a case, one column a client."""
    clients = list(dict.fromkeys(str(row["client"]) for row in rows))
    cases = list(dict.fromkeys(str(row["case"]) for row in rows))
    marks = {(row["client"], row["case"]): mark(row) for row in rows}
    wide = max(len(case) for case in cases)
    lines = [
        " | ".join(["case".ljust(wide), *clients]),
        "-|-".join(["-" * wide, *["-" * len(c) for c in clients]]),
    ]
    for case in cases:
        cells = [marks.get((client, case), "–").ljust(len(client)) for client in clients]
        lines.append(" | ".join([case.ljust(wide), *cells]))
    return "\n".join(f"| {line} |" for line in lines)


async def main(chosen: list[str]) -> int:
    """The exit code."""
    known = [*KINDS, *OTHERS]
    unknown = [client for client in chosen if client not in known]
    if unknown:
        sys.stderr.write(f"clients: no {', '.join(unknown)}; there are {', '.join(known)}\n")
        return 2
    places = asyncio.Semaphore(int(os.environ.get("CLIENTS_AT_ONCE", AT_ONCE)))
    clients = chosen or known
    for environment in {KINDS[client].environment for client in clients if client in KINDS}:
        try:
            await asyncio.to_thread(python_of, environment)
        except NotInstalledError as problem:
            sys.stderr.write(f"clients: {problem}\n")  # its runner says so in the table
    with tempfile.TemporaryDirectory(prefix="chairtime-clients-") as folder:
        found = await asyncio.gather(*[rows_of(client, Path(folder), places) for client in clients])
    rows = [row for some in found for row in some]
    failed = [row for row in rows if not row["ok"]]
    apart = [some for client, some in zip(clients, found, strict=True) if client in OTHERS]
    together = [row for client, some in zip(clients, found, strict=True) if client in KINDS for row in some]
    for some in (together, *apart):
        if some:
            print(table(some), end="\n\n")  # noqa: T201 - a command's answer
    for row in failed:
        print(f"FAILED {row['client']} {row['case']}: {row['detail']}")  # noqa: T201 - as above
    print(f"{len(rows) - len(failed)} passed, {len(failed)} failed")  # noqa: T201 - as above
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
