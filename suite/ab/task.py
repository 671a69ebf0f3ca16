"""What a fresh `suite run` is told to run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from suite.compare.minimum import Overrides
from suite.config.catalog import CatalogEntry
from suite.config.layer import SettingsLayer
from suite.config.settings import Settings


@dataclass(frozen=True, slots=True)
class Task:
    """A workload, and what `suite run` is `given` to find and shape it.

    `target` is a name, or module::name, or file::name (relative to the checkout if it lies in it).
    `load_file`, relative to the checkout, is where it is described: both sides take that from the work tree.
    `metrics` decide on it, if any are its own, and changes below `minimums` do not count.
    """

    name: str
    target: str
    given: SettingsLayer = field(default_factory=SettingsLayer)
    load_file: Path | None = None
    metrics: tuple[str, ...] = ()
    minimums: Overrides = field(default_factory=dict)

    @property
    def words(self) -> tuple[str, ...]:
        """The options, as every `suite run` knows them, of whichever commit."""
        return tuple(_words(self.given))

    def lasting(self, seconds: float) -> Task:
        """The same with a measured part of that length."""
        return replace(self, given=replace(self.given, seconds=seconds))


def make_task(found: CatalogEntry, settings: Settings, given: SettingsLayer, root: Path) -> Task:
    """How `found` is run as `given` on any checkout of the tree in `root`."""
    name, reference = found.workload.name, found.reference
    own = replace(given, values={key: v for key, v in given.values.items() if key in settings.values})
    if reference.module.startswith("suite."):  # an entry point of ours, whichever commit it is
        return Task(name, name, own)
    file = Path(reference.file or _origin(reference.module))
    inside = file.relative_to(root) if file.is_relative_to(root) else None
    place = reference.module or str(inside or file)
    return Task(name, f"{place}::{name}", own, inside)


def _words(given: SettingsLayer) -> Iterator[str]:
    if given.quick:
        yield "--quick"
    for name in ("users", "seconds", "workers", "seed"):
        value = getattr(given, name)
        if value is not None:
            yield f"--{name}={int(value) if value == int(value) else value}"
    yield from (f"--set={key}={value}" for key, value in given.values.items())


def _origin(module: str) -> str:
    return str(getattr(sys.modules.get(module), "__file__", None) or "")
