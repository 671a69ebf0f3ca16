"""The configuration file: `[tool.loadledger]` of pyproject.toml, or a loadledger.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from suite.errors import ConfigurationError
from suite.settings import Settings
from suite.units import parse

_SETTINGS = ("rounds", "quick", "users", "operations", "seconds", "rate", "target", "workers", "seed")
_TABLES = ("set", "thresholds")


@dataclass(frozen=True, slots=True)
class Configuration:
    """Settings for all workloads, and for some by name (or by the first part of their names)."""

    results: str = "results"
    general: Mapping[str, Any] = field(default_factory=dict)
    workloads: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def settings(self, workload: str, base: Settings) -> Settings:
        """`base`, which the command line made, over what the file says of `workload`."""
        merged: dict[str, Any] = {}
        for table in (
            self.general,
            self.workloads.get(workload.partition("/")[0], {}),
            self.workloads.get(workload, {}),
        ):
            for key, value in table.items():
                merged[key] = {**merged.get(key, {}), **value} if key in _TABLES else value
        changes = {key: merged[key] for key in _SETTINGS if key in merged}
        if isinstance(changes.get("seconds"), str):
            changes["seconds"] = parse(changes["seconds"], "s")
        given = {key: value for key in _SETTINGS if (value := getattr(base, key)) != getattr(Settings(), key)}
        return Settings(**{**changes, **given}).merged(
            values={**merged.get("set", {}), **base.values},
            thresholds={**merged.get("thresholds", {}), **base.thresholds},
            skipped_operations=base.skipped_operations,
        )


def read_configuration(path: Path | None = None) -> Configuration:
    """The given file, else loadledger.toml or pyproject.toml of this folder, else nothing.

    Raises ConfigurationError with all faults.
    """
    if path is not None:
        candidates = [path]
    else:
        candidates = [p for p in (Path("loadledger.toml"), Path("pyproject.toml")) if p.is_file()]
    for candidate in candidates:
        table = _table(candidate)
        if table is not None:
            return _checked(candidate, table)
    return Configuration()


def _table(path: Path) -> dict[str, Any] | None:
    try:
        data = tomllib.loads(path.read_text())
    except OSError as error:
        raise ConfigurationError(f"can't read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} is not valid TOML: {error}") from error
    if path.name == "pyproject.toml":
        table: dict[str, Any] | None = data.get("tool", {}).get("loadledger")
        return table
    return data


def _checked(path: Path, table: Mapping[str, Any]) -> Configuration:
    faults: list[str] = []
    known = {*_SETTINGS, *_TABLES}

    def check(where: str, part: Mapping[str, Any]) -> None:
        for key, value in part.items():
            if key not in known:
                faults.append(f"{path}: {where}unknown key {key!r}; known: {', '.join(sorted(known))}")
            elif key in _TABLES and not isinstance(value, Mapping):
                faults.append(f"{path}: {where}{key} must be a table")

    general = {key: value for key, value in table.items() if key not in ("results", "workloads")}
    check("", general)
    workloads = table.get("workloads", {})
    for name, part in workloads.items():
        if isinstance(part, Mapping):
            check(f"workloads.{name}: ", part)
        else:
            faults.append(f"{path}: workloads.{name} must be a table")
    if faults:
        raise ConfigurationError.of(faults)
    return Configuration(str(table.get("results", "results")), general, workloads)
