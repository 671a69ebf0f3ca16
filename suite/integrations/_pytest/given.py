"""What a test and the command line ask of a load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from suite.config.layer import SettingsLayer
from suite.errors import ConfigurationError
from suite.units import parse

_KNOWN = tuple(one.name for one in fields(SettingsLayer))
_QUANTITIES = {"seconds": "s", "rate": "1/s"}
_OPTIONS = ("rounds", "quick", "users", "seconds", "target")


def asked_for(how: Mapping[str, Any], config: pytest.Config) -> SettingsLayer:
    """What the test wants, and over it what the command line does. Raises ConfigurationError."""
    unknown = sorted(set(how) - set(_KNOWN))
    if unknown:
        raise ConfigurationError(f"a load has no {', '.join(unknown)}; it has: {', '.join(_KNOWN)}")
    own = {name: value for name, value in how.items() if value is not None}
    told = {name: value for name in _OPTIONS if (value := config.getoption(f"suite_{name}"))}
    if "seconds" in told:  # it takes the place of what else would end the load
        own = {name: value for name, value in own.items() if name not in ("operations", "each")}
    merged = {**own, **told}
    for name, unit in _QUANTITIES.items():
        if name in merged:
            merged[name] = parse(merged[name], unit)
    merged["values"] = {**own.get("values", {}), **_values(config.getoption("suite_set") or ())}
    levels = own.get("thresholds", {}).items()
    merged["thresholds"] = {
        metric: level if isinstance(level, Mapping) else {"critical": level} for metric, level in levels
    }
    return SettingsLayer(**merged)


def place_of(target: str, item: pytest.Item) -> str:
    """`target`, a file in it by its full path; it may be given from the test, the project, or where we are.

    Raises ConfigurationError.
    """
    place, sign, name = target.partition("::")
    if not place.endswith(".py"):
        return target
    folders = (item.path.parent, item.config.rootpath, Path.cwd())
    found = next((folder / place for folder in folders if (folder / place).is_file()), None)
    if found is None:
        looked = ", ".join(dict.fromkeys(map(str, folders)))
        raise ConfigurationError(f"there is no load file {place}; looked for in {looked}")
    return f"{found}{sign}{name}"


def on_invalid(config: pytest.Config) -> str:
    """What becomes of a test whose numbers can't be believed: fail, skip or warn."""
    return str(config.getoption("suite_on_invalid") or config.getini("suite_on_invalid"))


def _values(texts: Any) -> dict[str, str]:
    """Raises ConfigurationError."""
    parts = [text.partition("=") for text in texts]
    if wrong := [text for text, (name, sign, _) in zip(texts, parts, strict=True) if not (name and sign)]:
        raise ConfigurationError(f"--suite-set {' '.join(wrong)}: write it as NAME=VALUE")
    return {name: value for name, _, value in parts}
