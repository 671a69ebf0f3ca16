"""The backend as an ASGI application."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from redis.asyncio import Redis

from suite.reference.hotel import audio, authentication, calls, health, report, rooms, routing, setup, speech
from suite.reference.hotel.cache import HotelCache
from suite.reference.hotel.connections import HotelConnections
from suite.reference.hotel.counters import HotelCounters
from suite.reference.hotel.parts import HotelParts
from suite.reference.hotel.passwords import PasswordHashes
from suite.reference.hotel.pms import routes as pms
from suite.reference.hotel.pms.service import PmsService
from suite.reference.hotel.problem import answer_problems
from suite.reference.hotel.session_store import SessionStore
from suite.reference.hotel.settings import HotelSettings
from suite.reference.hotel.switchboard import Switchboard

_PARTS = (authentication, setup, rooms, report, calls, routing, speech, audio, pms, health)
_METHODS = frozenset({"GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"})


def build(settings: HotelSettings) -> CountedAnswers:
    """The application; its database must have its tables."""
    counters = HotelCounters()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            patience = settings.patience
            redis = Redis.from_url(
                settings.redis, decode_responses=True, socket_timeout=patience,
                socket_connect_timeout=patience,
            )  # fmt: skip
            stack.push_async_callback(redis.aclose)
            connections = HotelConnections(settings, counters)
            stack.push_async_callback(connections.close)
            passwords = PasswordHashes()
            stack.callback(passwords.close)
            sessions = SessionStore(redis, settings.namespace, settings.session_seconds, counters)
            stack.push_async_callback(sessions.close)
            service = PmsService(settings, settings.namespace, connections, redis, counters)
            stack.push_async_callback(service.close)
            app.state.parts = HotelParts(
                settings, counters, connections, HotelCache(redis, settings.namespace, counters), sessions,
                passwords, Switchboard(settings.audio_buffer, counters), service,
            )  # fmt: skip
            gc.set_threshold(settings.gc_threshold)
            if settings.freeze:
                gc.freeze()  # what is there now stays: collections need not look at it
            yield

    app = FastAPI(title="Hotel calls", version="1", lifespan=lifespan, docs_url=None, redoc_url=None)
    for part in _PARTS:
        app.include_router(part.router)
    answer_problems(app)
    return CountedAnswers(app, counters)


class CountedAnswers:
    """Counts every answer of an application as http_requests_total, the moment that it begins."""

    def __init__(self, app: Any, counters: HotelCounters) -> None:
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
