"""Anything as plain data: what JSON and every database can hold."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from suite.records.histogram import Histogram
from suite.records.run import Measured

_How = Callable[[Any], Any]


def plain(value: Any) -> Any:
    """`value` as dicts, lists, text, finite numbers, booleans and None; objects by the names of their fields.

    NaN and infinity become None, because JSON has no word for them. Text is made fit for every
    database: lone surrogates (undecodable output of a process) and NUL are written as escapes.
    """
    return _HOWS[type(value)](value)


class _Hows(dict[type, _How]):
    """What makes plain data of values of a type; there are many values, and few types."""

    def __missing__(self, kind: type) -> _How:
        known = (how for base, how in _KINDS.items() if issubclass(kind, base))
        self[kind] = how = next(known, None) or _derived(kind)
        return how


def _derived(kind: type) -> _How:
    if is_dataclass(kind):
        names = (*(field.name for field in fields(kind)), *getattr(kind, "DERIVED", ()))
        return lambda value: {name: plain(getattr(value, name)) for name in names}
    if hasattr(kind, "tolist"):  # numpy's scalars and arrays
        return lambda value: plain(value.tolist())
    return lambda value: _text(str(value))


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _text(value: str) -> str:
    if value.isascii() and "\0" not in value:
        return str(value)
    return value.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def _object(value: Mapping[Any, Any]) -> dict[str, Any]:
    return {_text(str(key)): _HOWS[type(item)](item) for key, item in value.items()}


def _list(value: Iterable[Any]) -> list[Any]:
    return [_HOWS[type(item)](item) for item in value]


def _set(value: Iterable[Any]) -> list[Any]:
    return sorted(_list(value), key=str)


def _measured(value: Measured) -> dict[str, Any]:
    if value.note is None and not math.isfinite(value.value or 0.0):
        value = replace(value, note=f"not a finite number: {value.value}")
    return {name: plain(getattr(value, name)) for name in _MEASURED}


_MEASURED = tuple(field.name for field in fields(Measured))
_KINDS: dict[type, _How] = {
    type(None): lambda value: value,
    bool: bool,
    str: _text,
    int: int,
    float: _number,
    Mapping: _object,
    list: _list,
    tuple: _list,
    set: _set,
    frozenset: _set,
    Histogram: Histogram.encode,
    Measured: _measured,
}
"""By the types that are known here, and what is derived from them."""
_HOWS = _Hows(_KINDS)
