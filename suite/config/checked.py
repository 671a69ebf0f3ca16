"""How what a configuration file says becomes a setting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from suite.errors import ConfigurationError
from suite.units import parse

FORBID_OTHERS = {"extra": "forbid"}
"""Tables as we read them (`__pydantic_config__`): no other names."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A field's metadata: `check` gives what a value means, or raises ConfigurationError."""

    check: Callable[[Any], Any]

    def __get_pydantic_core_schema__(self, _source: Any, _handler: Any) -> Any:
        from pydantic_core import PydanticCustomError, core_schema

        def checked(value: Any) -> Any:
            try:
                return self.check(value)
            except ConfigurationError as error:
                raise PydanticCustomError("refused", "{said}", {"said": str(error)}) from error

        return core_schema.no_info_plain_validator_function(checked)


def quantity(unit: str) -> Checked:
    """A number, or text such as "100ms", in the base `unit`."""
    return Checked(lambda value: parse(value, unit))


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ConfigurationError(f"{value!r} is not a whole number")
    return value


def _count(value: Any) -> int:
    if _whole(value) < 1:
        raise ConfigurationError(f"{value!r} is less than 1")
    return int(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ConfigurationError(f"{value!r} is neither true nor false")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ConfigurationError(f"{value!r} is not text; put it in quotes")
    if "\0" in value:
        raise ConfigurationError(f"{value!r} has a NUL in it, which no name and no address has")
    return value


def _address(value: Any) -> str:
    if not _text(value).startswith(("http://", "https://")):
        raise ConfigurationError(f'{value!r} is no address to post to, such as "https://hooks.example/load"')
    return str(value)


def texts(of: str, example: str) -> Checked:
    """A list of texts, at least one, each once."""

    def check(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not value:
            raise ConfigurationError(f'{value!r} is not a list of {of}, such as ["{example}"]')
        return tuple(dict.fromkeys(map(_text, value)))

    return Checked(check)


def _size(value: Any) -> str | float:
    if isinstance(value, Mapping):
        raise ConfigurationError(_UNQUOTED)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ConfigurationError(f'{value!r} is not a minimum effect, such as "10%"')
    return value


def _level(value: Any) -> Any:
    if isinstance(value, Mapping):
        raise ConfigurationError(_UNQUOTED)
    return value


def fail_or_warn(value: Any) -> Literal["fail", "warn"]:
    """`value` if it is one of the two. Raises ConfigurationError."""
    if value not in ("fail", "warn"):
        raise ConfigurationError(f"fail or warn is wanted, not {value!r}")
    return "fail" if value == "fail" else "warn"


_UNQUOTED = 'names of metrics have dots: put them in quotes, such as "response.p99"'
WHOLE, COUNT, FLAG, TEXT = Checked(_whole), Checked(_count), Checked(_flag), Checked(_text)
ADDRESS = Checked(_address)
SIZE, LEVEL = Checked(_size), Checked(_level)
NAMES, PATHS = texts("metrics", "response.p99"), texts("load files", "load_*.py")
