"""Finds workloads: by name, by tag, in a file, at an entry point. Ours are entry points like anyone's."""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import importlib.util
import pickletools
import sys
import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import dill

from suite.errors import ConfigurationError, MissingExtra
from suite.workload import Workload

ENTRY_POINTS = "suite.workloads"
"""Entry-point group; each entry names a module that holds workloads."""


@dataclass(frozen=True, slots=True)
class Reference:
    """How a fresh process finds a workload: in a module, in a file, or as pickled bytes.

    `modules` are (name, file) of modules that the bytes refer to and that no import would find.
    """

    name: str
    module: str = ""
    file: str = ""
    pickled: bytes = b""
    modules: tuple[tuple[str, str], ...] = ()

    def load(self) -> Workload:
        """The workload. Raises ConfigurationError if it is not there."""
        if self.pickled:
            for name, file in self.modules:
                _load_as(name, Path(file))
            workload: Workload = dill.loads(self.pickled)  # noqa: S301 - our own bytes
            return workload
        for workload in _workloads_in(_module_of(self)):
            if workload.name == self.name:
                return workload
        raise ConfigurationError(f"{self.file or self.module} has no workload {self.name!r}")


@dataclass(frozen=True, slots=True)
class Found:
    """A workload and where it is."""

    workload: Workload
    reference: Reference


def reference_to(workload: Workload) -> Reference:
    """A reference to a workload that only exists as an object: it travels by value."""
    pickled = dill.dumps(workload, recurse=True)
    names = {
        argument
        for opcode, argument, _ in pickletools.genops(pickled)
        if "UNICODE" in opcode.name and argument in sys.modules
    }
    modules = tuple((name, str(sys.modules[name].__file__)) for name in sorted(names) if _unimportable(name))
    return Reference(workload.name, pickled=pickled, modules=modules)


def from_module(name: str) -> list[Found]:
    """The workloads of an importable module. Raises ConfigurationError."""
    return [
        Found(workload, Reference(workload.name, module=name))
        for workload in _workloads_in(_module_of(Reference("", module=name)))
    ]


def from_file(path: str | Path) -> list[Found]:
    """The workloads of a Python file. Raises ConfigurationError with the line that is wrong."""
    file = str(Path(path).resolve())
    found = [
        Found(workload, Reference(workload.name, file=file))
        for workload in _workloads_in(_module_of(Reference("", file=file)))
    ]
    if not found:
        raise ConfigurationError(f"{path} defines no Workload")
    return found


def installed() -> list[Found]:
    """The workloads of all entry points, sorted by entry point. Raises ConfigurationError."""
    entries = sorted(importlib.metadata.entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name)
    return [found for entry in entries for found in from_module(entry.value)]


def select(
    targets: Sequence[str] = (),
    *,
    match: str | None = None,
    tags: Iterable[str] = (),
    exclude_tags: Iterable[str] = (),
) -> list[Found]:
    """Workloads by targets (a file, a full name, a first part of names, a module), then by filters.

    No target means all installed ones. `match` is a part of the name. Raises ConfigurationError with
    all targets and tags that lead to nothing.
    """
    known = None if targets and all(_is_file(target) for target in targets) else installed()
    faults: list[str] = []
    chosen: dict[str, Found] = {}
    for target in targets or [""]:
        found = list(_find(target, known or []))
        if not found:
            names = {f.workload.name for f in known or []}
            systems = sorted({name.partition("/")[0] for name in names})
            faults.append(
                f"no workload, system or file {target!r}; systems: {', '.join(systems)}; see: suite list"
            )
        for one in found:
            other = chosen.setdefault(one.workload.name, one)
            if other.reference != one.reference:
                faults.append(f"two workloads are called {one.workload.name}; rename one")
    result = list(chosen.values())
    wanted, unwanted = frozenset(tags), frozenset(exclude_tags)
    all_tags = frozenset().union(*(f.workload.all_tags() for f in result)) if result else frozenset()
    faults += [
        f"no workload has the tag {tag!r}; tags: {', '.join(sorted(all_tags))}"
        for tag in sorted((wanted | unwanted) - all_tags)
        if result
    ]
    if faults:
        raise ConfigurationError.of(faults)
    result = [f for f in result if _tagged(f.workload, wanted, unwanted)]
    if match:
        result = [f for f in result if match.lower() in f.workload.name.lower()]
    if not result:
        raise ConfigurationError("no workload is left after -k, --tags and --exclude-tags; see: suite list")
    return result


