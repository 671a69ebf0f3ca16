"""What a test and the command line ask of a load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from suite.config.layer import SettingsLayer
from suite.errors import ConfigurationError

_KNOWN = tuple(one.name for one in fields(SettingsLayer))
_OPTIONS = ("rounds", "quick", "users", "seconds", "target")


def asked_for(how: Mapping[str, Any], config: pytest.Config) -> SettingsLayer:
    """What the test wants, and over it what the command line does. Raises ConfigurationError."""
    own = {name: value for name, value in how.items() if value is not None}
    checked(own)
    told = {name: config.getoption(f"suite_{name}") for name in _OPTIONS}
    told = {name: value for name, value in told.items() if value is not None and value is not False}
    if "seconds" in told:  # it takes the place of what else would end the load
        own = {name: value for name, value in own.items() if name not in ("operations", "each")}
    values = {**own.get("values", {}), **_values(config.getoption("suite_set") or ())}
    return checked({**own, **told, "values": values})


def checked(how: Mapping[str, Any]) -> SettingsLayer:
    """What is asked of a load, as settings. Raises ConfigurationError with all faults."""
    from pydantic import TypeAdapter, ValidationError

    if unknown := sorted(set(how) - set(_KNOWN)):
        raise ConfigurationError(f"a load has no {', '.join(unknown)}; it has: {', '.join(_KNOWN)}")
    given = dict(how)
    if isinstance(levels := how.get("thresholds"), Mapping):
        given["thresholds"] = {
            metric: level if isinstance(level, Mapping) else {"critical": level}
            for metric, level in levels.items()
        }
    try:
        found: SettingsLayer = TypeAdapter(SettingsLayer).validate_python(given)
    except ValidationError as error:
        raise ConfigurationError.of(
            f"load({one['loc'][0]}=...): {one['msg']}" for one in error.errors()
        ) from error
    return found


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
