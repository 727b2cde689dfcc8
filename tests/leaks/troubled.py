"""Runs the server with troubles that bear a patient's data, or with a leak made on purpose.

`crashes`: loops, tools, threads and libraries fail or talk with marked texts.
`logs_bodies`: a mutant, which logs what it sends to Sikka; the search has to find it.
"""

import asyncio
import gc
import itertools
import logging
import os
import sys
import threading
import warnings
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from server.__main__ import main
from server.background.freshness import Freshness
from server.desk.accounts import Accounts
from server.sikka.transport import Transport

TROUBLE, SAID = "TROUBLE", "TROUBLE_SAYS"  # in the environment: which, and the marked text
LIBRARIES = ("httpx2", "httpcore2", "uvicorn.access", "uvicorn.error", "mcp.server", "asyncio", "anybody")
Run = Callable[..., Awaitable[Any]]


def crashes(text: str) -> None:
    """Fail wherever something can, with the text."""
    turns = itertools.count()
    run: Run = Freshness.run

    async def runs(self: Freshness) -> None:
        if next(turns) < 2:
            _talk(text)
            raise RuntimeError(text)
        await run(self)

    async def fails(*_: Any) -> Any:
        raise ValueError(text)

    _instead(Freshness, "run", runs)
    _instead(Accounts, "insurances", fails)


def _instead(owner: type, name: str, run: Run) -> None:
    setattr(owner, name, run)


def _talk(text: str) -> None:
    """Everything that libraries and Python itself say without being asked."""

    def dies() -> None:
        raise RuntimeError(text)

    async def is_forgotten() -> None:
        raise RuntimeError(text)

    class Unfinished:
        def __del__(self) -> None:
            raise RuntimeError(text)

    loop = asyncio.get_running_loop()
    loop.call_exception_handler({"message": text, "exception": RuntimeError(text)})
    loop.call_soon(dies)
    loop.create_task(is_forgotten()).add_done_callback(lambda _: gc.collect())
    threading.Thread(target=dies, name=text).start()
    Unfinished()
    warnings.warn(text, stacklevel=1)
    try:
        dies()
    except RuntimeError:
        for name in LIBRARIES:
            library = logging.getLogger(name)
            library.debug("sent %s", text)
            library.exception("could not send %s", text, extra={"body": text}, stack_info=True)
    logging.getLogger("anybody").error("%d", text)
    structlog.get_logger("server.anything").error("sent", body=text, reason=text, exc_info=True)


def logs_bodies(_: str) -> None:
    """Log every body that is sent to Sikka, past the gate."""
    ask: Run = Transport.ask
    library = logging.getLogger("wire")
    library.propagate = False
    library.addHandler(logging.StreamHandler(sys.stderr))

    async def asks(self: Transport, method: str, path: str, **given: Any) -> Any:
        library.warning("%s %s %s", method, path, given.get("body"))
        return await ask(self, method, path, **given)

    _instead(Transport, "ask", asks)


if __name__ == "__main__":
    {each.__name__: each for each in (crashes, logs_bodies)}[os.environ[TROUBLE]](os.environ[SAID])
    main()
