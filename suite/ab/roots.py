"""Where in a checkout its packages lie: put first on the path, they stand in for the installed ones."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

_USUAL = (".", "src", "lib", "python")


def installed(name: str) -> Distribution | None:
    """The distribution `name` of the running environment."""
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def import_roots(found: Distribution, work_tree: Path, project: Path, folder: Path) -> list[Path] | None:
    """Folders of a checkout that hold what `found` installed; None if something of it is not there.

    `work_tree` is where an editable install points to, `folder` the checkout; `project`, relative to
    both, is where the project lies.
    """
    tops = set(_tops(found))
    hints = dict.fromkeys(project / usual for usual in _USUAL)
    linked = dict.fromkeys(_linked(found, work_tree))
    for top in tops:
        spec = importlib.util.find_spec(top)
        place = next(iter(spec.submodule_search_locations or [spec.origin or ""]), "") if spec else ""
        if Path(place).is_relative_to(work_tree):
            hints[Path(place).parent.relative_to(work_tree)] = None
    roots = [_root(top, folder, list(hints)) for top in tops]
    roots += [folder / relative if (folder / relative).is_dir() else None for relative in linked]
    if not roots or None in roots:
        return None
    return list(dict.fromkeys(root for root in roots if root is not None))


def plain_roots(project: Path, folder: Path) -> list[Path]:
    """The same for sources that nothing installs."""
    return [path for usual in (".", "src") if (path := folder / project / usual).is_dir()]


def _root(top: str, folder: Path, hints: list[Path]) -> Path | None:
    places = (folder / hint for hint in hints)
    return next((root for root in places if (root / top).is_dir() or (root / f"{top}.py").is_file()), None)


def _tops(found: Distribution) -> Iterator[str]:
    """Names of the packages and modules that it installs at the top."""
    said = found.read_text("top_level.txt")
    if said:
        yield from said.split()
        return
    for file in found.files or ():
        name = file.parts[0].removesuffix(".py")
        if file.suffix == ".py" and name.isidentifier() and not name.startswith("__editable"):
            yield name


def _linked(found: Distribution, work_tree: Path) -> Iterator[Path]:
    """Folders of the work tree that an editable install has put on the path."""
    for file in found.files or ():
        if file.suffix == ".pth":
            for line in file.read_text().splitlines():
                if line.startswith("/") and Path(line).is_relative_to(work_tree):
                    yield Path(line).relative_to(work_tree)
