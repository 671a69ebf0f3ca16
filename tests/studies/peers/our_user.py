"""Ours, whole: a User's operation under the engine, as a load test is written."""

import json
import sys

from suite import Remote, User, Workload, closed_loop, open_loop, operation
from suite.clients import Http
from suite.config.settings import Settings
from suite.engine.coordinator import run


class Visitor(User):
    """Asks for the root, and for status 200."""

    async def connect(self, system):
        self.http = await Http.connect(system.url)

    @operation
    async def root(self):
        await self.http.get("/", expect=200)


def _main(url, connections, seconds, rate=None):
    closed = closed_loop(connections, seconds=seconds)
    loop = closed if rate is None else open_loop(rate, seconds, users=connections)
    result = run(Workload("peers/root", Remote(url), Visitor, loop=loop), Settings(rounds=1))
    if result.error is not None:
        raise SystemExit(str(result.error))
    metrics = result.metrics
    figures = {
        "throughput": metrics["throughput"].value,
        "p50": metrics["response.p50"].value,
        "p99": metrics["response.p99"].value,
        "failures": result.outcomes["failed"] + result.outcomes["timeout"],
    }
    print(json.dumps(figures))  # noqa: T201


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]), *map(float, sys.argv[3:]))
