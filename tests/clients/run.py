"""Runs the cases against one client, and prints one JSON object a line: client, case, ok, detail.

    python tests/clients/run.py livekit [CASE...]

A case that does not apply to the client has no line; the reason goes to stderr.
"""

import asyncio
import json
import sys
import tempfile
import traceback
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS), str(TESTS.parent)]

from cases import ALONE, TOGETHER, Case, DoesNotApplyError  # noqa: E402 - found by the line above
from environments import NotInstalledError, python_of  # noqa: E402 - as above
from house import House, open_house  # noqa: E402 - as above
from roster import KINDS  # noqa: E402 - as above

CASE_SECONDS = 90.0
AT_ONCE = 5  # lines that are at work; a client's own time-outs are to be met by two processors


def row(client: str, case: str, detail: str, *, ok: bool) -> bool:
    """Print one line of the table."""
    print(json.dumps({"client": client, "case": case, "ok": ok, "detail": detail}), flush=True)  # noqa: T201 - the answer
    return ok


async def judged(house: House, name: str, case: Case, places: asyncio.Semaphore) -> bool:
    """Run one case, whatever comes of it."""
    async with places:
        try:
            async with asyncio.timeout(CASE_SECONDS):
                detail = await case(house)
        except DoesNotApplyError as reason:
            sys.stderr.write(f"{house.name} {name}: {reason}\n")
            return True
        except Exception as problem:  # noqa: BLE001 - one case says nothing about the others
            sys.stderr.write(f"{house.name} {name}:\n{traceback.format_exc()}\n")
            return row(house.name, name, f"{type(problem).__name__}: {problem}"[:300], ok=False)
        return row(house.name, name, detail, ok=True)


async def run(client: str, only: set[str]) -> bool:
    """All cases against a client. Returns whether all went well."""
    kind = KINDS[client]
    try:
        python = await asyncio.to_thread(python_of, kind.environment)
    except NotInstalledError as problem:
        return row(client, "installed", str(problem)[-300:], ok=False)
    places = asyncio.Semaphore(AT_ONCE)
    with tempfile.TemporaryDirectory(prefix="chairtime-clients-") as folder:
        async with open_house(client, kind, python, Path(folder)) as house:
            chosen = [(n, case) for n, case in TOGETHER.items() if not only or n in only]
            done = await asyncio.gather(*[judged(house, n, case, places) for n, case in chosen])
            done += [
                await judged(house, n, case, places) for n, case in ALONE.items() if not only or n in only
            ]
        if not all(done):
            sys.stderr.write(f"{client} wrote last:\n{house.log.read_text(errors='replace')[-4000:]}\n")
    return all(done)


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(run(sys.argv[1], set(sys.argv[2:]))) else 1)
