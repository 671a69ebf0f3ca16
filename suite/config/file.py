"""The configuration file: `[tool.loadledger]` of pyproject.toml, a loadledger.toml, or one of JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Annotated, Any

from suite.config import consent
from suite.config.checked import ADDRESS, PATHS, TEXT, Checked
from suite.config.gate import Budget, Gate
from suite.config.layer import SettingsLayer, settings_of
from suite.config.lines import line_of
from suite.config.paths import Places
from suite.config.plain_names import LIMITS, SETTINGS, translated
from suite.config.services import ServiceUrls
from suite.config.settings import Settings
from suite.errors import ConfigurationError, StoreError
from suite.files import below, parse_toml, read_bytes
from suite.process.redaction import redacted
from suite.process.secret_forms import HIDDEN, NAMED

_IN_FILES = {"set": "values", "values": "set"}
"""What files call a field, and the other way round: so the field's own name is unknown there."""
_OWN = ["tool", "loadledger"]
"""Our table in pyproject.toml."""


def _unknown(_value: Any) -> Any:
    raise ConfigurationError("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration(SettingsLayer):
    """Settings for all workloads, and for some by name (or by the first part of their names).

    Without a `ledger` (a file or a database URL) it lies in the folder of `results`. Changes of verdicts are
    posted to the URL `notify`. `files` are the load
    files, by patterns too; paths are relative to the current folder. `source` is the file they come from,
    for messages.
    """

    results: Annotated[str, TEXT] = "results"
    ledger: Annotated[str | None, TEXT] = None
    notify: Annotated[str | None, ADDRESS] = None
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
        """Where results are kept; a folder that is given has its ledger in it, unless that is given too.

        Raises ConfigurationError for a server that only the file names, until you agreed, and StoreError for
        a ledger that nobody named and is a link elsewhere: it may have come with a checkout.
        """
        found = Places.below(results or Path(self.results))
        if not ledger and results is None and self.ledger:
            consent.check(self.ledger, self.source)
        place = ledger or (self.ledger if results is None else None)
        if place:
            return replace(found, ledger=place)
        try:
            below(found.folder, Path(found.ledger))
        except StoreError as error:
            raise StoreError(f"{error}, or name it with --ledger if it is yours") from error
        return found

    def notified(self) -> str | None:
        """Who is told of changes of verdicts. Raises ConfigurationError until you agreed."""
        if self.notify:
            consent.check_notified(self.notify, self.source)
        return self.notify

    def settings(self, workload: str, given: SettingsLayer) -> Settings:
        """What the file says of `workload`, and over it what was `given`."""
        own = [layer for _, layer in reversed(self.layers(workload))]
        return replace(settings_of(*own, given), services=self.services.given())

    def layers(self, workload: str) -> list[tuple[str, SettingsLayer]]:
        """What is said of `workload`, the nearest first, each with where it is said."""
        names = [
            name for name in dict.fromkeys((workload, workload.partition("/")[0])) if name in self.workloads
        ]
        near = [(f"{self.source}, workloads.{_quoted(name)}", self.workloads[name]) for name in names]
        return [*near, (self.source, self)]


def read_configuration(path: Path | None = None) -> Configuration:
    """The given file, else loadledger.toml or pyproject.toml of this folder, else nothing.

    Raises ConfigurationError with all faults.
    """
    if path is not None:
        found = _read(path)
        if found is None:
            raise ConfigurationError(f"{path} has no table [tool.loadledger]")
        return found
    for candidate in (Path("loadledger.toml"), Path("pyproject.toml")):
        found = _read(candidate) if candidate.is_file() else None
        if found is not None:
            return found
    return Configuration()


def checked(path: Path, table: Any, text: str = "") -> Configuration:
    """The configuration that `table` is. Raises ConfigurationError with all faults, each with its place.

    `text` is what the file at `path` says, for the numbers of lines.
    """
    from pydantic import TypeAdapter, ValidationError

    own = _OWN if path.name == "pyproject.toml" else []
    faults: list[tuple[Sequence[str], str]] = []
    renamed = _renamed(table, faults)
    try:
        found: Configuration = TypeAdapter(Configuration).validate_python(renamed)
    except ValidationError as error:
        faults += [_fault(one["loc"], one["type"], one["input"], one["msg"]) for one in error.errors()]
    if faults:
        lines = [(line_of(text, [*own, *place]), said) for place, said in faults]
        raise ConfigurationError.of(
            f"{path}{f':{number}' if number else ''}: {redacted(said)}" for number, said in lines
        )
    return replace(found, source=str(path))


def _read(path: Path) -> Configuration | None:
    """What a file says of us; None if pyproject.toml says nothing."""
    try:
        text = read_bytes(path).decode("utf-8")
        data = json.loads(text) if path.suffix == ".json" else parse_toml(text)
    except OSError as error:
        raise ConfigurationError(f"can't read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        kind = "JSON" if path.suffix == ".json" else "TOML"
        raise ConfigurationError(f"{path} is not valid {kind}: {error}") from error
    if path.name == "pyproject.toml":
        tool = data.get("tool")
        data = tool.get("loadledger") if isinstance(tool, dict) else None
        if data is None:
            return None
    return checked(path, data, text)


def _renamed(table: Any, faults: list[tuple[Sequence[str], str]], place: Sequence[str] = ()) -> Any:
    """The same with fields as our classes call them."""
    if not isinstance(table, Mapping):
        return table
    try:
        table = translated(table)
    except ConfigurationError as error:
        faults += [([*place, line.partition(":")[0]], _at(place) + line) for line in str(error).splitlines()]
        table = {name: value for name, value in table.items() if name not in {*SETTINGS, *LIMITS}}
    found = {_IN_FILES.get(name, name): value for name, value in table.items()}
    workloads = found.get("workloads")
    if not place and isinstance(workloads, Mapping):
        found["workloads"] = {
            name: _renamed(part, faults, ["workloads", name]) for name, part in workloads.items()
        }
    return found


def _fault(location: Sequence[str | int], kind: str, value: Any, said: str) -> tuple[Sequence[str], str]:
    """A fault: its place, and in a line where it is, what is wrong, and what would mend it."""
    place = [str(part) for part in location]
    in_file = list(_as_in_files(place))
    where = _at(in_file)[:-1] or "[tool.loadledger]"
    secret = in_file[-1:] == ["notify"] or NAMED.search(in_file[-1] if in_file else "")
    shown = HIDDEN if secret else repr(value)
    said = said.replace(repr(value), shown)
    if kind in ("dict_type", "dataclass_type", "mapping_type"):
        return in_file, f"{where} must be a table, not {shown}"
    if kind == "unexpected_keyword_argument" or not said:
        return in_file, f"{where}: no such setting; there are: {', '.join(sorted(_names(place[:-1])))}"
    return in_file, f"{where}: {said}"


def _at(place: Sequence[str]) -> str:
    """The names that lead to a place, with a dot after each."""
    return "".join(f"{_quoted(name)}." for name in place)


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
