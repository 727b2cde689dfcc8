"""A caller with good manners, through the protocol's own client: what must work before and after."""

import asyncio
import ssl
from typing import Any, Final

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from sandbox.records import Patient

SECONDS: Final = 30.0
_NO_CERTIFICATES: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class NotBookedError(Exception):
    """An honest caller could not book a time."""


async def books(root: str, token: str, patient: Patient) -> None:
    """Find somebody, offer a time, book it, and hear that it is confirmed.

    Raises:
        NotBookedError: something of it did not work; its text says how far it came.
    """
    headers = {"Authorization": f"Bearer {token}", "X-Call-Id": f"honest {patient.patient_id}"}
    said = "nothing"
    try:
        async with (
            asyncio.timeout(SECONDS),
            httpx2.AsyncClient(headers=headers, timeout=10, trust_env=False, verify=_NO_CERTIFICATES) as http,
            Client(streamable_http_client(f"{root}/mcp", http_client=http)) as client,
        ):

            async def ask(tool: str, **arguments: Any) -> dict[str, Any]:
                nonlocal said
                facts: dict[str, Any] = (await client.call_tool(tool, arguments)).structured_content or {}
                said = f"{tool}: {facts.get('say')}"
                return facts

            name = f"{patient.firstname} {patient.lastname}"
            found = await ask("find_patient", name=name, date_of_birth=str(patient.birthdate))
            slots = (await ask("find_slots", reason="exam", patient=found["patient"]))["slots"]
            wish = {"patient": found["patient"], "slot": slots[0]["slot"], "caller_confirmed": True}
            told = await ask("book_appointment", **wish)
            while told["outcome"] == "needs_confirmation":
                await asyncio.sleep(0.1)
                wish["slot"] = told.get("slot", wish["slot"])
                told = await ask("book_appointment", **wish)
            while told["outcome"] in {"pending", "unknown", "overdue"}:
                told = await ask("check_writeback", writeback=told["writeback"], wait_seconds=1)
    except (KeyError, IndexError, TimeoutError, OSError, ExceptionGroup) as error:
        raise NotBookedError(f"{type(error).__name__} after {said}") from error
    if told["outcome"] != "confirmed":
        raise NotBookedError(said)
