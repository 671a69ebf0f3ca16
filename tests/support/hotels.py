"""Hotels' backends that run, with what they need."""

from contextlib import contextmanager

from suite import System
from suite.reference.hotel.load.backend import backend
from suite.reference.hotel.serving import serve
from suite.services import postgres, redis


@contextmanager
def hotel_of(served=serve, **parameters):
    """A backend with a PostgreSQL and a Redis beside it."""
    with postgres(keep="session") as database, redis() as cache:
        system = backend(served, **parameters)
        system.beside = {"database": standing_for(database), "redis": standing_for(cache)}
        with system:
            yield system


def standing_for(helper):
    """What stands for a helper that runs: it can travel."""
    there = System()
    there.attach(helper.address)
    return there
