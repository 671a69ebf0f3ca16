"""What `suite run` runs: what is named, else the project's own load files, else a tour of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from suite.config.catalog import CatalogEntry, select
from suite.config.file import Configuration
from suite.config.filters import ALL, Filters
from suite.config.load_files import LoadFiles, load_files
from suite.config.tour import TAG, Tour


@dataclass(frozen=True, slots=True)
class Choice:
    """The chosen workloads, `notes` on files that have none, and the tour if this is one."""

    chosen: tuple[CatalogEntry, ...]
    notes: tuple[str, ...] = ()
    tour: Tour | None = None


def choose(
    targets: Sequence[str],
    configuration: Configuration,
    filters: Filters = ALL,
) -> Choice:
    """Workloads by targets, without any those of `load_files`, and by filters (see `select`).

    Where the project has no load files filters choose among all that is installed, and without filters it is
    the tour. Raises ConfigurationError.
    """
    own = LoadFiles(tuple(targets)) if targets else load_files(configuration.files, configuration.source)
    found = select(own.files, filters, configuration.files)
    if own.files or filters:
        return Choice(tuple(found), own.notes)
    toured = tuple(one for one in found if TAG in one.workload.tags)
    return Choice(toured, tour=Tour(one.workload.name for one in found if one not in toured))
