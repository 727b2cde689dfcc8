"""The API's front: finds the endpoint, checks who asks, and answers; no network in here."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, cast

from sandbox import cloud, tracking, writes
from sandbox.auth import RequestKey
from sandbox.reads import LISTINGS, read
from sandbox.replies import ApiError, Found, Reply, listing, page_of, refusal, result
from sandbox.world import World

APP = "app"

# documented lists that the seeded practices have no rows for: they answer 204
_EMPTY_LISTS = frozenset(
    [
        "accounts_receivables",
        "accounts_receivables_by_patients",
        "claims",
        "contact_details",
        "fee_schedules",
        "guarantors",
        "guarantor_patient_mapping",
        "guarantors_v2",
        "insurance_eligibility",
        "insurance_estimate",
        "insurance_plan_coverage",
        "medical_history",
        "outside_doctors",
        "patient_addresses",
        "patient_documents",
        "patient_extended_info",
        "patient_treatment_history",
        "payment_plans",
        "payors",
        "pending_procedures",
        "pms_general_settings",
        "practice_events",
        "practice_resources",
        "preregistered_appointments",
        "preregistered_patients",
        "procedure_categories",
        "procedure_codes",
        "provider_time_clock",
        "referrals",
        "staging_details",
        "treatment_plan_phases",
        "treatment_plan_statuses",
        "treatment_plans",
    ]
)
# official list of those with the Data-Insert header; the others of it are empty here
_TOLD_WHILE_LOADING = frozenset({"patients", "appointments", "transactions"})
# documented, and not imitated: outside the plan
_OTHER_WRITES = frozenset({"POST remote_command"})


@dataclass(slots=True)
class Call:
    """One request: `path` is what follows /v4, `base` the API's own address, header names in lower case."""

    method: str
    path: str
    base: str
    query: dict[str, str] = field(default_factory=dict[str, str])
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""
    began: float = field(default_factory=time.perf_counter)

    @property
    def key(self) -> str:
        """The request key, from the header or the older query parameter."""
        return self.headers.get("request-key", "") or self.query.get("request_key", "")

    def fields(self) -> dict[str, str]:
        """The JSON body; raises ApiError unless it is an object whose values are all strings."""
        if not self.headers.get("content-type", "").casefold().startswith("application/json"):
            raise ApiError("API1006", "Content-Type should be application/json")
        try:
            body: Any = json.loads(self.body)
        except ValueError as error:
            raise ApiError("API2019", "Request body is not valid JSON") from error
        if not isinstance(body, dict):
            raise ApiError("API2019", "Request body is invalid")
        given = cast("dict[str, Any]", body)
        wrong = next((name for name, value in given.items() if not isinstance(value, str)), None)
        if wrong is not None:
            raise ApiError("API2019", f"{wrong} should be a string")
        return dict(given)


