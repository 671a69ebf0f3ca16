"""Where workloads are described: told from the text of load files, none of which is run for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from suite.config.catalog import ENTRY_POINTS
from suite.config.first_texts import first_texts
from suite.config.matching import matching

Place = tuple[Path, int]
"""A file, and a line of it."""


def places_of(names: Iterable[str], named: Sequence[str] = ()) -> dict[str, Place]:
    """The call of Workload that has each of `names`, as far as it can be seen.

    It is looked for in load files (those that are `named`, or called so), then in what is installed. A name
    that is put together only when its file runs is found nowhere.
    """
    left = set(names)
    found: dict[str, Place] = {}
    for file in (*map(Path, matching(named)), *_installed()):
        if not left:
            break
        for name, line in first_texts(file):
            if name in left:
                found[name] = (file, line)
                left.discard(name)
    return found


def _installed() -> Iterator[Path]:
    """The files of modules that have installed workloads."""
    for entry in entry_points(group=ENTRY_POINTS):
        try:
            spec = find_spec(entry.module)
        except (ImportError, ValueError):
            continue
        for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
            yield from sorted(Path(folder).glob("*.py"))
        if spec is not None and spec.origin is not None and not spec.submodule_search_locations:
            yield Path(spec.origin)
