"""What will run: the chosen workloads with the settings that command line and configuration make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from suite.config import consent
from suite.config.catalog import CatalogEntry
from suite.config.configured import configured, startable
from suite.config.file import Configuration
from suite.config.filters import ALL, Filters
from suite.config.layer import SettingsLayer
from suite.config.settings import Settings
from suite.config.tour import Tour
from suite.contract.workload import Workload
from suite.errors import ConfigurationError, Faults, MissingExtra

SLOW = "slow"
"""The tag of workloads that quick runs of several do without."""


@dataclass(frozen=True, slots=True)
class Plans:
    """Workloads to run in their order; why others are `skipped`; `notes` on what has no effect.

    With a `tour` those of them that fit into its time.
    """

    runs: tuple[tuple[CatalogEntry, Settings], ...]
    skipped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    tour: Tour | None = None


def make_plans(
    chosen: Sequence[CatalogEntry],
    configuration: Configuration,
    given: SettingsLayer,
    *,
    filters: Filters = ALL,
    lenient: bool = False,
) -> Plans:
    """Plans for `chosen`. `given` is what the command line says.

    Of several workloads each takes the parameters and thresholds that it knows; in quick mode those with the
    tag "slow" are skipped, unless all have it. What an extra is missing for is skipped where others of its
    system run, or if it is `lenient`. Raises ConfigurationError with all faults, extras that are missing,
    those that `System.check` sees, and services that nobody agreed to too.
    """
    faults = Faults()
    runs: list[tuple[CatalogEntry, Settings]] = []
    skipped: list[str] = []
    missing: list[tuple[Workload, MissingExtra]] = []
    asked: set[str] = set()
    quickly = any(SLOW not in found.workload.tags for found in chosen)
    parameters = {name for found in chosen for name in _parameters(found.workload)}
    with faults.collected():
        _check_given(given.values, parameters)
    for found in chosen:
        workload = found.workload
        settings = configuration.settings(workload.name, given)
        asked |= set(settings.values)
        for name in settings.thresholds:
            if not any(other.workload.metric(name) for other in chosen):
                faults.lines.append(f"{configuration.source}: threshold on unknown metric {name!r}")
        settings = replace(
            settings,
            values={k: v for k, v in settings.values.items() if k in _parameters(workload)},
            thresholds={k: v for k, v in settings.thresholds.items() if workload.metric(k)},
            skipped_operations=filters.skipped_operations(workload),
        )
        with faults.collected():
            try:
                startable(workload, settings)
            except MissingExtra as error:
                missing.append((workload, error))
            else:
                _check_services(workload, configuration)
                if settings.quick and quickly and SLOW in workload.tags:
                    skipped.append(f"{workload.name}: it is slow, and runs without --quick or by its name")
                else:
                    runs.append((found, settings))
    faults.check()
    there = {_system(found.workload) for found, _ in runs}
    for workload, lacking in missing:
        if lenient or _system(workload) in there:
            skipped.append(f"{workload.name}: {lacking}")
        else:
            faults.lines.append(str(lacking))
    faults.check()
    idle = sorted(asked - parameters - set(given.values))
    notes = tuple(f"{configuration.source} sets {name}, which no chosen workload has" for name in idle)
    return Plans(tuple(runs), tuple(skipped), (*notes, *_unheeded(runs)))


def _check_services(workload: Workload, configuration: Configuration) -> None:
    """Raise ConfigurationError for a service that it would use, which the file names, until you agreed."""
    for name, url in configuration.services.given().items():
        if any(helper.at({name: url}) is not helper for helper in workload.beside.values()):
            consent.check_service(url, name, configuration.source)


def _unheeded(runs: Sequence[tuple[CatalogEntry, Settings]]) -> Iterator[str]:
    """Of settings that say both how many operations and how long: what each workload does without."""
    both = [
        (found.workload, configured(found.workload, settings).loop)
        for found, settings in runs
        if settings.each is not None and settings.seconds is not None
    ]
    timed = [workload.name for workload, loop in both if loop.seconds is not None]
    counted = [workload.name for workload, loop in both if loop.seconds is None]
    if timed:
        yield f"each (requests_per_user) has no effect on what runs for a time: {', '.join(timed)}"
    if counted:
        yield f"seconds (test_duration) has no effect on what is counted: {', '.join(counted)}"


def _system(workload: Workload) -> str:
    return workload.name.partition("/")[0]


def _parameters(workload: Workload) -> set[str]:
    return {*workload.system.parameters, *workload.parameters}


def _check_given(values: Mapping[str, Any], known: set[str]) -> None:
    names = ", ".join(sorted(known)) or "none"
    unknown = sorted(set(values) - known)
    if unknown:
        raise ConfigurationError.of(
            f"--set {name}: no chosen workload has it; parameters: {names}" for name in unknown
        )