def skipped_operations(
    workload: Workload, tags: Iterable[str], exclude_tags: Iterable[str]
) -> frozenset[str]:
    """Operations that a selection by tags leaves out of a workload that stays in.

    If the workload itself carries a wanted tag all its operations stay, but for excluded ones.
    """
    wanted, unwanted = frozenset(tags), frozenset(exclude_tags)
    operations = [o for user in workload.users for o in user.operations() if o.weight]
    own = workload.tags | {workload.name.partition("/")[0]}
    skipped = {o.name for o in operations if o.tags & unwanted}
    if wanted and not own & wanted:
        skipped |= {o.name for o in operations if not o.tags & wanted}
    return frozenset(skipped)


def _tagged(workload: Workload, wanted: frozenset[str], unwanted: frozenset[str]) -> bool:
    own = workload.tags | {workload.name.partition("/")[0]}
    if own & unwanted:
        return False
    skipped = skipped_operations(workload, wanted, unwanted)
    return all(any(o.weight and o.name not in skipped for o in user.operations()) for user in workload.users)


def _is_file(target: str) -> bool:
    return target.endswith(".py")


def _find(target: str, known: Sequence[Found]) -> Iterator[Found]:
    if _is_file(target):
        yield from from_file(target)
        return
    names = [f for f in known if not target or f.workload.name == target]
    if names:
        yield from names
        return
    prefix = target.rstrip("/") + "/"
    systems = [f for f in known if f.workload.name.startswith(prefix)]
    if systems:
        yield from systems
    elif "." in target:
        yield from from_module(target)


def _workloads_in(module: ModuleType) -> list[Workload]:
    found: dict[str, Workload] = {}
    for value in vars(module).values():
        group = value if isinstance(value, list | tuple) else (value,)
        for workload in group:
            if isinstance(workload, Workload) and found.setdefault(workload.name, workload) is not workload:
                raise ConfigurationError(f"{module.__file__} has two workloads called {workload.name}")
    return list(found.values())


def _module_of(reference: Reference) -> ModuleType:
    where = reference.file or reference.module
    try:
        if not reference.file:
            return importlib.import_module(reference.module)
        path = Path(reference.file)
        if not path.is_file():
            raise ConfigurationError(f"there is no file {path}")
        mark = hashlib.sha256(reference.file.encode()).hexdigest()[:8]
        return _load_as(f"loadfile_{path.stem}_{mark}", path)
    except ConfigurationError as error:
        if where in str(error) or isinstance(error, MissingExtra):
            raise
        raise ConfigurationError(f"{where}: {error}") from error
    except (Exception, SystemExit) as error:
        raise ConfigurationError(f"{where} can't be loaded: {_place(error, reference.file)}") from error


def _place(error: BaseException, file: str) -> str:
    """What went wrong and on which line of the user's file."""
    text = f"{type(error).__name__}: {error}"
    if isinstance(error, SyntaxError):
        return f"line {error.lineno}: {text}"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    return f"line {lines[-1]}: {text}" if lines else text


def _load_as(name: str, path: Path) -> ModuleType:
    """Import `path` as module `name`, once; its folder becomes importable, as it is for a script."""
    if name in sys.modules:
        return sys.modules[name]
    folder = str(path.parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ConfigurationError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _unimportable(name: str) -> bool:
    module: Any = sys.modules[name]
    file = getattr(module, "__file__", None)
    if file is None or name == "__main__":
        return False
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return True
    return spec is None or spec.origin is None or Path(spec.origin) != Path(file)
