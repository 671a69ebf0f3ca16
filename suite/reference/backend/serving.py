"""How a backend is served: uvicorn at its fastest, without a log of what is asked."""

from __future__ import annotations

from typing import Any

import uvicorn


def serve_application(
    application: Any, host: str, port: int, *, backlog: int = 2048, grace: int = 2, **more: Any
) -> None:
    """Serve until SIGTERM or SIGINT; connections have `grace` seconds then. `more` are uvicorn's options."""
    uvicorn.run(
        application,
        host=host,
        port=port,
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
        backlog=backlog,
        timeout_graceful_shutdown=grace,
        **more,
    )
