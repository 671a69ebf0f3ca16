"""A workload's loop as settings change it: its size, its length, and both for a quick look."""

from __future__ import annotations

from typing import Any

from suite.config.settings import ENDS, Settings
from suite.contract.loop import ClosedLoop, Loop, OpenLoop, resized
from suite.contract.replay import Replay
from suite.contract.workload import Workload
from suite.errors import ConfigurationError

_QUICK_OPERATIONS = 5
_QUICK_SECONDS = 1.0
_QUICK_WARMUP = 0.2


def changed_loop(workload: Workload, settings: Settings) -> Loop:
    """The loop of `workload` as `settings` want it. Raises ConfigurationError for what it can't have."""
    loop = settings.loop or workload.loop
    if settings.quick:
        loop = (workload.quick if settings.loop is None else None) or _shortened(loop)
    changes: dict[str, Any] = {}
    if settings.users is not None:
        changes["users"] = settings.users
    ends = {name: getattr(settings, name) for name in ENDS}
    given = [name for name in ENDS if ends[name] is not None]
    if given == ["each", "seconds"]:  # of many workloads some are counted and some are timed
        given = ["each" if isinstance(loop, ClosedLoop) and loop.seconds is None else "seconds"]
        ends = {name: ends[name] if name in given else None for name in ENDS}
    if len(given) > 1:
        both = " or ".join(f"--{name}" for name in given)
        raise ConfigurationError(f"{workload.name}: give {both}, not both")
    if isinstance(loop, ClosedLoop):
        if settings.rate is not None:
            raise ConfigurationError(f"{workload.name} is a closed loop: it has no --rate")
        if given:
            changes |= ends
            if ends["seconds"] is None or loop.seconds is None:  # the warm-up is in another unit
                changes["warmup"] = 0.0
    else:
        if ends["operations"] is not None or ends["each"] is not None:
            raise ConfigurationError(f"{workload.name} is an open loop: give --rate and --seconds")
        if settings.seconds is not None:
            changes["seconds"] = settings.seconds
            changes["stages"] = _stretched(loop, settings.seconds)
        if settings.rate is not None and isinstance(loop.arrivals, Replay):
            raise ConfigurationError(
                f"{workload.name} replays {loop.arrivals.name}: it has no --rate; change speed= in replay()"
            )
        if settings.rate is not None:
            factor = settings.rate / loop.rate  # the mean rate of stages
            changes["rate"] = settings.rate
            changes["stages"] = tuple(
                (rate * factor, length) for rate, length in changes.get("stages", loop.stages)
            )
    return resized(loop, **changes) if changes else loop


def _shortened(loop: Loop) -> Loop:
    if isinstance(loop, OpenLoop) or loop.seconds is not None:
        shortest = max(_QUICK_SECONDS, _least(loop))
        seconds = min(loop.seconds or shortest, shortest)
        changes: dict[str, Any] = {"seconds": seconds, "warmup": min(loop.warmup, _QUICK_WARMUP)}
        if isinstance(loop, OpenLoop):
            changes["stages"] = _stretched(loop, seconds)
        return resized(loop, **changes)
    return loop


def _least(loop: Loop) -> float:
    """Seconds in which an open loop of a slow rate plans anything to speak of, or its first burst whole."""
    if not isinstance(loop, OpenLoop) or not loop.rate:  # nobody has read the log yet
        return 0.0
    return (loop.burst if loop.arrivals == "burst" else _QUICK_OPERATIONS) / loop.rate


def _stretched(loop: OpenLoop, seconds: float) -> tuple[tuple[float, float], ...]:
    return tuple((rate, length * seconds / loop.seconds) for rate, length in loop.stages)
