"""The way to Sikka, in memory: it takes time, and requests and lists can be late.

What has reached Sikka is carried out there, whatever becomes of the process that asked.
"""

import asyncio
import json
from collections import deque
from contextlib import asynccontextmanager

import httpx2

from sandbox.app import SikkaApp
from server.sikka.transport import Transport

MOMENTS = (0.004, 0.01, 0.03, 0.1, 0.3)
MOST_LATE = 90.0  # seconds; later than that, absence could not be told by two looks at the list


class Wire(httpx2.AsyncBaseTransport):
    """One process's connection to the sandbox.

    Attributes:
        late_writes: seconds for which the next writes are on their way, one after the other.
        list_late: seconds by which GET /writebacks lags behind what Sikka has accepted.
    """

    late_writes: deque[float]

    def __init__(self, shared: "Lines"):
        self._shared = shared
        self.cut = False

    async def handle_async_request(self, request):
        if self.cut:
            raise httpx2.ConnectError("this process is no more")
        content = await request.aread()
        gone = asyncio.Event()
        work = asyncio.get_running_loop().create_task(self._shared.carry(request, content, gone))
        work.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            async with asyncio.timeout(request.extensions["timeout"]["read"]):
                return await asyncio.shield(work)
        except TimeoutError:
            raise httpx2.ReadTimeout("Sikka is silent") from None
        finally:
            gone.set()


class Lines:
    """All ways to one sandbox."""

    def __init__(self, world, chance):
        self._world = world
        self._app = SikkaApp(world)
        self._chance = chance
        self.late_writes: deque[float] = deque()
        self.list_late = 0.0

    @asynccontextmanager
    async def open_transport(self, wire, base_url, timeouts):
        """`server.sikka.transport.open_transport` over this wire."""
        limits = httpx2.Timeout(
            connect=timeouts.connect, read=timeouts.read, write=timeouts.write, pool=timeouts.pool
        )
        async with httpx2.AsyncClient(
            transport=wire, base_url=f"{base_url}/", timeout=limits, headers={"Accept-Encoding": "identity"}
        ) as client:
            yield Transport(client, timeouts.whole)

    async def carry(self, request, content, gone):
        """One request there, and its answer back."""
        path = request.url.path.removeprefix("/v4")
        is_write = request.method in {"POST", "PUT", "PATCH"} and path != "/request_key"
        late = self.late_writes.popleft() if is_write and self.late_writes else 0.0
        await asyncio.sleep(late + self._chance.choice(MOMENTS))
        status, headers, body = await self._answer(request, path, content, gone)
        if request.method == "GET" and path == "/writebacks" and self.list_late and status == 200:
            body = self._lagging(body)
        await asyncio.sleep(self._chance.choice(MOMENTS))
        kept = [(name, value) for name, value in headers if name != b"content-length"]
        return httpx2.Response(status, headers=kept, content=body)

    async def _answer(self, request, path, content, gone):
        sent = False
        status, headers, body = 0, [], bytearray()

        async def receive():
            nonlocal sent
            if not sent:
                sent = True
                return {"type": "http.request", "body": content, "more_body": False}
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message):
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status, headers = message["status"], message["headers"]
            body.extend(message.get("body", b""))

        scope = {
            "type": "http",
            "method": request.method,
            "path": path,
            "root_path": "",
            "scheme": "http",
            "query_string": request.url.query,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
        }
        try:
            await self._app(scope, receive, send)
        except ConnectionResetError as error:
            raise httpx2.ReadError(str(error)) from None
        return status, headers, bytes(body)

    def _lagging(self, body):
        """The list without what was accepted a moment ago."""
        answer = json.loads(body)
        seen = self._world.now() - self.list_late
        rows = self._world.queue.rows
        answer["items"] = [item for item in answer["items"] if rows[item["id"]].received_at <= seen]
        return json.dumps(answer).encode()
