"""Hotels' backends that run, with what they need."""

from contextlib import ExitStack, contextmanager

from suite import System
from suite.reference.hotel.load.backend import backend
from suite.reference.hotel.serving import serve
from suite.services import postgres
from suite.services import redis as valkey


@contextmanager
def hotel_of(served=serve, *, database=None, redis=None, **parameters):
    """A backend with a PostgreSQL and a Redis beside it: those that run already, or some of its own."""
    with ExitStack() as stack:
        database = database or stack.enter_context(postgres(keep="session"))
        redis = redis or stack.enter_context(valkey())
        system = backend(served, **parameters)
        system.beside = {"database": standing_for(database), "redis": standing_for(redis)}
        yield stack.enter_context(system)


def standing_for(helper):
    """What stands for a helper that runs: it can travel."""
    there = System()
    there.attach(helper.address)
    return there
