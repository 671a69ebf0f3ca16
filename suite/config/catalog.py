"""Finds workloads: by name, by tag, in a file, at an entry point. Ours are entry points like anyone's."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import os
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType

from suite.config.filters import ALL, Filters
from suite.config.first_texts import first_texts
from suite.config.matching import matching
from suite.contract.workload import Workload
from suite.errors import ConfigurationError, Ended, Faults, Interrupted, MissingExtra, interruption
from suite.process.guard import interruptible
from suite.process.importing import uncollected, undone
from suite.process.pickled import PickledWorkload, load_as
from suite.process.redaction import redacted

ENTRY_POINTS = "suite.workloads"
"""Entry-point group; each entry names a module that holds workloads."""

EVERYTHING = ""
"""The target that means all that is installed."""


class NoWorkload(ConfigurationError):
    """A file that can be loaded and defines no workload."""


@dataclass(frozen=True, slots=True)
class Reference:
    """How a fresh process finds a workload: in a module, in a file, or pickled, by value."""

    name: str
    module: str = ""
    file: str = ""
    pickled: PickledWorkload | None = None

    def __str__(self) -> str:
        return self.file or self.module or "a script"

    def load(self) -> Workload:
        """The workload. Raises ConfigurationError if it is not there."""
        with uncollected():
            if self.pickled is not None:
                workload: Workload = self.pickled.open()
                return workload
            module = _module_of(self)
        for workload in _workloads_in(module):
            if workload.name == self.name:
                return workload
        raise ConfigurationError(f"{self} has no workload {self.name!r}")


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """A workload and where it is."""

    workload: Workload
    reference: Reference


def reference_to(workload: Workload) -> Reference:
    """A reference to a workload that only exists as an object: it travels by value."""
    return Reference(workload.name, pickled=PickledWorkload.pack(workload))


def from_module(name: str) -> list[CatalogEntry]:
    """The workloads of an importable module. Raises ConfigurationError."""
    return [
        CatalogEntry(workload, Reference(workload.name, module=name))
        for workload in _workloads_of(Reference("", module=name))
    ]


def from_file(path: str | Path) -> list[CatalogEntry]:
    """The workloads of a Python file. Raises ConfigurationError naming the line, or NoWorkload."""
    file = str(Path(path).resolve())
    found = [
        CatalogEntry(workload, Reference(workload.name, file=file))
        for workload in _workloads_of(Reference("", file=file))
    ]
    if not found:
        raise NoWorkload(f"{path} defines no Workload")
    return found


def installed(broken: Faults | None = None) -> list[CatalogEntry]:
    """The workloads of all entry points, sorted by entry point.

    Raises ConfigurationError with all entry points that are broken, for a gap would go unnoticed; with
    `broken` they are added there instead.
    """
    from importlib.metadata import entry_points  # dear, and needed where names are looked up only

    entries = sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name)
    faults = Faults() if broken is None else broken
    found: list[CatalogEntry] = []
    for entry in entries:
        try:
            workloads = from_module(entry.module)
            if not workloads:
                raise ConfigurationError(f"{entry.module} defines no Workload")
            found += workloads
        except ConfigurationError:
            # Asked for now only: all that a package says of itself is read to know its name.
            package = entry.dist.name if entry.dist else "unknown"
            with faults.collected(f"entry point {entry.name!r} of package {package}, mend or uninstall it: "):
                raise
    if broken is None:
        faults.check()
    return found


def installed_names() -> frozenset[str]:
    """Names of all installed workloads; none where an entry point is broken."""
    try:
        return frozenset(found.workload.name for found in installed())
    except ConfigurationError:  # advice is all that needs them, and does without
        return frozenset()


def select(
    targets: Sequence[str] = (), filters: Filters = ALL, files: Sequence[str] = ()
) -> list[CatalogEntry]:
    """Workloads by targets (a file, a full name, a first part of names, a module), then by filters.

    `file.py::name` and `module::name` are that one workload. Names of the project's own come before those of
    what is installed: of the load files `files`, or those that are called so, whose text has the name. No
    target means all installed ones. Raises ConfigurationError with
    all targets that lead to nothing, or all filters. An entry point that is broken matters unless all targets
    are full names that are found: what it should define could be meant as well.
    """
    faults, broken = Faults(), Faults()
    known: list[CatalogEntry] = []
    own = {target: _files_with(target, files) for target in targets if not is_file(target)}
    if not targets or not all(own.values()):
        known = installed(broken if targets else None)
    chosen: dict[str, CatalogEntry] = {}
    for target in targets or [EVERYTHING]:
        with faults.collected():
            for one in _find(target, known, own.get(target, ()), files):
                other = chosen.setdefault(one.workload.name, one)
                if other.reference != one.reference:
                    raise ConfigurationError(
                        f"two workloads are called {one.workload.name}, in {other.reference} "
                        f"and in {one.reference}; rename one, or name only the file that is meant "
                        "(a file that imports the other has its workloads too)"
                    )
    if not all(is_file(target) or target in chosen for target in targets):
        faults.lines += broken.lines
    faults.check()
    return [chosen[left.name] for left in filters.chosen([one.workload for one in chosen.values()])]


def is_file(target: str) -> bool:
    """Whether it names a file, or a workload in one."""
    return target.partition("::")[0].endswith(".py")


def _files_with(target: str, files: Sequence[str]) -> list[str]:
    """The load files in whose text a workload is called `target`, or begins so."""
    first = target.rstrip("/") + "/"
    return [
        file
        for file in matching(files)
        if any(name == target or name.startswith(first) for name, _ in first_texts(Path(file)))
    ]


def _find(
    target: str, known: Sequence[CatalogEntry], own: Sequence[str], files: Sequence[str]
) -> list[CatalogEntry]:
    """The workloads that `target` means, in the load files that are its `own`, or else among those that are
    `known`. Raises ConfigurationError if there are none.
    """
    place, sign, name = target.partition("::")
    if sign:
        if not is_file(place) and not _is_module(place):
            raise ConfigurationError(f"{target!r}: {place!r} is no file or module; write FILE.py::NAME")
        there = from_file(place) if is_file(place) else from_module(place)
        found = [f for f in there if f.workload.name == name]
        if not found:
            names = ", ".join(f.workload.name for f in there) or "none"
            raise ConfigurationError(f"{place} has no workload {name!r}; there are: {names}")
        return found
    if is_file(target):
        return from_file(target)
    if own:
        known = [one for file in own for one in from_file(file)]
    prefix = target.rstrip("/") + "/"
    found = [f for f in known if not target or f.workload.name == target]
    found = found or [f for f in known if f.workload.name.startswith(prefix)]
    if not found and "." in target and _is_module(target):
        found = from_module(target)
    if not found:
        all_names = [name for file in matching(files) for name, _ in first_texts(Path(file))]
        all_names += [f.workload.name for f in known]
        systems = sorted({one.partition("/")[0] for one in all_names})
        meant = _meant(target, [*all_names, *systems])
        told = ", ".join(systems) or "none"
        raise ConfigurationError(
            f"no workload, system or file {target!r}; systems: {told}; {meant}see: suite list"
        )
    return found


def _is_module(name: str) -> bool:
    """Whether a module may be called so."""
    return all(map(str.isidentifier, name.split(".")))


def _meant(name: str, names: Sequence[str]) -> str:
    """The question whether one of `names` is meant, with a space behind; nothing where none is like it."""
    close = get_close_matches(name, names, 1)
    return f"did you mean {close[0]}? " if close else ""


def _workloads_of(reference: Reference) -> list[Workload]:
    with interruptible(), undone():  # it is the user's code, and may take long
        found = _workloads_in(_module_of(reference))
    monkey = sys.modules.get("gevent.monkey")
    if found and monkey is not None and monkey.is_module_patched("socket"):
        raise ConfigurationError(
            f"{reference} has gevent patch Python, as `import locust` does: processes that measure can't "
            "talk to each other then; leave that import out (to run it on Locust: suite locust)"
        )
    return found


def _workloads_in(module: ModuleType) -> list[Workload]:
    found: dict[str, Workload] = {}
    for value in vars(module).values():
        group = value if isinstance(value, list | tuple) else (value,)
        for workload in group:
            if isinstance(workload, Workload) and found.setdefault(workload.name, workload) is not workload:
                raise ConfigurationError(f"{module.__file__} has two workloads called {workload.name}")
    return list(found.values())


def _module_of(reference: Reference) -> ModuleType:
    try:
        if not reference.file:
            return importlib.import_module(reference.module)
        path = Path(reference.file)
        if not path.is_file():
            raise ConfigurationError(f"there is no file {path}")
        mark = hashlib.sha256(os.fsencode(reference.file)).hexdigest()[:8]
        return load_as(f"loadfile_{path.stem}_{mark}", path)
    except (MissingExtra, Interrupted, Ended):
        raise
    except ConfigurationError as error:
        if str(reference) in str(error):
            raise
        place = _place(error, reference.file)
        raise ConfigurationError.of(
            f"{reference}: {place}{line}" for line in str(error).splitlines()
        ) from error
    except (Exception, SystemExit) as error:
        if (signalled := interruption(error)) is not None:
            raise signalled from None
        place = _place(error, reference.file)
        said = redacted(" ".join(f"{type(error).__name__}: {error}".split()), os.environ)
        hint = _not_installed(error, Path(reference.file).absolute()) if reference.file else ""
        raise ConfigurationError(f"{reference} can't be loaded: {place}{said}{hint}") from error


def _not_installed(error: BaseException, file: Path) -> str:
    """What would help where a module is missing that lies in a folder src/ above the load file."""
    top = str(error.name or "").partition(".")[0] if isinstance(error, ModuleNotFoundError) else ""
    for project in file.parents if top else ():
        if (project / "src" / top).is_dir() or (project / "src" / f"{top}.py").is_file():
            return f"; {top} is in {project / 'src'} and not installed here: pip install -e {project}"
    return ""


def _place(error: BaseException, file: str) -> str:
    """The line of the user's file, or else the file and line, where it went wrong, with a colon after it."""
    if isinstance(error, SyntaxError):
        return f"line {error.lineno}: " if error.filename == file else ""  # its own text names the file
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename not in (__file__, importlib.__file__)
        and not frame.filename.startswith("<frozen importlib")
    ]
    lines = [frame.lineno for frame in frames if frame.filename == file]
    if lines:
        return f"line {lines[-1]}: "
    return f"{frames[-1].filename}, line {frames[-1].lineno}: " if frames and not file else ""
