"""Runs the server so that it tells on a signal what it holds, and servers that are wrong on purpose.

    python -m bench.fuzz.watched serve ...

Names of mutants stand in the environment, `FUZZ_MUTANT`; without one, the server is as it is.
"""

import asyncio
import gc
import json
import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from server.__main__ import main
from server.hosting.gate import Gate
from server.tools.surface import Surface

HOARDED: Final = 524_288
CALL: Final = "_call"
MUTANT: Final = "FUZZ_MUTANT"
NOTES: Final = "FUZZ_NOTES"  # the file that is told
PAGE: Final = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def held() -> dict[str, int]:
    """Tasks that have not ended, open descriptors, and resident bytes."""
    gc.collect()
    tasks = sum(isinstance(found, asyncio.Task) and not found.done() for found in gc.get_objects())
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return {"tasks": tasks, "descriptors": len(list(Path("/proc/self/fd").iterdir())), "bytes": pages * PAGE}


def tell(*_: object) -> None:
    """Write down what is held, whole or not at all."""
    notes = Path(os.environ[NOTES])
    fresh = notes.with_suffix(".new")
    fresh.write_text(json.dumps(held()), encoding="ascii")
    fresh.replace(notes)


def echo() -> None:
    """Break the answers: what cannot be read is repeated, as a library's error text would do."""
    call: Callable[..., Any] = getattr(Surface, CALL)

    async def repeating(self: Surface, spec: Any, arguments: Any, *rest: Any) -> Any:
        result = await call(self, spec, arguments, *rest)
        if result.structured_content["outcome"] == "invalid_input":
            result.content[0].text = f"Input should be valid, input_value={arguments!r}"[:300]
        return result

    setattr(Surface, CALL, repeating)


def hoard() -> None:
    """Break the gate: whatever is asked is kept."""
    kept: list[object] = []
    let_in: Callable[..., Any] = Gate.__call__

    async def keeping(self: Gate, scope: Any, receive: Any, send: Any) -> None:
        kept.append((dict(scope), bytearray(b"x") * HOARDED))
        await let_in(self, scope, receive, send)

    Gate.__call__ = keeping


MUTANTS: Final[Mapping[str, Callable[[], None]]] = {"echo": echo, "hoard": hoard}

if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, tell)
    for broken in filter(None, os.environ.get(MUTANT, "").split(",")):
        MUTANTS[broken]()
    main()
