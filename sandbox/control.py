"""The sandbox's own controls under /_sandbox: clearly not Sikka's, plain JSON with plain types."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.desk import Desk, DeskAct, DeskCannotError
from sandbox.faults import KINDS, Fault
from sandbox.office import Office
from sandbox.review import reviewed
from sandbox.world import World

Endpoint = Callable[[Request], Awaitable[Response]]
_FAULT_FIELDS = frozenset(
    {"kind", "method", "path", "times", "probability", "seconds", "office_id", "after_work"}
)


class _BadRequestError(Exception):
    """The control request makes no sense; the text says why."""


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in cast("dict[str, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in cast("Sequence[Any]", value)]
    return value


async def _body(request: Request) -> dict[str, Any]:
    try:
        body: Any = await request.json()
    except ValueError as error:
        raise _BadRequestError("The body is not JSON.") from error
    if not isinstance(body, dict):
        raise _BadRequestError("The body is not an object.")
    return cast("dict[str, Any]", body)


class Control:
    """The endpoints over one world."""

    def __init__(self, world: World) -> None:
        self.world = world

    def _office(self, request: Request) -> Office:
        office = self.world.offices.get(str(request.path_params["office_id"]))
        if office is None:
            raise _BadRequestError("No such office.")
        return office

    async def health(self, _: Request) -> Any:
        """Say that the sandbox is up, and with which offices."""
        return {"ok": True, "offices": list(self.world.offices)}

    async def credentials(self, _: Request) -> Any:
        """The app id and key to call the API with."""
        return {"app_id": self.world.config.app_id, "app_key": self.world.config.app_key}

    async def patients(self, request: Request) -> Any:
        """The patients in an office's own records."""
        return [asdict(row) for row in self._office(request).records.patients.values()]

    async def providers(self, request: Request) -> Any:
        """Who works in an office, by its own records."""
        return [asdict(row) for row in self._office(request).records.providers.values()]

    async def appointments(self, request: Request) -> Any:
        """The appointments in an office's own records."""
        return [asdict(row) for row in self._office(request).records.appointments.values()]

    async def notes(self, request: Request) -> Any:
        """The notes in an office's own records."""
        return [asdict(row) for row in self._office(request).records.notes.values()]

    async def transactions(self, request: Request) -> Any:
        """The entries of an office's own ledger; amounts are decimals as text."""
        return [asdict(row) for row in self._office(request).records.transactions.values()]

    async def profile(self, request: Request) -> Any:
        """What the people of an office's first practice have reviewed for the phone agent, as TOML."""
        office = self._office(request)
        return {"document": reviewed(office, office.spec.practice_id)}

    async def requests(self, _: Request) -> Any:
        """Every request the API has seen."""
        return [asdict(row) for row in self.world.requests]

    async def effects(self, _: Request) -> Any:
        """Every write the practices' software was given."""
        return [asdict(row) for row in self.world.effects]

    async def writebacks(self, _: Request) -> Any:
        """Every write that was accepted, as the queue holds it."""
        return [asdict(row) for row in self.world.queue.rows.values()]

    async def settings(self, request: Request) -> Any:
        """Change how long writes take from now on: {"writeback_seconds": [low, high]}."""
        given = (await _body(request)).get("writeback_seconds")
        try:
            low, high = (float(each) for each in cast("Sequence[Any]", given))
        except (TypeError, ValueError) as error:
            raise _BadRequestError("writeback_seconds must be two numbers.") from error
        self.world.writeback_seconds = (low, high)
        return {"writeback_seconds": [low, high]}

    async def refresh(self, request: Request) -> Any:
        """Upload an office's records into the copy now."""
        return {"refreshed": self._office(request).refresh()}

    async def spu(self, request: Request) -> Any:
        """Turn the office PC on or off."""
        online = (await _body(request)).get("online")
        if not isinstance(online, bool):
            raise _BadRequestError("online must be true or false.")
        self.world.set_online(self._office(request).office_id, online)
        return {"online": online}

    async def expire_keys(self, request: Request) -> Any:
        """End an office's request keys."""
        return {"expired": self.world.expire_keys(self._office(request).office_id)}

    async def add_fault(self, request: Request) -> Any:
        """Put a fault in force."""
        body = await _body(request)
        unknown = set(body) - _FAULT_FIELDS
        if unknown or body.get("kind") not in KINDS:
            raise _BadRequestError(
                f"kind must be one of {', '.join(KINDS)}; fields: {sorted(_FAULT_FIELDS)}."
            )
        self.world.faults.add(Fault(**body))
        return {"faults": len(self.world.faults.waiting)}

    async def clear_faults(self, _: Request) -> Any:
        """Take all faults out of force."""
        self.world.faults.clear()
        return {"faults": 0}

    async def desk(self, request: Request) -> Any:
        """Have the front desk book, move or cancel; without details it chooses."""
        desk, body = self.world.desks[self._office(request).office_id], await _body(request)
        try:
            act = self._desk_act(desk, body)
        except (KeyError, TypeError, ValueError, DeskCannotError) as error:
            raise _BadRequestError(f"The desk cannot do that: {error}") from error
        return asdict(act) if act else {"action": "none", "appointment_sr_no": ""}

    def _desk_act(self, desk: Desk, body: dict[str, Any]) -> DeskAct | None:
        match body.get("action"):
            case None:
                return desk.act()
            case "book":
                return desk.book(
                    str(body["patient_id"]),
                    datetime.fromisoformat(body["start"]),
                    int(body["length"]),
                    str(body["operatory"]),
                    str(body["provider_id"]),
                )
            case "move":
                start = datetime.fromisoformat(body["start"])
                return desk.move(str(body["appointment_sr_no"]), start, str(body.get("operatory", "")))
            case "cancel":
                return desk.cancel(str(body["appointment_sr_no"]))
            case other:
                raise ValueError(other)


def _endpoint(world: World, act: Callable[[Request], Awaitable[Any]]) -> Endpoint:
    async def answer(request: Request) -> Response:
        world.advance()
        try:
            return JSONResponse(_plain(await act(request)))
        except _BadRequestError as error:
            return JSONResponse({"error": str(error)}, status_code=400)

    return answer


def control_routes(world: World) -> list[Route]:
    """The routes of the control API."""
    control = Control(world)
    table: tuple[tuple[str, str, Callable[[Request], Awaitable[Any]]], ...] = (
        ("GET", "/health", control.health),
        ("GET", "/credentials", control.credentials),
        ("GET", "/requests", control.requests),
        ("GET", "/effects", control.effects),
        ("GET", "/writebacks", control.writebacks),
        ("POST", "/settings", control.settings),
        ("POST", "/faults", control.add_fault),
        ("DELETE", "/faults", control.clear_faults),
        ("GET", "/offices/{office_id}/profile", control.profile),
        ("GET", "/offices/{office_id}/patients", control.patients),
        ("GET", "/offices/{office_id}/providers", control.providers),
        ("GET", "/offices/{office_id}/appointments", control.appointments),
        ("GET", "/offices/{office_id}/notes", control.notes),
        ("GET", "/offices/{office_id}/transactions", control.transactions),
        ("POST", "/offices/{office_id}/refresh", control.refresh),
        ("POST", "/offices/{office_id}/spu", control.spu),
        ("POST", "/offices/{office_id}/expire-keys", control.expire_keys),
        ("POST", "/offices/{office_id}/desk", control.desk),
    )
    return [Route(path, _endpoint(world, act), methods=[method]) for method, path, act in table]
