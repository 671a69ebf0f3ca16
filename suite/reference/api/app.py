"""The backend as an ASGI application, one for each process."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from suite.reference.api import accounts, health, notes, patients, sessions
from suite.reference.api.connections import connections_to
from suite.reference.api.extraction import NoteJobs
from suite.reference.api.limiter import ClientLimiter
from suite.reference.api.parts import ApiParts
from suite.reference.api.problem import problem_of
from suite.reference.api.settings import ApiSettings
from suite.reference.backend.answering import answer_problems
from suite.reference.backend.counted_requests import CountedRequests
from suite.reference.backend.passwords import Passwords
from suite.reference.backend.shared_counters import SharedCounters


def build(settings: ApiSettings, counters: SharedCounters) -> FastAPI:
    """The application; its database must be ready."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        connections = connections_to(
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
        gc.enable()
        gc.freeze()  # what is there now stays: collections need not look at it
        yield
        await jobs.close()
        parts.passwords.close()
        await limiter.close()
        await connections.close()

    app = FastAPI(title="Therapy sessions", version="1", lifespan=lifespan, docs_url=None, redoc_url=None)
    for part in (accounts, patients, sessions, notes, health):
        app.include_router(part.router)
    answer_problems(app, problem_of)
    return app


def create() -> CountedRequests:
    """What each server process runs: the application for the settings that were exported."""
    settings = ApiSettings.exported()
    counters = SharedCounters(settings.counters())
    return CountedRequests(build(settings, counters), counters)
