"""An ASGI app that a cell has uvicorn run in two workers."""

import os

from phases_matrix import Phases

PHASES = Phases(os.environ["MATRIX_FOLDER"], os.environ["MATRIX_MARK"])


async def app(scope, receive, send):
    """Answer with nothing; each worker comes up with a hidden child, and when it is let."""
    if scope["type"] == "lifespan":
        await receive()
        PHASES.note("system", os.getppid())
        PHASES.hide()
        PHASES.wait("starting")
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})
