"""How operations start: closed (after completions and think time) or open (at planned times)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from suite.contract.replay import Replay
from suite.errors import ConfigurationError
from suite.units import parse

Arrivals = Literal["constant", "poisson", "burst", "ramp", "stages"]
Duration = str | float
_MOST_SPIN = 1e-3
_ARRIVALS = ("constant", "poisson", "burst", "ramp", "stages")


@dataclass(frozen=True, slots=True)
class ClosedLoop:
    """`users` virtual users, each starting its next operation after the last one and its think time.

    Ends after `operations` (the total that all users share), after `each` user's own number of them, or
    after `seconds`. `warmup` is recorded and left out of the metrics: seconds in a timed loop, operations
    (beside the total, or beside each user's) in a counted one. `think` is in seconds; (low, high) draws it
    uniformly. Raises ConfigurationError with all faults.
    """

    users: int
    operations: int | None = None
    seconds: float | None = None
    think: float | tuple[float, float] = 0.0
    warmup: float = 0.0
    each: int | None = None

    kind = "closed"

    def __post_init__(self) -> None:
        _check(self, _closed_faults(self))

    @property
    def total(self) -> int | None:
        """Operations of all users, the warm-up apart; None in a timed loop."""
        return self.operations if self.each is None else self.each * self.users

    @property
    def mean_think(self) -> float:
        """Seconds that a user thinks after an operation, on average."""
        return sum(self.think) / 2 if isinstance(self.think, tuple) else self.think


@dataclass(frozen=True, slots=True)
class OpenLoop:
    """Operations start at planned times, `rate` per second for `seconds`, whatever the system does.

    `arrivals`: constant; poisson; burst (`burst` at once, at the mean rate); ramp (from 0 to `rate`);
    stages ((rate, seconds), ...); a `replay` of an access log, which says rate and seconds by itself (they
    are 0 until it is read), and of which the warm-up is the beginning. `users` None adds users as they are
    needed. A start that finds no free user waits with its intended time kept (`busy="queue"`) or counts as
    dropped (`"drop"`).
    `spin`: seconds before each start in which the generator watches the clock instead of sleeping. 70 µs
    make starts punctual to a microsecond, cost up to a whole core, and see answers of that time late.
    Raises ConfigurationError with all faults.
    """

    rate: float
    seconds: float
    arrivals: Arrivals | Replay = "constant"
    users: int | None = None
    busy: Literal["queue", "drop"] = "queue"
    warmup: float = 0.0
    burst: int = 10
    stages: tuple[tuple[float, float], ...] = ()
    spin: float = 0.0

    kind = "open"

    def __post_init__(self) -> None:
        _check(self, _open_faults(self))

    @property
    def steady(self) -> bool:
        """Whether it is planned to be much the same from its beginning to its end."""
        return self.arrivals not in ("ramp", "stages") and not isinstance(self.arrivals, Replay)

    @property
    def expected(self) -> float:
        """Operations that the measured part plans; of Poisson arrivals their mean."""
        if self.arrivals == "stages":
            return sum(round(rate * seconds) for rate, seconds in self.stages)
        return self.rate * self.seconds / (2 if self.arrivals == "ramp" else 1)

    def shortfall(self) -> str | None:
        """What its time is too short for; None if it is long enough. By chance Poisson may plan nothing."""
        if isinstance(self.arrivals, Replay):
            return None
        planned = round(self.expected)
        if not planned and self.arrivals != "poisson":
            return (
                f"{self.rate:g}/s for {self.seconds:g} s plan no operation at all; give a higher rate or "
                "more seconds"
            )
        if self.arrivals == "burst" and planned < self.burst:
            return (
                f"at {self.rate:g}/s a burst of {self.burst} comes every {self.burst / self.rate:g} s, and "
                f"{self.seconds:g} s would cut the first one off; give more seconds or burst={planned}"
            )
        return None


Loop = ClosedLoop | OpenLoop


def closed_loop(
    users: int = 1,
    *,
    operations: int | None = None,
    each: int | None = None,
    seconds: Duration | None = None,
    think: Duration | tuple[Duration, Duration] = 0.0,
    warmup: Duration = 0.0,
) -> ClosedLoop:
    """A closed loop, see `ClosedLoop`. Raises ConfigurationError with all faults."""
    if isinstance(think, tuple):
        if len(think) != 2:
            raise ConfigurationError(f"closed_loop: think must be a time or (low, high), not {think!r}")
        pause: float | tuple[float, float] = (parse(think[0], "s"), parse(think[1], "s"))
    else:
        pause = parse(think, "s")
    length = None if seconds is None else parse(seconds, "s")
    return ClosedLoop(users, operations, length, pause, parse(warmup, "s"), each)


def open_loop(
    rate: str | float = 0.0,
    seconds: Duration = 0.0,
    *,
    arrivals: Arrivals | Replay = "constant",
    users: int | None = None,
    busy: Literal["queue", "drop"] = "queue",
    warmup: Duration = 0.0,
    burst: int = 10,
    stages: Sequence[tuple[str | float, Duration]] = (),
    spin: Duration = 0.0,
) -> OpenLoop:
    """An open loop, see `OpenLoop`. Raises ConfigurationError with all faults."""
    steps = tuple((parse(step_rate, "1/s"), parse(length, "s")) for step_rate, length in stages)
    if steps and arrivals == "constant":
        arrivals = "stages"
    if arrivals == "stages" and steps:
        seconds = sum(length for _, length in steps)
        rate = sum(r * length for r, length in steps) / seconds if seconds else 0.0
    if isinstance(arrivals, Replay) and rate:
        raise ConfigurationError("open_loop: a replayed log says the rate; give replay(..., speed=) instead")
    warmup, spin = parse(warmup, "s"), parse(spin, "s")
    return OpenLoop(
        parse(rate, "1/s"), parse(seconds, "s"), arrivals, users, busy, warmup, burst, steps, spin
    )


def facts(loop: Loop) -> dict[str, Any]:
    """The loop as plain data, as plans and lists say it."""
    if isinstance(loop, OpenLoop) and isinstance(loop.arrivals, Replay):
        return {"loop": loop.kind, **asdict(loop), **loop.arrivals.facts()}
    return {"loop": loop.kind, **asdict(loop)}


def not_replayed(loop: Loop, what: str) -> None:
    """Raise ConfigurationError for a loop that replays a log, which `what` can't do."""
    if isinstance(loop, OpenLoop) and isinstance(loop.arrivals, Replay):
        raise ConfigurationError(
            f"{what} can't replay {loop.arrivals.name}: suite run and suite capacity --over speed do; "
            "give it a workload with another loop"
        )


def resized(loop: Loop, **changes: object) -> Loop:
    """A copy of `loop` with fields replaced."""
    return replace(loop, **changes)  # type: ignore[arg-type]


_MOST = 1e15
"""Of anything that a loop counts: more is a slip, or no number."""


def _check(loop: Loop, faults: list[str]) -> None:
    if loop.warmup < 0:
        faults.append("warmup can't be negative")
    for name in ("users", "operations", "each", "rate", "seconds", "warmup"):
        value = getattr(loop, name, None)
        if value is not None and not value < _MOST:
            faults.append(f"{name} must be less than {_MOST:g}")
    if faults:
        raise ConfigurationError.of(f"{loop.kind}_loop: {fault}" for fault in faults)


def _closed_faults(loop: ClosedLoop) -> list[str]:
    faults = []
    if loop.users < 1:
        faults.append("users must be at least 1")
    ends = [loop.operations, loop.each, loop.seconds]
    if ends.count(None) != len(ends) - 1:
        faults.append("give one of operations= (of all users), each= (of each user) and seconds=")
    for name, count in (("operations", loop.operations), ("each", loop.each)):
        if count is not None and count < 1:
            faults.append(f"{name} must be at least 1")
    if loop.seconds is not None and loop.seconds <= 0:
        faults.append("seconds must be above 0")
    pauses = loop.think if isinstance(loop.think, tuple) else (loop.think, loop.think)
    if not 0 <= pauses[0] <= pauses[1]:
        faults.append("think must be a time, or (low, high) with 0 <= low <= high")
    return faults


def _open_faults(loop: OpenLoop) -> list[str]:
    faults = []
    replayed = isinstance(loop.arrivals, Replay)
    if not replayed and loop.arrivals not in _ARRIVALS:
        faults.append(f"arrivals must be one of {', '.join(_ARRIVALS)}, not {loop.arrivals!r}")
    if loop.arrivals == "stages" and not loop.stages:
        faults.append("arrivals='stages' needs stages=[(rate, seconds), ...]")
    if loop.stages and loop.arrivals != "stages":
        faults.append(f"stages= goes with arrivals='stages', not {loop.arrivals!r}")
    if any(rate < 0 or seconds <= 0 for rate, seconds in loop.stages):
        faults.append("every stage needs a rate of at least 0 and seconds above 0")
    if loop.rate < 0 or not (loop.rate or replayed):
        faults.append("rate must be above 0")
    if loop.seconds < 0 or not (loop.seconds or replayed):
        faults.append("seconds must be above 0")
    if loop.users is not None and loop.users < 1:
        faults.append("users must be at least 1")
    if loop.busy not in ("queue", "drop"):
        faults.append(f"busy must be 'queue' or 'drop', not {loop.busy!r}")
    if not 0 <= loop.spin <= _MOST_SPIN:
        faults.append("spin must be from 0 to 1 ms: answers wait as long")
    if loop.burst < 1:
        faults.append("burst must be at least 1")
    return faults
