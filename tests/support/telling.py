"""A server that says figures of itself, and load on it: a pool of a few places, as Prometheus has it."""

import asyncio
import json
import time

from suite import Observe, Server, User, Workload, closed_loop, operation
from suite.clients import Http

COUNTED = Observe("/metrics", requests="http_requests_total", labels={"path": "/items"})
ALL = Observe("/metrics", requests="http_requests_total")


async def telling(system, places, twice, hold, blocked, redirect):
    """Count every request; each `twice`-th of /items as if a proxy had sent it again.

    An item takes a place of the pool for `hold` seconds. `blocked` seconds after the first item nothing is
    told any more.
    """
    requests = {"/items": 0, "/metrics": 0, "/pool": 0, "/": 0}
    pool = {"checked_out": 0, "size": places, "waits": 0, "wait_seconds": 0.0}
    free = asyncio.Semaphore(places)
    began = None

    def text():
        lines = ["# HELP http_requests_total Requests.", "# TYPE http_requests_total counter"]
        lines += [f'http_requests_total{{path="{path}"}} {count}' for path, count in requests.items()]
        for name, kind, value in (
            ("pool_checked_out", "gauge", pool["checked_out"]),
            ("pool_size", "gauge", pool["size"]),
            ("pool_waits_total", "counter", pool["waits"]),
            ("pool_wait_seconds_total", "counter", pool["wait_seconds"]),
        ):
            lines += [f"# TYPE {name} {kind}", f"{name} {value}"]
        return "\n".join(lines) + "\n"

    async def item():
        since = time.monotonic()
        if free.locked():
            pool["waits"] += 1
        async with free:
            pool["wait_seconds"] += time.monotonic() - since
            pool["checked_out"] += 1
            await asyncio.sleep(hold)
            pool["checked_out"] -= 1
        return "item"

    async def talk(reader, writer):
        nonlocal began
        while head := await reader.readline():
            while (await reader.readline()).strip():
                pass
            path = head.split()[1].decode()
            status, extra = "200 OK", ""
            if path == "/items":
                began = began or time.monotonic()
                body = await item()
            elif blocked is not None and began is not None and time.monotonic() > began + blocked:
                await asyncio.sleep(60)
                return
            elif path == redirect:
                status, extra, body = "307 Temporary Redirect", f"Location: {path}/\r\n", ""
            else:
                body = json.dumps({"pool": pool}) if path == "/pool" else text()
            counted = path.rstrip("/") or "/"
            requests[counted] = requests.get(counted, 0) + 1
            if counted == "/items" and twice and not requests["/items"] % twice:
                requests["/items"] += 1
            writer.write(f"HTTP/1.1 {status}\r\n{extra}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        writer.close()

    server = await asyncio.start_server(talk, system.host, system.port)
    async with server:
        await server.serve_forever()


class Reader(User):
    """Asks for one item after the other."""

    async def connect(self, system):
        self.http = await Http.connect(system.url)

    @operation
    async def read(self):
        await self.http.get("/items", expect=200)


class Member(Reader):
    """Asks when it comes and when it goes, too."""

    async def connect(self, system):
        await super().connect(system)
        await self.http.get("/items")

    async def close(self):
        await self.http.get("/items")


def told(
    observe, *, users=Reader, loop=None, places=2, twice=0, hold=0.0, blocked=None, redirect="", **options
):
    """A workload on that server, observed."""
    system = Server(telling, places=places, twice=twice, hold=hold, blocked=blocked, redirect=redirect)
    loop = loop or closed_loop(users=4, operations=1500)
    return Workload("telling/items", system, users, loop=loop, observe=observe, **options)
