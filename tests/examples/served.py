"""One little application for servers of all kinds: / keeps nothing, /leak keeps 10 kB a request."""

import os
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

kept: list[bytes] = []


def remember() -> None:
    """What the search for leaks has to name."""
    kept.append(os.urandom(10_000))


def answer(path: str) -> tuple[int, bytes]:
    """Status and body for a path."""
    if path == "/leak":
        remember()
    return (200, b"ok") if path in ("/", "/leak") else (404, b"no such page")


def wsgi(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """For gunicorn."""
    status, body = answer(environ["PATH_INFO"])
    start_response(f"{status} -", [("content-length", str(len(body)))])
    return [body]


async def asgi(
    scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Any]
) -> None:
    """For uvicorn and hypercorn."""
    if scope["type"] == "lifespan":
        while (message := await receive())["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        assert message["type"] == "lifespan.shutdown"
        await send({"type": "lifespan.shutdown.complete"})
        return
    status, body = answer(scope["path"])
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [length]})
    await send({"type": "http.response.body", "body": body})
