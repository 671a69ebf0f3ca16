"""The configuration file: `[tool.loadledger]` of pyproject.toml, or a loadledger.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from suite.config.paths import Places
from suite.config.settings import Settings
from suite.errors import ConfigurationError, Faults
from suite.units import parse

_TABLES = ("set", "thresholds")

Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Budget:
    """The metrics that a gate judges (None: the usual ones) and their minimum effects as written."""

    metrics: tuple[str, ...] | None = None
    minimum: Mapping[str, str | float] = field(default_factory=dict)

    def under(self, nearer: Budget) -> Budget:
        """The same with a nearer one over it: its metrics if it has some, of the minimum effects all."""
        metrics = self.metrics if nearer.metrics is None else nearer.metrics
        return Budget(metrics, {**self.minimum, **nearer.minimum})


@dataclass(frozen=True, slots=True)
class Gate:
    """The table `gate`: what is judged, against what, and what becomes of what can't be decided.

    `workloads` are budgets by name, or by the first part of names, over the `general` one.
    """

    base: str = "main"
    on_inconclusive: Literal["fail", "warn"] = "fail"
    general: Budget = Budget()
    workloads: Mapping[str, Budget] = field(default_factory=dict)

    def budget(self, workload: str) -> Budget:
        """Of the metrics the nearest list, of the minimum effects all, the nearest first."""
        found = self.general
        for name in (workload.partition("/")[0], workload):
            found = found.under(self.workloads.get(name, Budget()))
        return found


@dataclass(frozen=True, slots=True)
class Configuration:
    """Settings for all workloads, and for some by name (or by the first part of their names).

    Without a `ledger` (a file or a database URL) it lies in the folder of `results`. `source` is the file
    they come from, for messages.
    """

    results: str = "results"
    general: Table = field(default_factory=dict)
    workloads: Mapping[str, Table] = field(default_factory=dict)
    gate: Gate = Gate()
    source: str = "the configuration file"
    ledger: str | None = None

    def places(self, results: Path | None = None, ledger: str | None = None) -> Places:
        """Where results are kept; a folder that is given has its ledger in it, unless that is given too."""
        found = Places.below(results or Path(self.results))
        place = ledger or (self.ledger if results is None else None)
        return replace(found, ledger=place) if place else found

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
    ledger: str | None = None
    with faults.collected(f"{path}: "):
        general = dict(_mapping("[tool.loadledger]", table))
    with faults.collected(f"{path}: results: "):
        results = _text(general.pop("results", results))
    with faults.collected(f"{path}: ledger: "):
        ledger = _text(general.pop("ledger")) if "ledger" in general else None
    with faults.collected(f"{path}: "):
        workloads = dict(_mapping("workloads", general.pop("workloads", {})))
    gate = _gate(f"{path}: gate", general.pop("gate", {}), faults)
    general = _part(f"{path}: ", general, faults)
    for name, part in workloads.items():
        with faults.collected(f"{path}: "):
            where = f"workloads.{name}"
            workloads[name] = _part(f"{path}: {where}: ", _mapping(where, part), faults)
    faults.check()
    return Configuration(results, general, workloads, gate, str(path), ledger)


def _part(where: str, table: Table, faults: Faults) -> dict[str, Any]:
    """One table's settings in base units."""
    found: dict[str, Any] = {}
    for key, value in table.items():
        with faults.collected(f"{where}{key}: "):
            if key not in _KINDS:
                raise ConfigurationError(f"no such setting; there are: {', '.join(sorted(_KINDS))}")
            found[key] = _KINDS[key](value)
    return found


def _gate(where: str, table: Any, faults: Faults) -> Gate:
    """The table `gate`. Its faults are collected; what is left of it then is not for use."""
    found: dict[str, Any] = {}
    own: dict[str, Any] = {}
    with faults.collected(f"{where}: "):
        own = dict(_mapping("it", table))
    if "base" in own:
        with faults.collected(f"{where}.base: "):
            found["base"] = _text(own.pop("base"))
    if "on_inconclusive" in own:
        with faults.collected(f"{where}.on_inconclusive: "):
            found["on_inconclusive"] = fail_or_warn(own.pop("on_inconclusive"))
    with faults.collected(f"{where}: "):
        workloads = _mapping("workloads", own.pop("workloads", {}))
        found["workloads"] = {
            name: _budget(f"{where}.workloads.{name}", part, faults) for name, part in workloads.items()
        }
    return Gate(**found, general=_budget(where, own, faults))


def _budget(where: str, table: Any, faults: Faults) -> Budget:
    found: dict[str, Any] = {}
    own: Table = {}
    with faults.collected(f"{where}: "):
        own = _mapping("it", table)
    for key, value in own.items():
        with faults.collected(f"{where}.{key}: "):
            if key == "metrics":
                found[key] = _names(value)
            elif key == "minimum":
                found[key] = _minimum(value)
            else:
                raise ConfigurationError("no such setting; there are: metrics, minimum")
    return Budget(**found)


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ConfigurationError(f'{value!r} is not a list of metrics, such as ["response.p99"]')
    return tuple(dict.fromkeys(map(_text, value)))


def _minimum(value: Any) -> Mapping[str, str | float]:
    for name, size in _mapping("it", value).items():
        if isinstance(size, Mapping):
            raise ConfigurationError(f'put names of metrics in quotes: "{name}.{next(iter(size), "")}"')
        if isinstance(size, bool) or not isinstance(size, str | int | float):
            raise ConfigurationError(f'{name}: {size!r} is not a minimum effect, such as "10%"')
    return dict(value)


def fail_or_warn(value: Any) -> Literal["fail", "warn"]:
    """`value` if it is one of the two. Raises ConfigurationError."""
    if value not in ("fail", "warn"):
        raise ConfigurationError(f"fail or warn is wanted, not {value!r}")
    return "fail" if value == "fail" else "warn"


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
