"""Ways of waiting: for several questions at once, and for work that a cancelled caller must not tear."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio

from server.sikka.errors import SikkaError

Result = TypeVar("Result")


async def gathered(*steps: Callable[[], Awaitable[None]]) -> list[SikkaError]:
    """Run all steps side by side; returns the failures of those that Sikka did not answer.

    A task group would wrap them into a group, and cancel steps whose results are wanted.
    """
    failures: list[SikkaError] = []

    async def guarded(step: Callable[[], Awaitable[None]]) -> None:
        try:
            await step()
        except SikkaError as error:
            failures.append(error)

    async with anyio.create_task_group() as tasks:
        for step in steps:
            tasks.start_soon(guarded, step)
    return failures


async def to_the_end(work: Awaitable[Result]) -> Result:
    """The result of `work`, which is finished even if the caller is cancelled meanwhile."""
    done: list[Result] = []
    with anyio.CancelScope(shield=True):
        done.append(await work)
    return done[0]
