"""The project's own load files: what is meant where nothing is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from suite.config.catalog import NoWorkload, from_file
from suite.config.matching import matching
from suite.errors import Faults


@dataclass(frozen=True, slots=True)
class LoadFiles:
    """Files that have workloads, in order, and `notes` on those that have none."""

    files: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def load_files(named: Sequence[str] = (), by: str = "the configuration") -> LoadFiles:
    """The files that are `named`, by patterns too, else those of the current folder that are CALLED so.

    `by` says who named them. Raises ConfigurationError with all that are not there or can't be loaded, or if
    none has a workload.
    """
    faults = Faults()
    missing = (pattern for pattern in named if not matching([pattern]))
    faults.lines += [f"{by}: files: there is no file {pattern}" for pattern in missing]
    found = matching(named)
    kept: list[str] = []
    idle: list[str] = []
    for file in found:
        with faults.collected():
            try:
                from_file(file)
                kept.append(file)
            except NoWorkload as error:
                idle.append(str(error))
    if not kept:
        faults.lines += [
            f"{line}; if it is no load file, name those that are: files = [...]" for line in idle
        ]
    faults.check()
    return LoadFiles(tuple(kept), tuple(f"{line}: left out" for line in idle))
