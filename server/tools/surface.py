"""The MCP surface: tools from tables, arguments read loosely, one deadline, and only our own words out."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from secrets import token_hex
from typing import Any, Final

import anyio
import structlog
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp_types import CallToolResult, InputRequiredResult, Tool, ToolAnnotations
from structlog.contextvars import bound_contextvars

from server import __version__
from server.access import ADMIN, EVERYTHING, NOBODY, Access, current
from server.desk.answers import Outcome, Unanswerable
from server.desk.choice import chosen_offices
from server.desk.front_desk import FrontDesk
from server.desk.gate import Diverted
from server.sikka.errors import NotPermitted, SikkaError
from server.tools.arguments import Argument, BadArgument, Value, object_schema, read_all
from server.tools.auditing import act_of, audited, keep
from server.tools.call import BadHandle, Call, Origin, origin_of
from server.tools.card_data import holds_card_data
from server.tools.disclosing import allowed
from server.tools.diverting import divert
from server.tools.language import spoken_in
from server.tools.outcomes import outcomes_of
from server.tools.protocol import in_our_words
from server.tools.results import Answer, as_result, room_for_news
from server.tools.scopes import TOOL_SCOPES
from server.tools.telling import MOST_TOLD, news_sentence
from server.tools.wording import Sentence, WordingError, phrase, sentence
from server.tools.writes import row_answer
from store.audit import during
from store.ledger_states import SETTLED
from store.offices import Office

Run = Callable[[Call, dict[str, Any]], Awaitable[Answer]]
CALL_BYTES: Final = 6  # of the number that a call's log lines bear; ours, and not the platform's call id
log = structlog.get_logger(__name__)

# reason of Unanswerable -> the sentence, where an operation has no better one of its own
UNANSWERABLE: Final[dict[str, tuple[str, str]]] = {
    "no_hours": ("find_slots", "needs_human"),
    "no_zone": ("any", "needs_human"),
    "no_number": ("any", "needs_human"),
    "no_word_for_cancelled": ("cancel", "not_supported"),
    "no_office": ("any", "unavailable"),
    "which_office": ("any", "not_permitted"),
    "not_shown": ("handle", "not_proven"),
    "not_theirs": ("handle", "not_theirs"),
}


@dataclass(frozen=True)
class ToolSpec:
    """A tool as the agent sees it, and what runs when it is called.

    Attributes:
        operation: under which the wording tables keep its sentences.
        writes: whether it may change anything in the practice; what it keeps of its own, such as a time held
            for the caller or a try that is counted, is no such change.
        destructive: whether what was there before may be gone after it, rather than something added.
        repeatable: whether a call that has had its effect has none when it is made once more.
        reaches_out: whether it asks the practice's system, and not this program's own database alone.
        takes_card_data: whether a card's number among the arguments is its own affair; any other tool that
            writes is not even run with one.
    """

    name: str
    title: str
    description: str
    arguments: tuple[Argument, ...]
    run: Run = field(repr=False)
    operation: str = ""
    writes: bool = False
    destructive: bool = False
    repeatable: bool = True
    reaches_out: bool = True
    takes_card_data: bool = False

    def as_tool(self) -> Tool:
        """In the protocol's form. Tools have no output schema: a client that checks one turns a truth
        told after a write into an error.
        """
        return Tool(
            name=self.name,
            title=self.title,
            description=self.description,
            input_schema=object_schema(self.arguments),
            annotations=ToolAnnotations(
                title=self.title,
                read_only_hint=not self.writes,
                destructive_hint=self.destructive,
                idempotent_hint=self.repeatable,
                open_world_hint=self.reaches_out,
            ),
        )


class Surface(MCPServer[None]):
    """Chairtime's tools as an MCP server.

    Args:
        desk: what the tools ask.
        specs: the tools to show; any other is refused by name.

    Attributes:
        asks: whether a call whose connection is not known may do nothing. Off, as on stdio, its parent
            is trusted with everything.
    """

    def __init__(self, desk: FrontDesk, specs: Sequence[ToolSpec]) -> None:
        super().__init__(
            name="chairtime",
            title="Chairtime",
            version=__version__,
            description="Finds, books and cancels dental appointments, and says what became of it.",
            log_level="WARNING",
        )
        # What the SDK puts around a call by itself: state of tools that ask back, as none of ours does, and
        # spans for a trace, into which exceptions would write their texts and callers' names.
        self.middleware[:] = [in_our_words]
        self._desk = desk
        self._specs = {spec.name: spec for spec in specs}
        self.asks = False

    def _access(self) -> Access:
        return current() or (NOBODY if self.asks else EVERYTHING)

    def _shown(self, access: Access, name: str) -> ToolSpec | None:
        """A tool that a connection sees, and so can call."""
        return self._specs.get(name) if access.permits(TOOL_SCOPES.get(name, ADMIN)) else None

    async def list_tools(self) -> list[Tool]:
        """The tools that the connection's scopes allow, in the order of their table."""
        access = self._access()
        return [spec.as_tool() for name, spec in self._specs.items() if self._shown(access, name)]

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[None, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Answer a call, whatever happens, in our own words and inside the deadline."""
        access = self._access()
        spec = self._shown(access, name)
        origin = replace(_origin(context, arguments), token=access.token)
        language = spoken_in(origin.language)  # until the office is known
        if spec is None:
            return as_result(_plain(language, ("any", "unknown_tool"), Outcome.NOT_PERMITTED), [], language)
        if access.lane is not None and access.lane.full:
            busy = _plain(language, _key(language, spec, "unavailable"), Outcome.UNAVAILABLE)
            return as_result(busy, [], language)
        with (
            access.lane.taken() if access.lane is not None else nullcontext(),
            bound_contextvars(call=token_hex(CALL_BYTES)),
        ):
            return await self._call(spec, arguments, origin)

    async def _call(self, spec: ToolSpec, arguments: dict[str, Any], origin: Origin) -> CallToolResult:
        started = self._desk.clock.monotonic()
        language = spoken_in(origin.language)
        try:
            call = await self._open_call(origin, started)
        except Unanswerable as reason:
            return as_result(_unanswerable(language, reason), [], language)
        except Exception as error:  # noqa: BLE001 - no exception's text may reach a caller
            log.error("call_not_opened", tool=spec.name, error=type(error).__name__)
            return as_result(_plain(language, ("any", "internal"), Outcome.INTERNAL), [], language)
        act = act_of(call, spec.name, arguments)
        with during(act):
            answer = await self._answer(call, spec, arguments)
        answer.facts = allowed(spec.name, answer.facts)
        if answer.outcome not in outcomes_of(spec.name):
            log.error("outcome_unlisted", tool=spec.name, outcome=answer.outcome.value)
        try:
            news = await self._news(call, spec, answer)
        except Exception as error:  # noqa: BLE001 - the answer is true without the news
            log.error("news_lost", tool=spec.name, error=type(error).__name__)
            news = []
        # What was put down has its entry already, and the truth about it is told whatever happens.
        if not await audited(call, act, answer, news):
            if answer.row is None and not spec.writes:
                internal = _plain(call.language, ("any", "internal"), Outcome.INTERNAL)
                return as_result(internal, [], call.language)
            await keep(call)
        if answer.row is not None:  # from here on the row's own lines go on with it
            log.info("answered", tool=spec.name, outcome=answer.outcome.value, row=answer.row.id)
        return as_result(answer, news, call.language, writes=spec.writes)

    async def _open_call(self, origin: Origin, started: float) -> Call:
        access = self._access()
        office_id = origin.office.partition("/")[0] or None
        offices = await chosen_offices(self._desk.store.offices, self._desk.settings, office_id)
        offices = [office for office in offices if access.reaches(office.office_id, office.practice_id)]
        if origin.office:
            offices = [o for o in offices if origin.office in {o.office_id, f"{o.office_id}/{o.practice_id}"}]
        if not offices:
            raise Unanswerable(Outcome.UNAVAILABLE, "no_office")
        if len(offices) > 1:
            raise Unanswerable(Outcome.NOT_PERMITTED, "which_office")
        office = offices[0]
        index = self._desk.store.index
        return Call(
            desk=self._desk,
            office=office,
            origin=origin,
            scope_key=(
                index.keyed_hash("scope", office.id, origin.token, origin.call_id) if origin.call_id else None
            ),
            ends_at=started + self._desk.settings.call_deadline_seconds,
            language=await self._language(office, origin),
        )

    async def _language(self, office: Office, origin: Origin) -> str:
        """What a call asks for, where there is a table in it; else the office's own."""
        if spoken_in(origin.language) == origin.language:
            return origin.language
        return spoken_in("", (await self._desk.charters.of(office.id)).charter.languages)

    async def _answer(self, call: Call, spec: ToolSpec, arguments: dict[str, Any]) -> Answer:
        left = call.ends_at - self._desk.clock.monotonic()
        with anyio.move_on_after(left):
            return await self._guarded(call, spec, arguments)
        log.warning("deadline", tool=spec.name)
        if call.row is not None:
            return await row_answer(call, call.row, new=None)
        return _plain(call.language, _key(call.language, spec, "unavailable"), Outcome.UNAVAILABLE)

    async def _guarded(  # noqa: PLR0911 - one answer for each way a call can end reads best as one list
        self, call: Call, spec: ToolSpec, arguments: dict[str, Any]
    ) -> Answer:
        language = call.language
        try:
            if spec.writes and not spec.takes_card_data and holds_card_data(arguments):
                raise BadArgument("card_number")  # noqa: TRY301 - answered like any other argument
            call.act = spec.operation
            values: dict[str, Value] = read_all(spec.arguments, arguments)
            return await _marked(call, await spec.run(call, values))
        except BadArgument as bad:
            return Answer(Outcome.INVALID_INPUT, sentence(language, ("invalid_input", bad.key), **bad.words))
        except BadHandle as error:
            return _handle_answer(language, error)
        except Diverted as diverted:
            return (await divert(call, diverted)).answer
        except Unanswerable as reason:
            return _unanswerable(language, reason, spec)
        except NotPermitted:
            return _plain(language, ("any", "not_permitted"), Outcome.NOT_PERMITTED)
        except SikkaError as error:
            log.warning("sikka_unavailable", tool=spec.name, error=type(error).__name__)
            return _plain(language, _key(language, spec, "unavailable"), Outcome.UNAVAILABLE)
        except Exception as error:  # noqa: BLE001 - no exception's text may reach a caller
            log.error("tool_crashed", tool=spec.name, error=type(error).__name__)
            if call.row is not None:
                return await row_answer(call, call.row, new=None)
            return _plain(language, ("any", "internal"), Outcome.INTERNAL)

    async def _news(self, call: Call, spec: ToolSpec, answer: Answer) -> list[Sentence]:
        """What the caller has not heard yet of earlier writes, but for those this answer is about."""
        if answer.alone:
            return []
        ledger, now = self._desk.store.ledger, self._desk.clock.now()
        about = [row for row in (answer.row, *answer.told) if row is not None]
        # A runtime may drop the answer of a call that goes on: how what it wrote ended is told once more.
        wrote = spec.writes and answer.new is not False
        for row in about:
            if wrote and row.state in SETTLED:
                call.later.append(ledger.telling_once(row.id, row.state))
            elif row.told_state is not row.state or row.told_at is None:
                call.later.append(ledger.telling(row.id, row.state, now))
        rows = await ledger.news(
            call.office.id,
            scope_key=call.scope_key,
            patient_key=call.patient_key,
            now=now,
            gap_ms=int(self._desk.settings.news_gap_seconds * 1000),
        )
        about_ids = {row.id for row in about}
        rows = [row for row in rows if row.id not in about_ids][:MOST_TOLD]
        news = [news_sentence(call, row) for row in rows]
        fitting = room_for_news(answer, news)
        call.later += [ledger.telling(row.id, row.state, now) for row in rows[:fitting]]
        return news[:fitting]


async def _marked(call: Call, answer: Answer) -> Answer:
    """With the load that was read, where data was read at all, and whether a kept copy vouched for it."""
    if answer.as_of is not None:
        mark = await call.desk.copies.mark(call.office)
        answer.as_of, answer.stale = mark.as_of, answer.stale or mark.stale
    return answer


def _origin(context: Context[None, Any] | None, arguments: dict[str, Any]) -> Origin:
    if context is None:
        return origin_of(None, None, arguments)
    meta = context.request_context.meta
    return origin_of(context.headers, dict(meta) if meta else None, arguments)


def _plain(language: str, key: tuple[str, str], outcome: Outcome) -> Answer:
    return Answer(outcome, sentence(language, key))


def _key(language: str, spec: ToolSpec, outcome: str) -> tuple[str, str]:
    try:
        sentence(language, (spec.operation, outcome))
    except WordingError:
        return ("any", outcome)  # there is none, or it names facts that are not known here
    return (spec.operation, outcome)


def _unanswerable(language: str, reason: Unanswerable, spec: ToolSpec | None = None) -> Answer:
    own = ("any", "needs_human") if spec is None else _key(language, spec, reason.outcome.value)
    return _plain(language, UNANSWERABLE.get(reason.reason, own), reason.outcome)


def _handle_answer(language: str, error: BadHandle) -> Answer:
    wanted = error.wanted.name.casefold()
    if error.given is None:
        return _plain(language, ("handle", f"unknown.{wanted}"), Outcome.INVALID_INPUT)
    words = sentence(
        language,
        ("handle", f"wrong_kind.{wanted}"),
        given=phrase(language, ("kind", error.given.name.casefold())),
        wanted=phrase(language, ("kind", wanted)),
    )
    return Answer(Outcome.INVALID_INPUT, words)
