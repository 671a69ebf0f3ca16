"""What the command line and a configuration file change about workloads."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from suite.contract.component import Component
from suite.contract.fault import At
from suite.contract.fault_schedule import beyond, unmet
from suite.contract.loop import ClosedLoop, Loop, OpenLoop, resized
from suite.contract.remote import Remote
from suite.contract.replay import Replay
from suite.contract.secret import Secret
from suite.contract.threshold import Threshold
from suite.contract.workload import Workload
from suite.errors import ConfigurationError, Faults

_QUICK_OPERATIONS = 5
_QUICK_SECONDS = 1.0
_QUICK_WARMUP = 0.2
ENDS = ("operations", "each", "seconds")
"""What ends a closed loop: one of these."""
_MOST_PLANNED = 50_000_000
"""Operations of an open loop: each has its intended start in memory before the first one starts."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Overrides for workloads; plain data that travels to the workers.

    `values` are named parameters of systems and workloads (`--set`), `thresholds` maps a metric to its
    new levels, `skipped_operations` leaves operations out, `workers` spreads users over processes.
    `services` are URLs of those that run already, by name.
    `loop` takes the place of the workload's own, before the others change it; its faults are `faults`.
    """

    rounds: int | None = None
    quick: bool = False
    users: int | None = None
    operations: int | None = None
    each: int | None = None
    seconds: float | None = None
    rate: float | None = None
    target: str | None = None
    workers: int = 1
    seed: int = 1
    values: Mapping[str, Any] = field(default_factory=dict)
    thresholds: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    skipped_operations: frozenset[str] = frozenset()
    services: Mapping[str, str] = field(default_factory=dict)
    loop: Loop | None = None
    faults: tuple[At, ...] = ()

    def round_count(self) -> int:
        """Rounds of a Run: as asked, else 1 in quick mode and 3 otherwise."""
        return self.rounds if self.rounds is not None else 1 if self.quick else 3

    def with_loop(self, loop: Loop, faults: tuple[At, ...] = ()) -> Settings:
        """A copy for one round of `loop`, which nothing else changes, with `faults`."""
        nothing: dict[str, Any] = dict.fromkeys(("users", *ENDS, "rate"))
        return replace(self, rounds=1, quick=False, loop=loop, faults=faults, **nothing)

    def merged(self, **changes: Any) -> Settings:
        """A copy with the changes that are not None."""
        return replace(self, **{name: value for name, value in changes.items() if value is not None})


def configured(workload: Workload, settings: Settings) -> Workload:
    """`workload` as `settings` want it; the original stays as it is.

    Raises ConfigurationError with all faults.
    """
    twin = workload.copy()
    twin.without = settings.skipped_operations
    faults = Faults()
    with faults.collected():
        twin.loop = _loop(workload, settings)
    twin.faults = _faults(workload, settings, twin.loop)
    with faults.collected():
        _set_values(twin, settings.values)
    with faults.collected():
        _set_thresholds(twin, settings.thresholds)
    with faults.collected():
        _set_services(twin, settings.services)
    with faults.collected():
        _set_target(twin, settings.target)
    with faults.collected():
        faults.lines += _size_faults(twin, settings.workers)
    faults.lines += [f"{workload.name}: {line}" for line in beyond(twin.faults, twin.loop)]
    faults.lines += [f"{workload.name}: {line}" for line in unmet(twin.faults, twin.system, twin.beside)]
    faults.check()
    return twin


def startable(workload: Workload, settings: Settings) -> Workload:
    """`configured`, and nothing that can be seen before anything starts stands against it.

    Raises MissingExtra, and ConfigurationError with all faults.
    """
    actual = configured(workload, settings)
    faults = Faults()
    for system in (actual.system, *actual.beside.values()):
        system.check_needs()
    if isinstance(actual.loop, OpenLoop) and (fault := actual.loop.shortfall()):
        faults.lines.append(f"{workload.name}: {fault}")
    for system in (actual.system, *actual.beside.values()):
        with faults.collected():
            system.check()
    faults.check()
    return actual


def _loop(workload: Workload, settings: Settings) -> Loop:
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


def _size_faults(workload: Workload, workers: int) -> Iterator[str]:
    """What would be too small to share out, or too large to plan."""
    loop = workload.loop
    if isinstance(workload.system, Component) and workers > 1:
        yield f"{workload.name} is a Component: it lives in exactly one worker"
        return
    least = len(workload.users) * workers
    if loop.users is not None and loop.users < least:
        yield (
            f"{workload.name}: users: {loop.users}, too few for one of each class in each worker; "
            f"give at least {least}"
        )
    rows = workload.most_users()
    if rows is not None and (loop.users or least) > rows:
        yield (
            f"{workload.name}: {loop.users or least} users want a row each and there are {rows}; "
            "give more rows, fewer users, or rows(..., reuse=True)"
        )
    if not isinstance(loop, OpenLoop):
        return
    planned = loop.rate * (loop.seconds + loop.warmup)
    if planned > _MOST_PLANNED:
        yield (
            f"{workload.name}: {planned:,.0f} planned operations are more than {_MOST_PLANNED:,}; "
            "give a lower rate or fewer seconds"
        )


def _shortened(loop: Loop) -> Loop:
    if isinstance(loop, OpenLoop) or loop.seconds is not None:
        shortest = max(_QUICK_SECONDS, _least(loop))
        seconds = min(loop.seconds or shortest, shortest)
        changes: dict[str, Any] = {"seconds": seconds, "warmup": min(loop.warmup, _QUICK_WARMUP)}
        if isinstance(loop, OpenLoop):
            changes["stages"] = _stretched(loop, seconds)
        return resized(loop, **changes)
    return loop


def _faults(workload: Workload, settings: Settings, loop: Loop) -> tuple[At, ...]:
    """The timeline, shortened with a quick load; of another load, that takes its place, that one's own."""
    if settings.loop is not None:
        return settings.faults
    whole, seconds = workload.loop.seconds, loop.seconds
    if not settings.quick or not whole or not seconds or seconds >= whole:
        return workload.faults
    return tuple(at.scaled(seconds / whole) for at in workload.faults)


