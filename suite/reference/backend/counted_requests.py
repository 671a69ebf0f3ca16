"""Answers of a backend, counted by method, route and status."""

from __future__ import annotations

from typing import Any

from suite.reference.backend.counting import Counting

_METHODS = frozenset({"GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"})


class CountedRequests:
    """Counts every answer of an application as http_requests_total, the moment that it begins."""

    def __init__(self, app: Any, counters: Counting) -> None:
        self._app, self._counters = app, counters

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def counted(message: Any) -> None:
            if message["type"] == "http.response.start":
                method = scope["method"] if scope["method"] in _METHODS else "other"
                route = getattr(scope.get("route"), "path", "none")
                self._counters.add(
                    f'http_requests_total{{method="{method}",route="{route}",status="{message["status"]}"}}'
                )
            await send(message)

        await self._app(scope, receive, counted)
