"""The configuration file: `[tool.loadledger]` of pyproject.toml, or a loadledger.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from suite.errors import ConfigurationError, Faults
from suite.settings import Settings
from suite.units import parse

_TABLES = ("set", "thresholds")

Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Configuration:
    """Settings for all workloads, and for some by name (or by the first part of their names).

    `source` is the file they come from, for messages.
    """

    results: str = "results"
    general: Table = field(default_factory=dict)
    workloads: Mapping[str, Table] = field(default_factory=dict)
    source: str = "the configuration file"

    def settings(self, workload: str, given: Table) -> Settings:
        """What the file says of `workload`; over it what was `given`, a table like those of the file."""
        general, own = self.general, self.workloads
        merged: dict[str, Any] = {}
        for table in (general, own.get(workload.partition("/")[0], {}), own.get(workload, {}), given):
            if "seconds" in table or "operations" in table:  # one of them takes the other's place
                merged = {key: value for key, value in merged.items() if key not in ("seconds", "operations")}
            for key, value in table.items():
                merged[key] = {**merged.get(key, {}), **value} if key in _TABLES else value
        values = merged.pop("set", {})
        return Settings(**merged, values=values)


def read_configuration(path: Path | None = None) -> Configuration:
    """The given file, else loadledger.toml or pyproject.toml of this folder, else nothing.

    Raises ConfigurationError with all faults.
    """
    if path is not None:
        table = _table(path)
        if table is None:
            raise ConfigurationError(f"{path} has no table [tool.loadledger]")
        return _checked(path, table)
    for candidate in (Path("loadledger.toml"), Path("pyproject.toml")):
        table = _table(candidate) if candidate.is_file() else None
        if table is not None:
            return _checked(candidate, table)
    return Configuration()


def _table(path: Path) -> Any:
    """The file's part that is ours, whatever it is; None if pyproject.toml has none."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"can't read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} is not valid TOML: {error}") from error
    if path.name != "pyproject.toml":
        return data
    tool = data.get("tool")
    return tool.get("loadledger") if isinstance(tool, dict) else None


def _checked(path: Path, table: Any) -> Configuration:
    """The configuration that `table` is. Raises ConfigurationError with all faults."""
    faults = Faults()
    general: dict[str, Any] = {}
    workloads: dict[str, Table] = {}
    results = "results"
    with faults.collected(f"{path}: "):
        general = dict(_mapping("[tool.loadledger]", table))
    with faults.collected(f"{path}: results: "):
        results = _text(general.pop("results", results))
    with faults.collected(f"{path}: "):
        workloads = dict(_mapping("workloads", general.pop("workloads", {})))
    general = _part(f"{path}: ", general, faults)
    for name, part in workloads.items():
        with faults.collected(f"{path}: "):
            where = f"workloads.{name}"
            workloads[name] = _part(f"{path}: {where}: ", _mapping(where, part), faults)
    faults.check()
    return Configuration(results, general, workloads, str(path))


def _part(where: str, table: Table, faults: Faults) -> dict[str, Any]:
    """One table's settings in base units."""
    found: dict[str, Any] = {}
    for key, value in table.items():
        with faults.collected(f"{where}{key}: "):
            if key not in _KINDS:
                raise ConfigurationError(f"no such setting; there are: {', '.join(sorted(_KINDS))}")
            found[key] = _KINDS[key](value)
    return found


def _mapping(name: str, value: Any) -> Table:
    if not isinstance(value, Mapping):
        raise ConfigurationError(f"{name} must be a table, not {value!r}")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ConfigurationError(f"{value!r} is not text; put it in quotes")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ConfigurationError(f"{value!r} is neither true nor false")
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ConfigurationError(f"{value!r} is not a whole number")
    return value


def _count(value: Any) -> int:
    if _whole(value) < 1:
        raise ConfigurationError(f"{value!r} is less than 1")
    return int(value)


def _set(value: Any) -> Table:
    return _mapping("it", value)


def _thresholds(value: Any) -> Table:
    for name, levels in _mapping("it", value).items():
        if any(isinstance(level, Mapping) for level in _mapping(name, levels).values()):
            raise ConfigurationError(f'put names of metrics in quotes: "{name}.{next(iter(levels))}"')
    return dict(value)


_KINDS: Mapping[str, Callable[[Any], Any]] = {
    "rounds": _count,
    "quick": _flag,
    "users": _count,
    "operations": _count,
    "seconds": lambda value: parse(value, "s"),
    "rate": lambda value: parse(value, "1/s"),
    "target": _text,
    "workers": _count,
    "seed": _whole,
    "set": _set,
    "thresholds": _thresholds,
}
