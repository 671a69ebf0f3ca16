"""Which files of a project may have an app, by what is written in them; nothing is imported."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

_LEFT_OUT = {
    "node_modules", "venv", "env", "build", "dist", "site-packages", "tests", "test", "docs", "examples",
    "migrations", "results", "benchmarks", "__pycache__",
}  # fmt: skip
_MAKES = re.compile(r"\b(?:FastAPI|Starlette|Quart|Flask)\s*\(")
_SETTINGS = re.compile(r"""DJANGO_SETTINGS_MODULE["'],\s*["']([\w.]+)["']""")
_USUAL = ("app", "main", "asgi", "wsgi", "api", "application", "server", "__init__")
_DEEPEST = 5
_MOST_FILES = 5000
_LARGEST = 500_000
_MOST = 20

Module = tuple[str, str]
"""The folder that has to be on the path, relative to the project, and the name of a module below it."""


def app_modules(root: Path) -> list[Module]:
    """Modules that make an app, the likeliest first."""
    found = [path for path in _python_files(root) if _MAKES.search(_text(path))]
    found.sort(key=lambda path: (len(path.relative_to(root).parts), _rank(path), path))
    return [module for path in found[:_MOST] for module in modules_of(path, root)]


def django_settings(root: Path) -> list[Module]:
    """The folder of each manage.py, and the settings that it names."""
    found = [path for path in _python_files(root) if path.name == "manage.py"]
    found.sort(key=lambda path: len(path.parts))
    return [
        (_folder(path.parent, root), match[1]) for path in found if (match := _SETTINGS.search(_text(path)))
    ]


def modules_of(path: Path, root: Path) -> Iterator[Module]:
    """What a file may be imported as: from the project's folder, or from one below that is no package."""
    parts = path.relative_to(root).with_suffix("").parts
    if parts[-1] == "__init__":
        parts = parts[:-1]
    for start in range(len(parts)):
        name, place = parts[start:], root.joinpath(*parts[:start])
        if start and (place / "__init__.py").exists():
            break
        if all(part.isidentifier() for part in name) and not (start == 0 and parts[0] == "src"):
            yield _folder(place, root), ".".join(name)


def _folder(path: Path, root: Path) -> str:
    return "" if path == root else path.relative_to(root).as_posix()


def _rank(path: Path) -> int:
    return _USUAL.index(path.stem) if path.stem in _USUAL else len(_USUAL)


def _python_files(root: Path) -> Iterator[Path]:
    left = _MOST_FILES
    for folder, inner, files in os.walk(root):
        here = Path(folder)
        deep = len(here.relative_to(root).parts) >= _DEEPEST
        inner[:] = [] if deep else sorted(one for one in inner if not _left_out(here / one))
        for name in sorted(files):
            if name.endswith(".py") and not name.startswith(("load_", "test_")):
                left -= 1
                if left < 0:
                    return
                yield here / name


def _left_out(folder: Path) -> bool:
    hidden = folder.name.startswith(".") or folder.name in _LEFT_OUT
    return hidden or (folder / "pyvenv.cfg").exists() or folder.is_symlink()


def _text(path: Path) -> str:
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST:
            return ""
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
