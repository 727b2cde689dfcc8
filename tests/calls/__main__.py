"""`make calls`: plays every call and prints how it went; ends with 1 if one did not go as its file says."""

import statistics
import sys
import tempfile
import time
from pathlib import Path

import anyio

from calls.player import Played, play
from calls.script import FOLDER, MalformedError, Script, read

SIDE_BY_SIDE = 5  # most of a call is waiting


def _write(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def _all(scripts: dict[str, Script], side_by_side: int) -> dict[str, Played]:
    ended: dict[str, Played] = {}
    limit = anyio.CapacityLimiter(side_by_side)

    async def one(name: str, script: Script) -> None:
        async with limit:
            with tempfile.TemporaryDirectory(prefix="chairtime-call-") as folder:
                ended[name] = await play(script, Path(folder))
            _write(line(name, ended[name]))
            if not ended[name].ok:
                _write(told(ended[name]))

    async with anyio.create_task_group() as group:
        for name, script in scripts.items():
            group.start_soon(one, name, script)
    return ended


def line(name: str, played: Played) -> str:
    """One call in a line."""
    mark = "ok    " if played.ok else "FAILED"
    return f"{mark} {name:<28} {played.tool_calls:>3} tool calls {played.seconds:6.1f} s  {played.title}"


def told(played: Played) -> str:
    """What a person needs to see why a call failed."""
    talk = "\n".join(f"    | {each}" for each in played.dialogue)
    wrong = "\n".join(f"    {each}" for text in played.wrong for each in text.splitlines())
    return f"{talk}\n{wrong}\n"


def summary(ended: dict[str, Played], seconds: float) -> str:
    """The last lines."""
    good = [played for played in ended.values() if played.ok]
    if not good:
        return f"None of {len(ended)} calls went as its file says."
    calls = statistics.median(played.tool_calls for played in good)
    waited = statistics.median(played.seconds for played in good)
    slowest = max(played.slowest for played in good)
    return (
        f"{len(good)} of {len(ended)} calls went as their files say, in {seconds:.0f} s. "
        f"Median: {calls:g} tool calls, {waited:.1f} s of waiting for tools. Slowest answer: {slowest:.2f} s."
    )


def main(names: list[str]) -> int:
    """Play the files with these names, else all of them."""
    paths = [path for path in sorted(FOLDER.glob("*.toml")) if not names or path.stem in names]
    if not paths or (names and len(paths) != len(set(names))):
        known = ", ".join(sorted(path.stem for path in FOLDER.glob("*.toml")))
        _write(f"There is no such call. The calls: {known}")
        return 2
    try:
        scripts = {path.stem: read(path) for path in paths}
    except MalformedError as error:
        _write(str(error))
        return 2
    began = time.monotonic()
    ended = anyio.run(_all, scripts, SIDE_BY_SIDE)
    _write(f"\n{summary(ended, time.monotonic() - began)}")
    return 0 if all(played.ok for played in ended.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
