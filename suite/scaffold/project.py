"""The project in a folder: its name, how it is installed, where its Python is."""

from __future__ import annotations

import keyword
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from suite.errors import ConfigurationError
from suite.scaffold.pyproject import read_pyproject

_ENVIRONMENTS = (".venv", "venv", "env")
_TAKEN = {"asyncio", "closed_loop", "open_loop", "operation", "os", "postgres", "quote", "sys"}
"""What load files import."""


@dataclass(frozen=True, slots=True)
class Project:
    """`programs` is what goes before the name of a program of its Python, "" where that is the running one.

    `install` are pip's words that bring it: `-e .`, or its requirements; none where it has neither. Files
    whose work another one does already are `elsewhere`.
    """

    root: Path
    name: str
    python: str
    programs: str
    install: tuple[str, ...]
    elsewhere: tuple[str, ...] = ()

    @property
    def installable(self) -> bool:
        """Whether it is a package."""
        return self.install[:1] == ("-e",)


def read_project(root: Path, python: str | None = None) -> Project:
    """The project in `root`. Raises ConfigurationError for a pyproject.toml that can't be read."""
    try:
        table, tool = read_pyproject(root)
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"{root / 'pyproject.toml'} can't be read: {error}; mend it first"
        ) from error
    install: tuple[str, ...] = ()
    if table or (root / "setup.py").is_file():
        install = ("-e", ".")
    elif (root / "requirements.txt").is_file():
        install = ("-r", "requirements.txt")
    chosen, programs = _python(root, python)
    name = identifier(str(table.get("name") or root.name))
    toxed = "tox" in tool or (root / "tox.toml").is_file()
    return Project(root, name, chosen, programs, install, ("tox.ini",) if toxed else ())


def identifier(text: str) -> str:
    """`text` as a name that a load file may have for its system, in small letters; "service" where nothing is
    left of it.
    """
    name = re.sub(r"\W+", "_", text.lower(), flags=re.ASCII).strip("_")
    odd = name[:1].isdigit() or keyword.iskeyword(name) or name in _TAKEN
    return f"service_{name}" if odd else name or "service"


def _python(root: Path, wanted: str | None) -> tuple[str, str]:
    """The Python that its code runs in, and what goes before names of programs there.

    That is ours if we are in an environment in its folder, or it has none.
    """
    own = Path(sys.prefix).resolve()
    if wanted is None:
        for name in _ENVIRONMENTS:
            place = root / name
            if (place / "pyvenv.cfg").is_file() and (place / "bin" / "python").exists():
                same = place.resolve() == own
                return (sys.executable, "") if same else (str(place / "bin" / "python"), f"{name}/bin/")
        return sys.executable, ""
    path = Path(wanted)
    if path.parent.resolve() == Path(sys.executable).parent.resolve():
        return sys.executable, ""
    below = path.absolute().is_relative_to(root)
    folder = path.absolute().parent.relative_to(root).as_posix() if below else str(path.absolute().parent)
    return wanted, f"{folder}/"
