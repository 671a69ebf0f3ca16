"""What the leaky server is asked to do, and what must be said of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from examples.leaky import leaky
from examples.load_null import Asker

from suite import Server, Workload, closed_loop

USERS = 4
BOUNDED = frozenset({"no growth", "bounded"})
LEAK = frozenset({"unbounded"})


@dataclass(frozen=True)
class Case:
    """`parameters` are those of `leaky`; `outcomes` the right ones of a search.

    `function` is the one that leaks, None if it can't be named. `bytes` are the least that a request
    leaves, on average. `requests` is how many a window needs. `held`: only while connections are held.
    """

    name: str
    parameters: Mapping[str, Any]
    outcomes: frozenset[str] = LEAK
    function: str | None = None
    bytes: float = 0.0
    requests: int = 100
    held: bool = False

    @property
    def leaks(self) -> bool:
        """Whether to say "unbounded" of it is right."""
        return "unbounded" in self.outcomes

    @property
    def constant(self) -> bool:
        """Whether nothing else is right."""
        return self.outcomes == LEAK

    def workload(self, seed: int = 1) -> Workload:
        """A server that does this, and users of it."""
        system = Server(leaky, seed=seed, **self.parameters)
        loop = closed_loop(USERS, operations=self.requests)
        return Workload(f"leaky/{self.name}", system, Asker, loop=loop)


def _bounded(name, outcomes=BOUNDED, **parameters):
    return Case(name, {"behaviour": name, **parameters}, outcomes)


def _leak(behaviour, size, *, function=None, children=""):
    kept = -(-size // 4096) * 4096 if behaviour == "mmap" else size
    return Case(
        f"{children or behaviour}-{size}",
        {"behaviour": behaviour, "size": size, "children": children},
        function=function,
        bytes=kept,
    )


CASES = (
    _bounded("clean"),
    Case("clean-fork", {"behaviour": "clean", "children": "fork"}, BOUNDED),
    _bounded("cycles"),
    _bounded("cache-early"),
    _bounded("cache-late"),
    _bounded("ring"),
    _bounded("ring-in-place"),
    _bounded("fragmentation"),
    _bounded("busy"),
    _bounded("expiring", BOUNDED | {"released"}),
    _bounded("expiring-timer", BOUNDED | {"released"}),
    *(_leak("python", size, function="remember_python") for size in (100, 1_000, 10_000)),
    *(_leak("numpy", size, function="remember_numpy") for size in (100, 1_000, 10_000)),
    *(_leak("malloc", size) for size in (100, 1_000, 10_000)),  # ctypes: no tracer sees it
    *(_leak("mmap", size, function="remember_mmap") for size in (100, 1_000, 10_000)),
    *(_leak("python", 100, function="remember_python", children=each) for each in ("fork", "spawn")),
    Case(
        "held",
        {"behaviour": "held", "size": 1_000},
        function="remember_in_connection",
        bytes=1_000,
        held=True,
    ),
    Case(
        "sporadic",
        {"behaviour": "sporadic", "size": 10_000},
        LEAK | {"sporadic"},
        function="remember_sometimes",
        bytes=100,
        requests=500,
    ),
)
