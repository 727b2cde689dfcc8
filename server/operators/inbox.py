"""What `chairtime inbox` does: shows the tasks of the office's people, and puts down who did them."""

from dataclasses import dataclass

from server.clock import SystemClock
from server.failures import Failure
from server.operators.records import Records, acting, opened
from server.operators.tables import TASKS, Page, short, task_record
from server.settings import Settings
from store.inbox import Task, TaskKind, TaskState


@dataclass(frozen=True)
class TaskFilter:
    """Which tasks are listed; None and "" mean any. ``state`` None means unfinished."""

    office: str = ""
    state: TaskState | None = None
    kind: TaskKind | None = None
    limit: int = 100


async def list_tasks(settings: Settings, page: Page, wanted: TaskFilter) -> int:
    """The urgent first, then the oldest."""
    async with opened(settings) as records:
        tasks = [
            task
            for office in records.chosen(wanted.office)
            for task in await records.store.inbox.list(
                office.id if office else None, state=wanted.state, kind=wanted.kind, limit=wanted.limit
            )
        ]
    tasks.sort(key=lambda task: (task.urgency != "urgent", task.created_at, task.id))
    shown = [_record(records, task, page) for task in tasks[: wanted.limit]]
    page.listing(shown, TASKS, "The inbox is empty.")
    return 0


async def show_task(settings: Settings, page: Page, task_id: str) -> int:
    """One task, with all its fields. Raises Failure: there is none."""
    async with opened(settings) as records:
        page.sheet(_record(records, await records.task(task_id), page))
    return 0


async def take_task(settings: Settings, page: Page, task_id: str, by: str) -> int:
    """Put down who is seeing to a task. Raises Failure: there is none, or somebody has it."""
    async with opened(settings) as records:
        task = await records.task(task_id)
        with acting(records.store, "inbox take", by, task.office):
            taken = await records.store.inbox.acknowledge(task.id, by, SystemClock().now()) or task
        if taken.state is TaskState.DONE:
            raise Failure(f"The task {short(task.id)} is done already. Nothing was changed.")
        if taken.owner != by:
            raise Failure(f"{taken.owner} has taken the task {short(task.id)}. Nothing was changed.")
        page.done(f"{by} has the task {short(task.id)} now.", _record(records, taken, page))
    return 0


async def finish_task(settings: Settings, page: Page, task_id: str, by: str, note: str) -> int:
    """Put down that a task is done. Raises Failure: there is none, or it was done before."""
    async with opened(settings) as records:
        task = await records.task(task_id)
        if task.state is TaskState.DONE:
            raise Failure(f"The task {short(task.id)} was done before. Nothing was changed.")
        with acting(records.store, "inbox done", by, task.office):
            done = await records.store.inbox.done(task.id, by, note or None, SystemClock().now()) or task
        page.done(f"The task {short(task.id)} is done.", _record(records, done, page))
    return 0


def _record(records: Records, task: Task, page: Page) -> dict[str, object]:
    return task_record(task, records.labels[task.office], reveal=page.reveal)
