"""The commands of operators, as the command line takes them; exit codes: 0 ok, 1 failed, 2 configuration."""

from collections.abc import Callable, Coroutine
from enum import StrEnum
from typing import Annotated, Any

import typer

from server.door import account, read_settings, run, this_user
from store.inbox import TaskKind, TaskState
from store.ledger_states import OPEN, SETTLED, State

inbox_app = typer.Typer(help="The tasks that wait for the office's people.")
writebacks_app = typer.Typer(help="The writes to practices' systems.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(help="An id, or as much of its beginning as is unique.")]
Office = Annotated[str, typer.Option(help="Only this office: D10001, or D10001/1.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document, for a program.")]
Reveal = Annotated[bool, typer.Option("--reveal", help="Show what is sealed, patients' data included.")]
Limit = Annotated[int, typer.Option(help="At most so many.", min=1)]
By = Annotated[str, typer.Option(help="Who does this; else the name of this machine's user.")]


class StateWord(StrEnum):
    """A state of a write, or all that are open, or all that are settled."""

    OPEN = "open"
    SETTLED = "settled"
    WAITING = State.WAITING
    QUEUED = State.QUEUED
    INTENT = State.INTENT
    SENDING = State.SENDING
    SUBMITTED = State.SUBMITTED
    UNCERTAIN = State.UNCERTAIN
    OVERDUE = State.OVERDUE
    CONFIRMED = State.CONFIRMED
    FAILED = State.FAILED
    REJECTED = State.REJECTED
    WITHDRAWN = State.WITHDRAWN

    @property
    def states(self) -> frozenset[State]:
        """The states that the word stands for."""
        return {"open": OPEN, "settled": SETTLED}.get(self.value) or frozenset({State(self.value)})


class PersonsWord(StrEnum):
    """What a person may say became of a write."""

    CONFIRMED = State.CONFIRMED
    FAILED = State.FAILED


@inbox_app.callback(invoke_without_command=True)
def inbox(context: typer.Context) -> None:
    """The tasks that wait for the office's people; without a further word, a list of them."""
    if context.invoked_subcommand is None:
        list_tasks()


@inbox_app.command("list")
def list_tasks(
    office: Office = "",
    state: Annotated[TaskState | None, typer.Option(help="Else all that are not done.")] = None,
    kind: Annotated[TaskKind | None, typer.Option(help="Only tasks of this kind.")] = None,
    limit: Limit = 100,
    reveal: Reveal = False,
    as_json: Json = False,
) -> None:
    """List tasks, the urgent first, then the oldest."""
    from server.operators import inbox as commands  # noqa: PLC0415 - --help needs none of the parts
    from server.operators.tables import Page  # noqa: PLC0415 - as above

    settings, page = read_settings(), Page(as_json=as_json, reveal=reveal)
    wanted = commands.TaskFilter(office, state, kind, limit)
    conclude(lambda: commands.list_tasks(settings, page, wanted))


@inbox_app.command("show")
def show_task(task: Id, reveal: Reveal = False, as_json: Json = False) -> None:
    """Show one task; what it says only with --reveal."""
    from server.operators import inbox as commands  # noqa: PLC0415 - as above
    from server.operators.tables import Page  # noqa: PLC0415 - as above

    settings, page = read_settings(), Page(as_json=as_json, reveal=reveal)
    conclude(lambda: commands.show_task(settings, page, task))


@inbox_app.command("take")
def take_task(task: Id, by: By = "", as_json: Json = False) -> None:
    """Put down that you are seeing to a task."""
    from server.operators import inbox as commands  # noqa: PLC0415 - as above
    from server.operators.tables import Page  # noqa: PLC0415 - as above

    settings, page = read_settings(), Page(as_json=as_json, reveal=False)
    conclude(lambda: commands.take_task(settings, page, task, by or this_user()))


@inbox_app.command("done")
def finish_task(
    task: Id,
    note: Annotated[str, typer.Option(help="What was done; kept sealed.")] = "",
    by: By = "",
    as_json: Json = False,
) -> None:
    """Put down that a task is done."""
    from server.operators import inbox as commands  # noqa: PLC0415 - as above
    from server.operators.tables import Page  # noqa: PLC0415 - as above

    settings, page = read_settings(), Page(as_json=as_json, reveal=False)
    conclude(lambda: commands.finish_task(settings, page, task, by or this_user(), note))


@writebacks_app.command("list")
def list_rows(
    office: Office = "",
    state: Annotated[
        list[StateWord] | None,
        typer.Option(metavar="STATE", help="A state, open, or settled; as often as wanted."),
    ] = None,
    operation: Annotated[str, typer.Option(help="Only this, such as book or cancel.")] = "",
    limit: Limit = 50,
    before: Annotated[str, typer.Option(help="Go on after this id, the last of the list before.")] = "",
    reveal: Reveal = False,
    as_json: Json = False,
) -> None:
    """List writes, the newest first."""
    from server.operators import writebacks as commands  # noqa: PLC0415 - as above
    from server.operators.tables import Page  # noqa: PLC0415 - as above

    settings, page = read_settings(), Page(as_json=as_json, reveal=reveal)
    states = frozenset[State]().union(*(word.states for word in state or ()))
    wanted = commands.RowFilter(office, states, operation, limit, before)
    conclude(lambda: commands.list_rows(settings, page, wanted))


@writebacks_app.command("show")
def show_row(writeback: Id, reveal: Reveal = False, as_json: Json = False) -> None:
    """Show one write with its history; what it says only with --reveal."""
    from server.operators import writebacks as commands  # noqa: PLC0415 - as above
    from server.operators.tables import Page  # noqa: PLC0415 - as above

    settings, page = read_settings(), Page(as_json=as_json, reveal=reveal)
    conclude(lambda: commands.show_row(settings, page, writeback))


@writebacks_app.command("settle")
def settle_row(
    writeback: Id,
    outcome: Annotated[
        PersonsWord, typer.Option("--as", help="What the practice's own system shows: done, or not.")
    ],
    note: Annotated[str, typer.Option(help="How this is known; kept sealed.")],
    patient_id: Annotated[str, typer.Option(help="Of the patient that was registered.")] = "",
    appointment: Annotated[str, typer.Option(help="Number of the appointment that was booked.")] = "",
    by: By = "",
    as_json: Json = False,
) -> None:
    """Settle a write whose outcome only a person can find out."""
    from server.operators import writebacks as commands  # noqa: PLC0415 - as above
    from server.operators.tables import Page  # noqa: PLC0415 - as above

    settings, page = read_settings(), Page(as_json=as_json, reveal=False)
    who = by or this_user()
    word = commands.Word(State(outcome.value), who, note, patient_id.strip(), appointment.strip())
    conclude(lambda: commands.settle_row(settings, page, writeback, word))


@writebacks_app.command("withdraw")
def withdraw_row(writeback: Id, by: By = "", as_json: Json = False) -> None:
    """Take a write back before it is done."""
    from server.operators import writebacks as commands  # noqa: PLC0415 - as above
    from server.operators.tables import Page  # noqa: PLC0415 - as above

    settings, page = read_settings(), Page(as_json=as_json, reveal=False)
    conclude(lambda: commands.withdraw_row(settings, page, writeback, by))


@writebacks_app.command("retry")
def retry_row(writeback: Id, by: By = "", as_json: Json = False) -> None:
    """Ask anew for a write that failed; the new one is linked to the old."""
    from server.operators import writebacks as commands  # noqa: PLC0415 - as above
    from server.operators.tables import Page  # noqa: PLC0415 - as above

    settings, page = account(), Page(as_json=as_json, reveal=False)
    conclude(lambda: commands.retry_row(settings, page, writeback, by))


@writebacks_app.command("stats")
def show_stats(office: Office = "", as_json: Json = False) -> None:
    """Show counts and completion times by office and operation."""
    from server.operators import writebacks as commands  # noqa: PLC0415 - as above
    from server.operators.tables import Page  # noqa: PLC0415 - as above

    settings, page = read_settings(), Page(as_json=as_json, reveal=False)
    conclude(lambda: commands.show_stats(settings, page, office))


def disconnect(
    office: Office = "",
    forget: Annotated[
        bool, typer.Option("--forget", help="Forget the keys here even if Sikka cannot be asked to end them.")
    ] = False,
    by: By = "",
) -> None:
    """End the keys of an office at Sikka and forget them here; without --office, of all, and the App-Key."""
    from server.operators.disconnect import disconnect as end  # noqa: PLC0415 - as above

    settings = account()
    conclude(lambda: end(settings, office, by, forget=forget))


def conclude(main: Callable[[], Coroutine[Any, Any, int]]) -> None:
    """Run a command to its end; what it logs is errors only, since a person reads its answer."""
    from server.logs import configure_logs  # noqa: PLC0415 - as above

    configure_logs("ERROR")
    raise typer.Exit(run(main))
