"""The tables of a project's pyproject.toml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from suite.errors import StoreError
from suite.files import parse_toml, read_bytes

Table = dict[str, Any]


def read_pyproject(root: Path) -> tuple[Table, Table]:
    """Its tables `project` and `tool`, empty where it lacks them. Raises OSError, ValueError."""
    try:
        whole = parse_toml(read_bytes(root / "pyproject.toml").decode())
    except FileNotFoundError:
        return {}, {}
    except StoreError as error:
        raise ValueError(str(error)) from error
    project, tool = (_table(whole, name) for name in ("project", "tool"))
    return project, tool


def _table(whole: Table, name: str) -> Table:
    found = whole.get(name, {})
    if not isinstance(found, dict):
        raise ValueError(f"{name} is no table")
    return found
