"""The installed packages that what runs here can reach, with their versions."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from importlib.metadata import Distribution, distributions
from pathlib import Path

from suite.errors import StoreError
from suite.files import parse_toml, read_bytes

_OWN = "loadledger"
_ALWAYS = (_OWN, "uvloop", "httptools", "numpy", "hdrhistogram", "multiprocess", "sqlalchemy")
"""What of ours takes part in measuring."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_DASHES = re.compile(r"[-_.]+")
_EXTRA = re.compile(r";.*\bextra\s*==")


def packages(folder: Path) -> dict[str, str]:
    """Versions by name, in order: of what is imported here, of what the project in `folder` asks for in
    pyproject.toml or requirements.txt, and of all that these require.

    What is only there because we require it is left out, but for what takes part in measuring.
    """
    installed, modules = _installed(), _modules()
    imported = {modules[name] for name in [*sys.modules] if name in modules}
    roots = {*(imported - _reached([_OWN])), *_declared(folder)} - {_OWN}
    return {name: _version(name) for name in sorted(_reached(roots) | {*_ALWAYS}) if name in installed}


@cache
def _installed() -> dict[str, Distribution]:
    """By normalized name; of several the one that imports find."""
    found: dict[str, Distribution] = {}
    for one in distributions():
        name = one.metadata["Name"]
        if name:  # not what a broken installation left behind
            found.setdefault(_normalized(name), one)
    return found


@cache
def _modules() -> dict[str, str]:
    """Which package brings a top-level module."""
    found: dict[str, str] = {}
    for name, one in _installed().items():
        told = one.read_text("top_level.txt")
        # By splitting, as reading these long tables properly takes several times as long.
        files = (one.read_text("RECORD") or "").splitlines() if told is None else told.split()
        for file in files:
            found.setdefault(file.partition("/")[0].partition(".")[0].partition(",")[0], name)
    return found


@cache
def _requires(name: str) -> tuple[str, ...]:
    one = _installed().get(name)
    return () if one is None else tuple(_names(one.requires or ()))


@cache
def _version(name: str) -> str:
    return _installed()[name].version


def _reached(roots: Iterable[str]) -> set[str]:
    """`roots` and all that they require, directly or not."""
    found: set[str] = set()
    left = [*roots]
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += _requires(name)
    return found


def _declared(folder: Path) -> set[str]:
    """What a project asks for, itself included; a file that can't be read asks for nothing."""
    names: set[str] = set()
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError, StoreError):
        project = parse_toml(read_bytes(folder / "pyproject.toml").decode())["project"]
        names |= {*_names([project["name"], *project.get("dependencies", ())])}
    with suppress(OSError, ValueError, StoreError):
        names |= {*_names(read_bytes(folder / "requirements.txt").decode().splitlines())}
    return names


def _names(requirements: Iterable[str]) -> Iterator[str]:
    """The packages asked for without an extra."""
    for text in requirements:
        found = _NAME.match(text.strip())
        if found and not _EXTRA.search(text):
            yield _normalized(found[0])


def _normalized(name: str) -> str:
    return _DASHES.sub("-", name).lower()
