"""A hotel's backend that deals badly with its property management system, each way a planted weakness."""

import secrets
from contextlib import asynccontextmanager, contextmanager

from suite.reference.hotel.serving import serve


def without_breaker(system, **parameters):
    """Its breakers never open."""
    from suite.reference.hotel.pms.breaker import PmsBreaker

    @contextmanager
    def guarding(_):
        yield

    PmsBreaker.guarding = guarding  # type: ignore[assignment]
    serve(system, **parameters)


def without_budget(system, **parameters):
    """It tries again whatever happens."""
    from suite.reference.hotel.pms.budget import RetryBudget

    RetryBudget.spend = lambda _: True  # type: ignore[assignment]
    serve(system, **parameters)


def stale(system, **parameters):
    """Its cache hears of no write."""
    from suite.reference.hotel.pms.cache import CacheWrite, PmsCache

    @asynccontextmanager
    async def writing(*_):
        yield CacheWrite()

    PmsCache.writing = writing  # type: ignore[assignment]
    serve(system, **parameters)


def forgetful(system, **parameters):
    """Each attempt to book is another booking."""
    from suite.reference.hotel.pms.endpoint import PmsEndpoint
    from suite.reference.hotel.pms.wire import KEY

    asked = PmsEndpoint._asked

    async def asked_anew(self, request, until):
        if KEY in request.headers:
            request.headers[KEY] = secrets.token_hex(8)
        return await asked(self, request, until)

    PmsEndpoint._asked = asked_anew
    serve(system, **parameters)


def weak(system, **parameters):
    """All of this at once."""
    from unittest.mock import patch

    with patch(f"{__name__}.serve", lambda *_, **__: None):
        for one in (without_breaker, without_budget, stale, forgetful):
            one(system)
    serve(system, **parameters)
