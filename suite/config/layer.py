"""What one place says of workloads: a table of the configuration file, or the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Annotated, Any, ClassVar

from suite.config.checked import COUNT, FLAG, FORBID_OTHERS, LEVEL, TEXT, WHOLE, quantity
from suite.config.settings import ENDS, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsLayer:
    """Settings in base units, as far as they are given: None, or an empty mapping, says nothing.

    `values` is what files and the command line call `set`; for the others see `Settings`.
    """

    __pydantic_config__: ClassVar[Mapping[str, Any]] = FORBID_OTHERS

    rounds: Annotated[int | None, COUNT] = None
    quick: Annotated[bool | None, FLAG] = None
    users: Annotated[int | None, COUNT] = None
    operations: Annotated[int | None, COUNT] = None
    each: Annotated[int | None, COUNT] = None
    seconds: Annotated[float | None, quantity("s")] = None
    rate: Annotated[float | None, quantity("1/s")] = None
    target: Annotated[str | None, TEXT] = None
    workers: Annotated[int | None, COUNT] = None
    seed: Annotated[int | None, WHOLE] = None
    values: Mapping[str, Any] = field(default_factory=dict)
    thresholds: Mapping[str, Mapping[str, Annotated[Any, LEVEL]]] = field(default_factory=dict)


def settings_of(*layers: SettingsLayer) -> Settings:
    """What `layers` come to, the nearest last: it wins, but of mappings all entries count."""
    found: dict[str, Any] = {"values": {}, "thresholds": {}}
    for layer in layers:
        given = {one.name: getattr(layer, one.name) for one in fields(SettingsLayer)}
        given = {name: value for name, value in given.items() if value is not None}
        if any(name in given for name in ENDS):  # one of them takes the others' place
            found = {name: value for name, value in found.items() if name not in ENDS}
        for name in ("values", "thresholds"):
            given[name] = {**found[name], **given[name]}
        found |= given
    return Settings(**found)
