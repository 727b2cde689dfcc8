"""Compares what a caller was told with the practice's own records, past Sikka and past our ledger."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx2

from server.demo.script import BORN, CALLER

Row = dict[str, Any]


@dataclass(frozen=True)
class Compared:
    """One line of a comparison."""

    what: str
    told: str
    found: str
    agrees: bool


@dataclass
class Records:
    """The practice's records of one patient, read through the stand-in's control API.

    Attributes:
        before: numbers of the appointments that were there when the demo began.
        ours: number of the one that came with the booking; "" before it was seen.
    """

    http: httpx2.AsyncClient
    url: str
    office: str = ""
    before: frozenset[str] = frozenset()
    ours: str = ""
    _patient: Row = field(default_factory=dict[str, Any])

    async def open(self) -> None:
        """Find the office and the caller in it, and note what is there already."""
        self.office = (await self._get("/health"))["offices"][0]
        self._patient = next(
            row
            for row in await self._of_office("patients")
            if _full_name(row) == CALLER and row["birthdate"] == BORN
        )
        self.before = frozenset(row["sr_no"] for row in await self._appointments())

    async def profile(self) -> str:
        """The profile that the practice's people have reviewed, as TOML."""
        return str((await self._get(f"/offices/{self.office}/profile"))["document"])

    async def compare(
        self, start: str, spoken: str, provider: str, status: Literal["booked", "cancelled"]
    ) -> list[Compared]:
        """What was told beside what the practice holds.

        Args:
            start: local ISO start to the minute.
            spoken: the same as it was spoken.
            provider: as spoken; "" if nobody was named.
            status: as the caller was told.
        """
        rows = [row for row in await self._appointments() if row["sr_no"] not in self.before]
        if len(rows) != 1 or (self.ours and rows[0]["sr_no"] != self.ours):
            return [Compared("appointments", "1", str(len(rows)), agrees=False)]
        row = rows[0]
        self.ours = row["sr_no"]
        found = dt.datetime.fromisoformat(row["start"])
        lines = [
            Compared("patient", CALLER, _full_name(self._patient), _full_name(self._patient) == CALLER),
            Compared(
                "start",
                spoken.removesuffix(f" with {provider}"),
                f"{found:%A, %B} {found.day} at {found:%H:%M}",
                f"{found:%Y-%m-%dT%H:%M}" == start,
            ),
        ]
        if provider:
            who = next(
                r for r in await self._of_office("providers") if r["provider_id"] == row["provider_id"]
            )
            lines.append(Compared("provider", provider, _full_name(who), provider in _spoken_forms(who)))
        chair = "chair is free" if row["cancelled"] else f"in {row['operatory']}"
        agrees = row["cancelled"] is (status == "cancelled")
        lines.append(Compared("status", status, f"{row['status']} ({chair})", agrees))
        return lines

    async def _appointments(self) -> list[Row]:
        mine = self._patient["patient_id"]
        return [row for row in await self._of_office("appointments") if row["patient_id"] == mine]

    async def _of_office(self, what: str) -> list[Row]:
        return await self._get(f"/offices/{self.office}/{what}")

    async def _get(self, path: str) -> Any:
        answer = await self.http.get(f"{self.url}{path}")
        return answer.raise_for_status().json()


def _full_name(row: Row) -> str:
    return f"{row['firstname']} {row['lastname']}"


def _spoken_forms(row: Row) -> frozenset[str]:
    return frozenset({row["firstname"], f"Dr. {row['lastname']}", _full_name(row)})
