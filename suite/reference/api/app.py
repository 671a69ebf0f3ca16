"""The backend as an ASGI application, one for each process."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from suite.reference.api import accounts, health, notes, patients, sessions
from suite.reference.api.connections import Connections
from suite.reference.api.counters import SharedCounters
from suite.reference.api.extraction import NoteJobs
from suite.reference.api.limiter import ClientLimiter
from suite.reference.api.parts import ApiParts
from suite.reference.api.passwords import Passwords
from suite.reference.api.problem import answer_problems
from suite.reference.api.settings import ApiSettings

_METHODS = frozenset({"GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"})


def build(settings: ApiSettings, counters: SharedCounters) -> FastAPI:
    """The application; its database must be ready."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        connections = Connections(
            settings.database,
            size=settings.pool_size,
            overflow=settings.pool_overflow,
            timeout=settings.pool_timeout,
            counters=counters,
        )
        limiter = ClientLimiter(settings.rate_limit, settings.rate_window, settings.rate_kind, settings.redis)
        jobs = NoteJobs(connections, workers=settings.jobs, queue=settings.queue, counters=counters)
        parts = ApiParts(settings, counters, connections, limiter, Passwords(), jobs)
        app.state.parts = parts
        settings.audio().mkdir(parents=True, exist_ok=True)
        gc.freeze()  # what is there now stays: collections need not look at it
        yield
        await jobs.close()
        parts.passwords.close()
        await limiter.close()
        await connections.close()

    app = FastAPI(title="Therapy sessions", version="1", lifespan=lifespan, docs_url=None, redoc_url=None)
    for part in (accounts, patients, sessions, notes, health):
        app.include_router(part.router)
    answer_problems(app)
    return app


class CountedRequests:
    """Counts every answer of an application as http_requests_total, the moment that it begins."""

    def __init__(self, app: Any, counters: SharedCounters) -> None:
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


def create() -> CountedRequests:
    """What each server process runs: the application for the settings that were exported."""
    settings = ApiSettings.exported()
    counters = SharedCounters(settings.counters())
    return CountedRequests(build(settings, counters), counters)
