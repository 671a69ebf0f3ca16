"""Backends with a fault each, that a workload has to notice. Each is what a Server runs."""

from suite import Server
from suite.reference.api.serving import all_answer, serve


def with_backend(workload, served, **parameters):
    """`workload` on another backend, with other parameters."""
    twin = workload.copy()
    twin.system = Server(served, ready=all_answer, **{**workload.system.parameters, **parameters})
    twin.system.beside = twin.beside
    return twin


def _limited(system, parameters, limiter):
    from suite.reference.api import app

    vars(app)["ClientLimiter"] = limiter
    serve(system, **parameters)


def one_too_many(system, **parameters):
    """Its rate limit lets one request too many pass."""
    from suite.reference.api.limiter import ClientLimiter

    class OneMore(ClientLimiter):
        def __init__(self, limit, *rest):
            super().__init__(limit + 1, *rest)

    _limited(system, parameters, OneMore)


def one_too_few(system, **parameters):
    """Its rate limit refuses the last one that it allows."""
    from suite.reference.api.limiter import ClientLimiter

    class OneLess(ClientLimiter):
        def __init__(self, limit, *rest):
            super().__init__(limit - 1, *rest)

    _limited(system, parameters, OneLess)


def _waiting(system, parameters, seconds):
    from suite.reference.api.limiter import ClientLimiter
    from suite.reference.backend.problem import BackendProblem

    class Wrong(ClientLimiter):
        async def admit(self, client):
            try:
                await super().admit(client)
            except BackendProblem as problem:
                told = int(problem.headers["Retry-After"]) + seconds
                problem.headers = {"Retry-After": str(told)}
                raise

    _limited(system, parameters, Wrong)


def waits_too_short(system, **parameters):
    """Its Retry-After is rounded down."""
    _waiting(system, parameters, -1)


def waits_too_long(system, **parameters):
    """Its Retry-After is two seconds too long."""
    _waiting(system, parameters, 2)


def loses_time_outs(system, **parameters):
    """Its pool's time-outs reach clients as faults of its own."""
    from suite.reference.backend import connections

    vars(connections)["PoolTimeout"] = KeyError
    serve(system, **parameters)
