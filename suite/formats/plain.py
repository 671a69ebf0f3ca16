"""Anything as plain data: what JSON and every database can hold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from suite.records.histogram import Histogram
from suite.records.run import Measured


def plain(value: Any) -> Any:
    """`value` as dicts, lists, text, finite numbers, booleans and None; objects by the names of their fields.

    NaN and infinity become None, because JSON has no word for them. Text is made fit for every
    database: lone surrogates (undecodable output of a process) and NUL are written as escapes.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {plain(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted((plain(item) for item in value), key=str)
    if isinstance(value, Histogram):
        return value.encode()
    if isinstance(value, Measured) and value.note is None and not math.isfinite(value.value or 0.0):
        value = replace(value, note=f"not a finite number: {value.value}")
    if is_dataclass(value):
        derived = getattr(value, "DERIVED", ())
        return {
            name: plain(getattr(value, name)) for name in (*(field.name for field in fields(value)), *derived)
        }
    if hasattr(value, "tolist"):  # numpy's scalars and arrays
        return plain(value.tolist())
    return plain(str(value))
