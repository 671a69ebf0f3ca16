"""Which Python runs each side: the running one for both where that is right, else one of its own."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from suite.ab.build import OURS, Builder
from suite.ab.cache import cached
from suite.ab.checkout import Checkout, Name
from suite.ab.manifest import Manifest, read_manifest
from suite.ab.repository import Commit
from suite.ab.roots import import_roots, installed, plain_roots
from suite.errors import ConfigurationError

Wanted = Literal["auto", "same", "own"]
MARKS = ("pyproject.toml", "setup.py", "setup.cfg")


@dataclass(frozen=True, slots=True)
class Chosen:
    """Whether both sides share the running environment, why, and what goes first on whose path.

    `brings_suite`: the commits bring their own Loadledger.
    """

    shared: bool
    why: str
    roots: Mapping[Name, tuple[Path, ...]]
    brings_suite: bool

    def __str__(self) -> str:
        kind = "one environment for both" if self.shared else "an environment for each"
        text = f"{kind}: {self.why}"
        return f"{text}; each brings its own Loadledger" if self.brings_suite else text


def project_in(folder: Path, root: Path) -> Path:
    """Where, relative to `root`, the project around `folder` lies: the nearest folder that says so."""
    folder, root = folder.resolve(), root.resolve()
    for place in (folder, *folder.parents):
        if any((place / mark).is_file() for mark in MARKS):
            return place.relative_to(root)
        if place == root:
            break
    return Path()


def choose(
    wanted: Wanted, checkouts: Mapping[Name, Path], project: Path, work_tree: Path, python: str | None
) -> Chosen:
    """One environment serves both where the commits agree in what is installed and need no building.

    Raises ConfigurationError where `own` environments are wanted and there is nothing to install.
    """
    manifests = {name: read_manifest(folder / project) for name, folder in checkouts.items()}
    brings = any(manifest.name == OURS for manifest in manifests.values())
    roots = {name: _roots(manifests[name], work_tree, project, folder) for name, folder in checkouts.items()}
    found = {name: tuple(these or plain_roots(project, checkouts[name])) for name, these in roots.items()}
    if not any(manifest.installable for manifest in manifests.values()):
        if wanted == "own" or python is not None:
            where = "here" if project == Path() else f"in {project}"
            raise ConfigurationError(f"nothing can be installed {where}: no pyproject.toml with a [project]")
        return Chosen(True, "there is nothing to install", found, brings)
    against = _against(manifests, roots)
    if python is not None or wanted == "own":
        return Chosen(False, "as asked", {}, brings)
    if wanted == "same":
        return Chosen(True, "as asked" + (f", although {against}" if against else ""), found, brings)
    if against:
        return Chosen(False, against, {}, brings)
    return Chosen(True, "the commits agree in dependencies", found, brings)


@contextlib.contextmanager
def ready(
    chosen: Chosen,
    commits: Mapping[Name, Commit],
    checkouts: Mapping[Name, Path],
    project: Path,
    builder: Builder,
    kept: Path,
) -> Iterator[dict[Name, Checkout]]:
    """Both sides, ready to run; environments of their own are kept below `kept`."""
    with contextlib.ExitStack() as held:
        built: dict[str, tuple[Path, str]] = {}
        found: dict[Name, Checkout] = {}
        for name, folder in checkouts.items():
            if chosen.shared:
                found[name] = Checkout(name, commits[name], folder, Path(sys.executable), chosen.roots[name])
                continue
            source = folder / project
            key = builder.key(source, brings_suite=chosen.brings_suite)
            if key not in built:
                title = f"{name} ({commits[name]})"

                def build(place: Path, source: Path = source, title: str = title) -> str:
                    return builder.build(place, source, title, brings_suite=chosen.brings_suite)

                built[key] = held.enter_context(cached(kept, key, build))
            place, note = built[key]
            found[name] = Checkout(name, commits[name], folder, place / "bin" / "python", note=note)
        yield found


def _roots(manifest: Manifest, work_tree: Path, project: Path, folder: Path) -> list[Path] | None:
    here = installed(manifest.name) if manifest.installable else None
    return None if here is None else import_roots(here, work_tree, project, folder)


def _against(manifests: Mapping[Name, Manifest], roots: Mapping[Name, list[Path] | None]) -> str:
    """Why the running environment won't do for both sides."""
    base, head = manifests["base"], manifests["head"]
    differing = base.differences(head)
    if differing:
        return f"{', '.join(differing)} differ" + ("s" if len(differing) == 1 else "")
    if base.built or head.built:
        return base.built or head.built
    if installed(head.name) is None:
        return f"{head.name} is not installed here"
    if not all(roots.values()):
        return f"the packages of {head.name} are not where they are expected"
    return ""
