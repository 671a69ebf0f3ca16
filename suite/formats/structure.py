"""Records as plain data and back: what their types say is all that is known of them, here and in documents.

The one place that knows the library which checks plain data against types.
"""

from __future__ import annotations

import math
import reprlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from suite.errors import StoreError
from suite.formats.plain import plain
from suite.formats.schema1 import reason
from suite.records.histogram import Histogram
from suite.records.reason import Reason

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails, SchemaValidator

_T = TypeVar("_T")
_DEEPEST = 50
"""So deep people nest what they write; some of what handles it takes little more."""
_BELOW = 2**63
"""What no database takes for a whole number."""
_SHOWN = 3
_WANTED = {
    "string": "text",
    "bool": "true or false",
    "int": "whole number from 0 on",
    "greater": "whole number from 0 on",
    "less": "whole number from 0 on",
    "float": "number",
    "finite": "number",
    "dataclass": "object",
    "dict": "object",
    "mapping": "object",
    "tuple": "list",
    "list": "list",
    "frozen": "list",
}
"""What an error wants, by the first word of its kind."""


def dump(record: Any) -> dict[str, Any]:
    """`record` as plain data in base units, histograms as text."""
    data: dict[str, Any] = plain(record)
    return data


def load(kind: type[_T], data: object) -> _T:
    """The record of this kind that `dump` made `data` from; what a newer version added is left out.

    A figure that is always there is NaN where it was not finite. Raises StoreError that names what is not
    as it should be by its path, several at once.
    """
    from pydantic_core import ValidationError

    try:
        record: _T = _validator(kind).validate_python(_finite(data, _DEEPEST))  # type: ignore[arg-type]
    except ValidationError as error:
        raise _damaged(kind, data, _complaints(error.errors(include_url=False))) from error
    except _TooDeep as error:
        raise _damaged(kind, data, "it is nested without end") from error
    return record


def schema(kind: Any) -> dict[str, Any]:
    """The JSON schema of what `dump` makes of a record of this kind."""
    from pydantic.json_schema import GenerateJsonSchema

    return GenerateJsonSchema().generate(_core(kind))


@cache
def _validator(kind: Any) -> SchemaValidator:
    from pydantic_core import SchemaValidator

    return SchemaValidator(_core(kind))


def _core(kind: Any) -> Any:
    """How the library sees a type, with our rules for plain data."""
    from pydantic import TypeAdapter

    if not hasattr(Histogram, "__get_pydantic_core_schema__"):
        Histogram.__get_pydantic_core_schema__ = classmethod(_histogram)  # type: ignore[attr-defined]
    return _ruled(TypeAdapter(kind).core_schema)


def _histogram(_class: type[Histogram], _source: Any, _handler: Any) -> Any:
    """A histogram is text in plain data."""
    return _function("after", _decoded, {"type": "str"})


def _decoded(text: str) -> Histogram:
    try:
        return Histogram.decode(text)
    except StoreError as error:
        raise ValueError(str(error)) from error


def _ruled(node: Any, *, inside: str = "") -> Any:
    """Nothing is taken for something else (text is no number, true is none); whole numbers are counts."""
    if isinstance(node, list | tuple):
        return type(node)(_ruled(each, inside=inside) for each in node)
    if not isinstance(node, dict):
        return node
    kind = node.get("type")
    if kind in ("str", "bool"):
        return {**node, "strict": True}
    if kind == "int":
        bounds = {} if inside == "union" else {"ge": 0, "lt": _BELOW}
        return {**node, "strict": True, **bounds}
    if kind == "float":
        strict = {**node, "strict": True}
        if inside in ("nullable", "union"):
            return strict
        return _function("after", _number, {"type": "nullable", "schema": strict})
    ruled = {
        key: _ruled(each, inside=kind if kind in ("nullable", "union") else "") for key, each in node.items()
    }
    if kind == "dataclass-field" and node["name"] == "workload":  # it heads what is told, and names files
        ruled["schema"] = _function("after", _line, ruled["schema"])
    if kind == "dataclass" and node["cls"] is Reason:
        name = {"ref": ruled.pop("ref")} if "ref" in ruled else {}
        return {**_function("before", reason, ruled), **name}
    return ruled


def _function(when: str, function: Any, inner: Any) -> dict[str, Any]:
    """What the library does before, or after, it looks at something."""
    return {
        "type": f"function-{when}",
        "function": {"type": "no-info", "function": function},
        "schema": inner,
    }


def _line(text: str) -> str:
    if len(text.splitlines()) > 1:
        raise ValueError(f"no name has a line break: {reprlib.repr(text)}")
    return text


def _number(value: float | None) -> float:
    return math.nan if value is None else value


class _TooDeep(Exception):
    """Nested more than people do."""


def _finite(value: Any, left: int) -> Any:
    """The same without numbers that are not finite or too large for one, and halves of signs, which nothing
    takes for text. Raises _TooDeep.
    """
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict | list | tuple):
        if left == 0:
            raise _TooDeep
        if isinstance(value, dict):
            return {_finite(key, left): _finite(each, left - 1) for key, each in value.items()}
        return [_finite(each, left - 1) for each in value]
    return value


def _damaged(kind: Any, data: object, what: str) -> StoreError:
    name = data.get("id") if isinstance(data, Mapping) else None
    known = name if isinstance(name, str) and name else "?"
    return StoreError(f"the record of {getattr(kind, 'NAME', kind.__name__)} {known} is damaged: {what}")


def _complaints(errors: Sequence[ErrorDetails]) -> str:
    lines = list(dict.fromkeys(map(_complaint, errors)))
    more = f"; and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
    return "; ".join(lines[:_SHOWN]) + more


def _complaint(error: ErrorDetails) -> str:
    path = ".".join(map(str, error["loc"])) or "it"
    kind, context = error["type"], error.get("ctx", {})
    if kind == "missing":
        return f"there is no {path}"
    if kind == "value_error":
        return str(context["error"]) if path == "it" else f"{path}: {context['error']}"
    if kind == "literal_error":
        wanted = "one of " + str(context["expected"]).replace("'", "").replace(" or ", ", ")
    else:
        wanted = _WANTED.get(kind.partition("_")[0], error["msg"])
    return f"{path} is no {wanted}: {reprlib.repr(error['input'])}"
