"""The backend as an ASGI application."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from redis.asyncio import Redis

from suite.reference.backend.answering import answer_problems
from suite.reference.backend.counted_requests import CountedRequests
from suite.reference.backend.passwords import Passwords
from suite.reference.backend.redis_connection import RedisConnection
from suite.reference.hotel import audio, authentication, calls, health, report, rooms, routing, setup, speech
from suite.reference.hotel.cache import HotelCache
from suite.reference.hotel.connections import connections_of
from suite.reference.hotel.counters import HotelCounters
from suite.reference.hotel.parts import HotelParts
from suite.reference.hotel.pms import routes as pms
from suite.reference.hotel.pms.service import PmsService
from suite.reference.hotel.problem import problem_of
from suite.reference.hotel.session_store import SessionStore
from suite.reference.hotel.settings import HotelSettings
from suite.reference.hotel.switchboard import Switchboard

_PARTS = (authentication, setup, rooms, report, calls, routing, speech, audio, pms, health)


def build(settings: HotelSettings) -> CountedRequests:
    """The application; its database must have its tables."""
    counters = HotelCounters()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            patience = settings.patience
            redis = Redis.from_url(
                settings.redis, connection_class=RedisConnection, decode_responses=True,
                socket_timeout=patience, socket_connect_timeout=patience,
            )  # fmt: skip
            stack.push_async_callback(redis.aclose)
            connections = connections_of(settings, counters)
            stack.push_async_callback(connections.close)
            passwords = Passwords()
            stack.callback(passwords.close)
            sessions = SessionStore(redis, settings.namespace, settings.session_seconds, counters)
            stack.push_async_callback(sessions.close)
            service = PmsService(settings, settings.namespace, connections, redis, counters)
            stack.push_async_callback(service.close)
            app.state.parts = HotelParts(
                settings, counters, connections, HotelCache(redis, settings.namespace, counters), sessions,
                passwords, Switchboard(settings.audio_buffer, counters), service,
            )  # fmt: skip
            gc.enable()
            gc.set_threshold(settings.gc_threshold)
            if settings.freeze:
                gc.freeze()  # what is there now stays: collections need not look at it
            yield

    app = FastAPI(title="Hotel calls", version="1", lifespan=lifespan, docs_url=None, redoc_url=None)
    for part in _PARTS:
        app.include_router(part.router)
    answer_problems(app, problem_of)
    return CountedRequests(app, counters)
