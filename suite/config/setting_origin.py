"""Where each value that a workload runs with comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from suite.config.configured import configured
from suite.config.file import Configuration
from suite.config.layer import SettingsLayer
from suite.config.settings import Settings
from suite.contract.loop import facts
from suite.contract.secret import shown_parameter
from suite.contract.workload import Workload
from suite.records.level import LEVELS

_COMMAND_LINE = "the command line"
_OF_SETTINGS = ("target", "workers", "seed")
_NO_SETTINGS = ("loop", "stages", "arrivals", "busy", "spin", "burst", "log", "speed", "replay")
"""What is part of a loop and no setting."""


class SettingOrigin(NamedTuple):
    """A setting's `value` in base units, and the `source` that had the last word on it."""

    name: str
    value: Any
    source: str


def origins(
    workload: Workload, settings: Settings, configuration: Configuration, given: SettingsLayer
) -> list[SettingOrigin]:
    """Of all that can be set about `workload`: its loop, parameters, levels of thresholds, and the rest.

    `settings` are what `configuration` and the command line, `given`, come to. Raises ConfigurationError.
    """
    layers = [(_COMMAND_LINE, given), *configuration.layers(workload.name)]
    return [
        SettingOrigin("rounds", settings.round_count(), _of(layers, "rounds", "the default")),
        *_loop(workload, settings, layers),
        *(
            SettingOrigin(name, value, _of(layers, name, "the default"))
            for name in _OF_SETTINGS
            if (value := getattr(settings, name)) is not None
        ),
        *_parameters(workload, settings, layers),
        *_thresholds(workload, settings, layers),
    ]


_Layers = Sequence[tuple[str, SettingsLayer]]


def _of(layers: _Layers, name: str, otherwise: str) -> str:
    return next((source for source, layer in layers if getattr(layer, name) is not None), otherwise)


def _within(layers: _Layers, field: str, name: str, otherwise: str) -> str:
    """As `_of`, of an entry in one of the layers' mappings."""
    return next((source for source, layer in layers if name in getattr(layer, field)), otherwise)


def _loop(workload: Workload, settings: Settings, layers: _Layers) -> Iterator[SettingOrigin]:
    otherwise = "its quick loop" if settings.quick else "the workload"
    asked = _of(layers, "quick", _COMMAND_LINE)
    if settings.quick and asked != _COMMAND_LINE:
        otherwise += f", by {asked}"
    for name, value in facts(configured(workload, settings).loop).items():
        if value is not None and name not in _NO_SETTINGS:
            known = hasattr(SettingsLayer, name)
            yield SettingOrigin(name, value, _of(layers, name, otherwise) if known else otherwise)


def _parameters(workload: Workload, settings: Settings, layers: _Layers) -> Iterator[SettingOrigin]:
    actual = configured(workload, settings)
    for whose, values in (("the system", actual.system.parameters), ("the workload", actual.parameters)):
        for name, value in values.items():
            yield SettingOrigin(
                f"set.{name}", shown_parameter(name, value), _within(layers, "values", name, whose)
            )


def _thresholds(workload: Workload, settings: Settings, layers: _Layers) -> Iterator[SettingOrigin]:
    for threshold in configured(workload, settings).thresholds:
        for level in LEVELS:
            value = getattr(threshold, level)
            if value is not None:
                source = next(
                    (at for at, layer in layers if level in _levels(layer, threshold.metric)), "the workload"
                )
                yield SettingOrigin(f"thresholds.{threshold.metric}.{level}", value, source)


def _levels(layer: SettingsLayer, metric: str) -> Mapping[str, Any]:
    return layer.thresholds.get(metric, {})