class Api:
    """All endpoints over one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._app_calls: dict[tuple[str, str], Callable[[Call], Reply]] = {
            ("GET", "authorized_practices"): self._listed(
                lambda call: cloud.authorized_practices(world, call.query, call.base)
            ),
            ("GET", "data_sync_status"): self._listed(
                lambda call: cloud.data_sync_status(world, call.query, call.base)
            ),
            ("GET", "supported_pmses"): self._listed(lambda call: cloud.supported_pmses(call.query)),
            ("GET", "writebacks"): self._listed(lambda call: tracking.list_of(world, call.query, call.base)),
            ("DELETE", "writebacks"): lambda call: tracking.delete(world, call.query),
            ("DELETE", "refresh_key"): self._revoke_refresh_key,
        }

    def office_of(self, call: Call) -> str:
        """The office a request belongs to, unchecked; "" for the app's own requests."""
        known = self.world.keys.find(call.key)
        if known is not None:
            return known.office_id
        if call.path == "/request_key":
            try:
                return self.world.keys.office_for_grant(call.fields())
            except ApiError:
                return ""
        return ""

    def answer(self, call: Call) -> Reply:
        """The reply to a request, with the headers that every reply has."""
        world, who = self.world, self.office_of(call) if call.path != "/request_key" else ""
        if not world.limits.take(who or APP, world.now()):
            reply = result("API2012", "Request limit exceeded.")
        else:
            try:
                reply = self._route(call)
            except ApiError as error:
                reply = refusal(error)
        self.add_headers(call, reply, who)
        return reply

    def add_headers(self, call: Call, reply: Reply, who: str) -> None:
        """Add the limits of the window, the key's end and the methods, as the live server does."""
        world = self.world
        reply.headers.update(world.limits.headers(who or APP, world.now()))
        reply.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS, POST, PUT, PATCH"
        key = world.keys.find(call.key)
        if key is not None:
            ends = datetime.fromtimestamp(int(key.ends_at), tz=UTC)
            reply.headers["Request-Key-Expires"] = format_datetime(ends, usegmt=True)

    def _route(self, call: Call) -> Reply:
        parts = call.path.strip("/").split("/")
        name, target = parts[0], "/".join(parts[1:])
        operation = f"{call.method} {name}"
        if not target:
            if (call.method, name) in self._app_calls:
                return self._for_app(call, name)
            if call.path == "/request_key" and call.method in {"POST", "DELETE"}:
                return self._grant(call) if call.method == "POST" else self._revoke(call)
            if call.method == "GET" and (
                name in LISTINGS or name in _EMPTY_LISTS or name in {"request_key_info", "writeback_status"}
            ):
                return self._for_office(call, name)
        known = writes.OPERATIONS.get(operation)
        if known is not None and bool(target) == known.on_record:
            return self._write(call, operation, target)
        if operation in _OTHER_WRITES:
            raise ApiError("API2004", "You are not authorized to use this API.")
        # seen live: undocumented paths under /v4 refuse the method rather than the path
        raise ApiError("API2009" if call.method == "GET" else "API2014", f"{call.method} {call.path}")

    def _listed(self, find: Callable[[Call], Found]) -> Callable[[Call], Reply]:
        def answer(call: Call) -> Reply:
            return self._page(call, find(call))

        return answer

    def _page(self, call: Call, found: Found) -> Reply:
        how = self.world.switches.envelope
        wrapped = how == "array" or (how == "status_array" and call.path == "/writeback_status")
        return listing(found, page_of(call.query), call.base + call.path, call.began, wrapped=wrapped)

    def _plan(self, name: str, office_id: str = "") -> None:
        denied = self._denied(office_id)
        if name in denied or name.removeprefix("GET ") in denied:
            raise ApiError("API2004", "You are not authorized to use this API.")

    def _denied(self, office_id: str) -> set[str]:
        office = self.world.offices.get(office_id)
        return self.world.denied | (office.denied if office else set[str]())

    def _for_app(self, call: Call, name: str) -> Reply:
        self.world.keys.check_app(call.headers.get("app-id", ""), call.headers.get("app-key", ""))
        self._plan(f"{call.method} {name}")
        return self._app_calls[call.method, name](call)

    def _key(self, call: Call, name: str) -> RequestKey:
        key = self.world.keys.check(call.key)
        self._plan(name, key.office_id)
        return key

    def _for_office(self, call: Call, name: str) -> Reply:
        key = self._key(call, f"GET {name}")
        office = self.world.offices[key.office_id]
        if name == "request_key_info":
            href = f"{call.base}/request_key_info?request_key={key.key}"
            return Reply(200, dict(self.world.keys.describe(key, href, self._denied(key.office_id))))
        if name == "writeback_status":
            return self._page(call, tracking.status_of(self.world, office, call.query))
        if name in _EMPTY_LISTS:
            return Reply(204)
        reply = self._page(call, read(office, name, call.query, call.base))
        if name in _TOLD_WHILE_LOADING:
            reply.headers["Data-Insert"] = "in progress" if office.loading else "completed"
        return reply

    def _write(self, call: Call, operation: str, target: str) -> Reply:
        key = self._key(call, operation)
        return writes.accept(self.world, key, operation, target, call.fields(), call.base)

    def _grant(self, call: Call) -> Reply:
        key = self.world.keys.grant(call.fields())
        key.count += 1
        href = f"{call.base}/request_key_info?request_key={key.key}"
        row = self.world.keys.describe(key, href, self._denied(key.office_id))
        return Reply(200, {**row, "refresh_key": key.refresh_key})

    def _revoke(self, call: Call) -> Reply:
        self.world.keys.revoke(self.world.keys.check(call.key).key)
        return result("API0002", "Request Session terminated successfully.")

    def _revoke_refresh_key(self, call: Call) -> Reply:
        self.world.keys.revoke_refresh_key(call.headers.get("refresh-key", ""))
        return result("API0003", "Request Session terminated successfully.")
