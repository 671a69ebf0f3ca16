"""Plain data from outside, field by field: each is of the type that is wanted, or an error names it."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, TypeGuard

_TOO_LARGE = 2**63
"""What no database takes for a whole number."""
_DEEPEST = 50


class Fields:
    """The fields of an object from JSON, by name. All methods raise ValueError for what is not as it should.

    `path` leads to the object, for those errors.
    """

    def __init__(self, data: object, path: str = "") -> None:
        if not isinstance(data, Mapping):
            raise _fault(path or "it", data, "object")
        self._data = data
        self._path = path

    def text(self, name: str, of: Collection[str] = ()) -> str:
        """Text; one `of` some, if any are given."""
        value = self._value(name)
        if not isinstance(value, str) or (of and value not in of):
            raise self._fault(name, f"one of {', '.join(of)}" if of else "text")
        return value

    def maybe_text(self, name: str) -> str | None:
        """Text or None."""
        return None if self._value(name) is None else self.text(name)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of text."""
        found = self.items(name)
        if not all(isinstance(each, str) for each in found):
            raise self._fault(name, "list of text")
        return tuple(found)

    def moment(self, name: str) -> str:
        """An ISO 8601 time; still as text."""
        value = self.text(name)
        try:
            datetime.fromisoformat(value)
        except ValueError:
            raise self._fault(name, "time like 2025-01-31T12:00:00+00:00") from None
        return value

    def flag(self, name: str) -> bool:
        """True or False."""
        value = self._value(name)
        if not isinstance(value, bool):
            raise self._fault(name, "true or false")
        return value

    def maybe_flag(self, name: str) -> bool | None:
        """True, False or None."""
        return None if self._value(name) is None else self.flag(name)

    def whole(self, name: str, below: int = _TOO_LARGE) -> int:
        """A whole number from 0 on."""
        value = self._value(name)
        if not _is_whole(value, below):
            raise self._fault(name, "whole number from 0 on")
        return value

    def wholes(self, name: str) -> tuple[int, ...]:
        """A list of such."""
        found = self.items(name)
        if not all(_is_whole(each, _TOO_LARGE) for each in found):
            raise self._fault(name, "list of whole numbers")
        return tuple(found)

    def number(self, name: str) -> float:
        """A finite number."""
        value = self._value(name)
        if not _is_number(value) or not math.isfinite(value):
            raise self._fault(name, "number")
        return value

    def maybe_number(self, name: str) -> float | None:
        """A number or None, which is what one that is not finite becomes."""
        value = self._value(name)
        if value is not None and not _is_number(value):
            raise self._fault(name, "number")
        return _finite(value)

    def numbers(self, name: str) -> tuple[float | None, ...]:
        """A list of such."""
        found = self.items(name)
        if not all(each is None or _is_number(each) for each in found):
            raise self._fault(name, "list of numbers")
        return tuple(_finite(each) for each in found)

    def counts(self, name: str) -> dict[str, int]:
        """Whole numbers by name."""
        inner = self.inner(name)
        return {key: inner.whole(key) for key in inner.names()}

    def object(self, name: str) -> dict[str, Any]:
        """Any object, nested as deep as people write it."""
        value = self._value(name)
        if not isinstance(value, Mapping) or _is_deep(value, _DEEPEST):
            raise self._fault(name, "object")
        return dict(value)

    def items(self, name: str) -> list[Any]:
        """A list of anything."""
        value = self._value(name)
        if not isinstance(value, list | tuple):
            raise self._fault(name, "list")
        return list(value)

    def inner(self, name: str) -> Fields:
        """The fields of an object."""
        return Fields(self._value(name), self._at(name))

    def maybe_inner(self, name: str) -> Fields | None:
        """The fields of an object, if there is one."""
        return None if self._data.get(name) is None else self.inner(name)

    def each(self, name: str) -> list[Fields]:
        """The fields of each object of a list."""
        return [Fields(one, f"{self._at(name)}.{at}") for at, one in enumerate(self.items(name))]

    def names(self) -> list[str]:
        """What fields there are."""
        return [str(name) for name in self._data]

    def _value(self, name: str) -> Any:
        if name not in self._data:
            raise ValueError(f"there is no {self._at(name)}")
        return self._data[name]

    def _at(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def _fault(self, name: str, wanted: str) -> ValueError:
        return _fault(self._at(name), self._data[name], wanted)


def _fault(path: str, value: object, wanted: str) -> ValueError:
    return ValueError(f"{path} is no {wanted}: {reprlib.repr(value)}")


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value


def _is_whole(value: object, below: int) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < below


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, float) or (
        isinstance(value, int) and not isinstance(value, bool) and abs(value) < _TOO_LARGE
    )


def _is_deep(value: object, left: int) -> bool:
    """Whether a value is nested more than `left` times, which some of what handles it can't take."""
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return any(left == 0 or _is_deep(each, left - 1) for each in inner)
