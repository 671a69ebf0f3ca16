"""Files that decide what gets installed; two commits that agree in them share one environment."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from suite.files import parse_toml

_DESCRIPTIVE = {
    "version", "description", "readme", "license", "license-files", "authors", "maintainers", "keywords",
    "classifiers", "urls", "homepage", "repository", "documentation", "packages", "include", "exclude",
}  # fmt: skip
_COMPILED = {".c", ".cc", ".cpp", ".cxx", ".f", ".f90", ".pyx", ".rs"}
_FILES = ("setup.py", "setup.cfg", "requirements*.txt")
_WRITTEN = ("version_file", "version-file", "write_to")
"""Settings by which building writes a file that the sources then import."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """`terms` by name decide what is installed; `built` says why the sources alone would not run.

    `name` is that of the project, "" if nothing says that it can be installed.
    """

    name: str
    terms: dict[str, Any]
    built: str = ""

    @property
    def installable(self) -> bool:
        """Whether pip would install it."""
        return bool(self.name)

    def differences(self, other: Manifest) -> list[str]:
        """Names of the terms in which the two disagree."""
        names = sorted({*self.terms, *other.terms})
        return [name for name in names if self.terms.get(name) != other.terms.get(name)]


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the project in `folder`."""
    pyproject = folder / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8", errors="replace") if pyproject.is_file() else ""
    try:
        data: dict[str, Any] = parse_toml(text)
    except ValueError:
        data = {"build-system": text}  # pip will say what is wrong with it
    project = data.get("project", {})
    poetry = data.get("tool", {}).get("poetry", {})
    terms = {f"project.{key}": value for key, value in project.items() if key not in _DESCRIPTIVE}
    terms |= {f"tool.poetry.{key}": value for key, value in poetry.items() if key not in _DESCRIPTIVE}
    if "build-system" in data:
        terms["build-system"] = data["build-system"]
    for path in sorted(
        (*folder.glob("setup.py"), *folder.glob("setup.cfg"), *folder.glob("requirements*.txt"))
    ):
        terms[path.name] = path.read_text(encoding="utf-8", errors="replace")
    name = project.get("name") or poetry.get("name") or ""
    if not name and ({"build-system", "setup.py"} & terms.keys()):
        name = folder.name
    return Manifest(str(name), terms, _built(folder, text) if name else "")


def _built(folder: Path, text: str) -> str:
    if any(word in text for word in _WRITTEN):
        return "building writes its version file"
    first = next((path for path in _files(folder) if path.suffix in _COMPILED), None)
    return f"{first.relative_to(folder)} is compiled" if first is not None else ""


def _files(folder: Path) -> Iterator[Path]:
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != ".git")
        yield from (Path(root, name) for name in sorted(files))