def _least(loop: Loop) -> float:
    """Seconds in which an open loop of a slow rate plans anything to speak of, or its first burst whole."""
    if not isinstance(loop, OpenLoop) or not loop.rate:  # nobody has read the log yet
        return 0.0
    return (loop.burst if loop.arrivals == "burst" else _QUICK_OPERATIONS) / loop.rate


def _stretched(loop: OpenLoop, seconds: float) -> tuple[tuple[float, float], ...]:
    return tuple((rate, length * seconds / loop.seconds) for rate, length in loop.stages)


def _set_target(workload: Workload, target: str | None) -> None:
    if target is None:
        return
    if isinstance(workload.system, Component):
        raise ConfigurationError(f"{workload.name} runs a Python object; it has no --target")
    remote = Remote(target, **workload.system.parameters)
    remote.beside = workload.beside
    workload.system = remote


def _set_services(workload: Workload, urls: Mapping[str, str]) -> None:
    beside = {name: helper.at(urls) for name, helper in workload.beside.items()}
    if beside != workload.beside:
        workload.beside = MappingProxyType(beside)
        workload.system = copy.copy(workload.system)
        workload.system.beside = workload.beside


def _set_values(workload: Workload, values: Mapping[str, Any]) -> None:
    system, own = dict(workload.system.parameters), dict(workload.parameters)
    faults = Faults()
    for name, value in values.items():
        with faults.collected():
            into = system if name in system else own
            if name not in into:
                known = ", ".join(sorted({*system, *own})) or "none"
                raise ConfigurationError(f"{workload.name} has no parameter {name!r}; it has: {known}")
            into[name] = _like(name, value, into[name])
    faults.check()
    workload.parameters = own
    if system != workload.system.parameters:
        workload.system = workload.system.changed(**system)


def _like(name: str, value: Any, model: Any) -> Any:
    """`value`, if it is text from a command line, as the type of the default it replaces."""
    if isinstance(model, Secret):
        return Secret(value)
    if not isinstance(value, str) or isinstance(model, str) or model is None:
        return value
    if isinstance(model, bool):
        if value.lower() in ("1", "true", "yes", "on"):
            return True
        if value.lower() in ("0", "false", "no", "off"):
            return False
        raise ConfigurationError(f"--set {name}={value}: yes or no is wanted")
    if isinstance(model, list | tuple | set | frozenset | Mapping):
        raise ConfigurationError(
            f"--set {name}={value}: a value like {model!r} can only be given in a configuration file"
        )
    try:
        return type(model)(value)
    except (TypeError, ValueError) as error:
        raise ConfigurationError(
            f"--set {name}={value}: a value like {model!r} ({type(model).__name__}) is wanted"
        ) from error


def _set_thresholds(workload: Workload, changes: Mapping[str, Mapping[str, Any]]) -> None:
    """Change and add thresholds; those on operations that are left out go with them."""
    thresholds = {threshold.metric: threshold for threshold in workload.thresholds}
    faults = Faults()
    for name, levels in changes.items():
        with faults.collected():
            metric = workload.metric(name)
            if metric is None:
                raise ConfigurationError(f"{workload.name}: threshold on unknown metric {name!r}")
            unknown = sorted(set(levels) - {"target", "warning", "critical"})
            if unknown:
                raise ConfigurationError(f"threshold {name}: unknown level {', '.join(unknown)}")
            thresholds[name] = thresholds.get(name, Threshold(name)).changed(**levels)
            workload.thresholds = tuple(thresholds.values())  # which may say what is better
            thresholds[name].limits(workload.metric(name) or metric)
    faults.check()
    workload.thresholds = tuple(
        threshold for name, threshold in thresholds.items() if name.partition("@")[2] not in workload.without
    )
