"""The questions about keys: refreshes the office's key a few times, and looks which are still good.

Every key is saved before it is used, under the lease that servers renew under, so that one that runs goes on.
"""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any, Final

from server.app import Connection
from server.desk.zones import wall_clock
from server.shakedown.facts import Facts
from server.shakedown.probe import Probe, Seen
from server.shakedown.questions import QUESTIONS, Topic
from server.sikka import formats
from server.sikka.keys import LIFETIME_SECONDS, RequestKey
from store.offices import Office

ALL: Final = [question.name for question in QUESTIONS if question.topic is Topic.KEYS]
NEAR_MINUTES: Final = 15
_DIGITS: Final = re.compile(r"\s*\d+\s*")


@dataclass
class _Round:
    """One office's keys while they are looked at."""

    connection: Connection
    probe: Probe
    office: Office

    async def refreshed(self, refresh_key: str) -> Seen:
        """One refresh; what it brought is saved, and used from then on."""
        seen = await self.probe.grant({"grant_type": "refresh_key", "refresh_key": refresh_key})
        if not seen.ok or not seen.body.get("request_key"):
            return seen
        now = self.connection.clock.now()
        seconds = formats.leading_integer(seen.body.get("expires_in", ""))
        key = RequestKey(
            request_key=seen.body["request_key"],
            refresh_key=seen.body.get("refresh_key", "") or refresh_key,
            issued_at=now,
            expires_at=now + (LIFETIME_SECONDS if seconds is None else seconds) * 1000,
            scope=seen.body.get("scope", ""),
        )
        await self.connection.keys.save(self.office.office_id, key)
        self.probe.request_key = key.request_key
        return seen

    async def good(self, request_key: str) -> Seen:
        """What a request key still opens."""
        return await self.probe.read("/request_key_info", key=request_key)


async def ask(connection: Connection, probe: Probe, office: Office, zone: str | None, facts: Facts) -> None:
    """Answer them. Raises SikkaError: Sikka cannot be asked."""
    async with connection.keys.renewing(office.office_id):
        saved = await connection.keys.load(office.office_id)
        if saved is None or not saved.refresh_key:
            facts.unknown(ALL, "there is no refresh key")
            return
        keys = _Round(connection, probe, office)
        first = await keys.refreshed(saved.refresh_key)
        if not first.ok:
            facts.unknown(ALL, "Sikka did not take the refresh key", sikka_said=first.answer)
            return
        _written(connection, first, zone, facts)
        own = first.body.get("refresh_key", "") or saved.refresh_key
        second = await keys.refreshed(own)
        if not second.ok:
            facts.unknown(
                ALL, "Sikka did not take the refresh key that it had just given", sikka_said=second.answer
            )
            return
        rotates = second.body.get("refresh_key", own) != own
        facts.learn("refresh_key_rotates", rotates, "two refreshes in a row, their refresh keys compared")
        after = await keys.good(first.body["request_key"])
        facts.learn(
            "refresh_ends_old_request_key",
            not after.ok,
            "GET /request_key_info with the request key before the refresh",
            sikka_said=after.answer,
        )
        held = [first.body["request_key"], second.body["request_key"]]
        if rotates:
            again = await keys.refreshed(own)
            how = "the refresh key of the refresh before was used a second time"
            facts.learn("old_refresh_key_reusable", again.ok, how, sikka_said=again.answer)
            held += [again.body["request_key"]] if again.ok else []
        else:
            facts.learn("old_refresh_key_reusable", True, "the same refresh key is handed out each time")
        alive = [(await keys.good(key)).ok for key in held]
        facts.learn(
            "parallel_request_keys", sum(alive), f"{len(held)} keys of this run, each asked for its own info"
        )


def _written(connection: Connection, seen: Seen, zone: str | None, facts: Facts) -> None:
    text = seen.body.get("expires_in", "")
    facts.learn(
        "expires_in",
        "digits" if _DIGITS.fullmatch(text) else "words",
        "expires_in of POST /request_key",
        pattern=re.sub(r"\d+", "N", text)[:40],
    )
    place(
        facts,
        connection.clock.now(),
        seen.body.get("start_time", ""),
        zone,
        "start_time of POST /request_key",
    )


def place(facts: Facts, now: int, text: str, zone: str | None, how: str) -> None:
    """Learn the zone of one of Sikka's own moments, which was made just now."""
    told = formats.moment(text)
    if told is None:
        facts.unknown("cloud_zone", f"{how} cannot be read")
        return
    if zone is None:
        facts.unknown("cloud_zone", "the office's zone is not known")
        return
    utc = dt.datetime.fromtimestamp(now / 1000, dt.UTC).replace(tzinfo=None)
    clocks: dict[str, dt.datetime] = {"utc": utc, "office": wall_clock(now, zone)}
    off = {name: round(abs((told - clock).total_seconds()) / 60) for name, clock in clocks.items()}
    near = [name for name, minutes in off.items() if minutes <= NEAR_MINUTES]
    evidence: dict[str, Any] = {f"minutes_off_{name}": minutes for name, minutes in off.items()}
    if len(near) == 1:
        facts.learn("cloud_zone", near[0], f"{how}, against this machine's clock", **evidence)
    else:
        facts.unknown("cloud_zone", f"{how} fits neither clock, or both", **evidence)
