"""The configuration file: `[tool.loadledger]` of pyproject.toml, or a loadledger.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Annotated, Any

from suite.config.checked import PATHS, TEXT, Checked
from suite.config.gate import Budget, Gate
from suite.config.layer import SettingsLayer, settings_of
from suite.config.paths import Places
from suite.config.services import ServiceUrls
from suite.config.settings import Settings
from suite.errors import ConfigurationError

_IN_FILES = {"set": "values", "values": "set"}
"""What files call a field, and the other way round: so the field's own name is unknown there."""


def _unknown(_value: Any) -> Any:
    raise ConfigurationError("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration(SettingsLayer):
    """Settings for all workloads, and for some by name (or by the first part of their names).

    Without a `ledger` (a file or a database URL) it lies in the folder of `results`. `files` are the load
    files, by patterns too; paths are relative to the current folder. `source` is the file they come from,
    for messages.
    """

    results: Annotated[str, TEXT] = "results"
    ledger: Annotated[str | None, TEXT] = None
    files: Annotated[tuple[str, ...], PATHS] = ()
    workloads: Mapping[str, SettingsLayer] = field(default_factory=dict)
    gate: Gate = field(default_factory=Gate)
    services: ServiceUrls = field(default_factory=ServiceUrls)
    source: Annotated[str, Checked(_unknown)] = "the configuration file"

    @property
    def file(self) -> Path | None:
        """Where it comes from, if from a file."""
        return Path(self.source) if Path(self.source).is_file() else None

    def places(self, results: Path | None = None, ledger: str | None = None) -> Places:
        """Where results are kept; a folder that is given has its ledger in it, unless that is given too."""
        found = Places.below(results or Path(self.results))
        place = ledger or (self.ledger if results is None else None)
        return replace(found, ledger=place) if place else found

    def settings(self, workload: str, given: SettingsLayer) -> Settings:
        """What the file says of `workload`, and over it what was `given`."""
        names = (workload.partition("/")[0], workload)
        own = [self.workloads[name] for name in dict.fromkeys(names) if name in self.workloads]
        return replace(settings_of(self, *own, given), services=self.services.given())


def read_configuration(path: Path | None = None) -> Configuration:
    """The given file, else loadledger.toml or pyproject.toml of this folder, else nothing.

    Raises ConfigurationError with all faults.
    """
    if path is not None:
        table = _table(path)
        if table is None:
            raise ConfigurationError(f"{path} has no table [tool.loadledger]")
        return checked(path, table)
    for candidate in (Path("loadledger.toml"), Path("pyproject.toml")):
        table = _table(candidate) if candidate.is_file() else None
        if table is not None:
            return checked(candidate, table)
    return Configuration()


def checked(path: Path, table: Any) -> Configuration:
    """The configuration that `table` is. Raises ConfigurationError with all faults, each with its place."""
    from pydantic import TypeAdapter, ValidationError

    try:
        found: Configuration = TypeAdapter(Configuration).validate_python(_renamed(table))
    except ValidationError as error:
        lines = (_line(one["loc"], one["type"], one["input"], one["msg"]) for one in error.errors())
        raise ConfigurationError.of(f"{path}: {line}" for line in lines) from None
    return replace(found, source=str(path))


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


def _renamed(table: Any) -> Any:
    """The same with fields as our classes call them."""
    if not isinstance(table, Mapping):
        return table
    found = {_IN_FILES.get(name, name): value for name, value in table.items()}
    if isinstance(workloads := found.get("workloads"), Mapping):
        found["workloads"] = {
            name: {_IN_FILES.get(key, key): value for key, value in part.items()}
            if isinstance(part, Mapping)
            else part
            for name, part in workloads.items()
        }
    return found


def _line(location: Sequence[str | int], kind: str, value: Any, said: str) -> str:
    """A fault in a line: its place, what is wrong, and what would mend it."""
    place = [str(part) for part in location]
    where = ".".join(_quoted(name) for name in _as_in_files(place)) or "[tool.loadledger]"
    if kind in ("dict_type", "dataclass_type", "mapping_type"):
        return f"{where} must be a table, not {value!r}"
    if kind == "unexpected_keyword_argument" or not said:
        return f"{where}: no such setting; there are: {', '.join(sorted(_names(place[:-1])))}"
    return f"{where}: {said}"


def _as_in_files(place: Sequence[str]) -> Iterator[str]:
    own = 2 if place[:1] == ["workloads"] else 0
    yield from (_IN_FILES.get(name, name) if at == own else name for at, name in enumerate(place))


def _names(place: Sequence[str]) -> set[str]:
    """The settings that there are in the table at `place`."""
    match place:
        case ["gate"]:
            kind: type = Gate
        case ["gate", *_]:
            kind = Budget
        case ["services"]:
            kind = ServiceUrls
        case []:
            kind = Configuration
        case _:
            kind = SettingsLayer
    return {_IN_FILES.get(one.name, one.name) for one in fields(kind)} - {"source"}


def _quoted(name: str) -> str:
    return name if re.fullmatch(r"[\w-]+", name, re.ASCII) else f'"{name}"'
