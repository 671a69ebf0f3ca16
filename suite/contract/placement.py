"""Where a started system is, and where one is let start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from suite.contract.system import System


@dataclass(frozen=True, slots=True)
class Address:
    """Where a started system is; plain data that travels to the workers."""

    host: str = "127.0.0.1"
    port: int = 0
    url: str = ""
    directory: str = ""
    pid: int = 0


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a system is let start: a directory of its own, its cores, its working directory.

    `recipe` is a picklable callable that makes the same system in a fresh process.
    """

    directory: Path
    cores: frozenset[int] | None = None
    cwd: Path | None = None
    recipe: Callable[[], System] | None = None
