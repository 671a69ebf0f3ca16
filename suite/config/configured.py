"""Workloads as settings change them."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from suite.config.changed_loop import changed_loop
from suite.config.parameter_values import set_values
from suite.config.settings import Settings
from suite.contract.component import Component
from suite.contract.fault import At
from suite.contract.fault_schedule import beyond, unmet
from suite.contract.loop import Loop, OpenLoop
from suite.contract.remote import Remote
from suite.contract.threshold import Threshold
from suite.contract.workload import Workload
from suite.errors import ConfigurationError, Faults
from suite.process.shortage import open_files

_MOST_PLANNED = 50_000_000
"""Operations of an open loop: each has its intended start in memory before the first one starts."""
_FILES, _FILES_OF_A_WORKER = 56, 8
"""What a process of ours has open at most beside connections; some 30 and 5 were seen."""


def configured(workload: Workload, settings: Settings) -> Workload:
    """`workload` as `settings` want it; the original stays as it is.

    Raises ConfigurationError with all faults.
    """
    twin = workload.copy()
    twin.without = settings.skipped_operations
    faults = Faults()
    with faults.collected():
        twin.loop = changed_loop(workload, settings)
    twin.faults = _faults(workload, settings, twin.loop)
    with faults.collected():
        set_values(twin, settings.values)
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
    needed = _FILES + _FILES_OF_A_WORKER * settings.workers
    if open_files() < needed:
        faults.lines.append(
            f"{workload.name}: a process may have {open_files():g} files open (ulimit -n), and a round takes "
            f"up to {needed} and one a connection: ulimit -n 4096"
        )
    for system in (actual.system, *actual.beside.values()):
        system.check_needs()
    if isinstance(actual.loop, OpenLoop) and (fault := actual.loop.shortfall()):
        faults.lines.append(f"{workload.name}: {fault}")
    for system in (actual.system, *actual.beside.values()):
        with faults.collected():
            system.check()
    faults.check()
    return actual


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


def _faults(workload: Workload, settings: Settings, loop: Loop) -> tuple[At, ...]:
    """The timeline, shortened with a quick load; of another load, that takes its place, that one's own."""
    if settings.loop is not None:
        return settings.faults
    whole, seconds = workload.loop.seconds, loop.seconds
    if not settings.quick or not whole or not seconds or seconds >= whole:
        return workload.faults
    return tuple(at.scaled(seconds / whole) for at in workload.faults)


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
