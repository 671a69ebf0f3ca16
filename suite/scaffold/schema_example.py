"""An example of what a JSON schema describes: the same every time, from what it says itself where it does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_FORMATS = {
    "date": "2026-01-15", "date-time": "2026-01-15T12:00:00Z", "time": "12:00:00Z", "duration": "PT1H",
    "email": "user@example.com", "idn-email": "user@example.com", "hostname": "example.com",
    "ipv4": "192.0.2.1", "ipv6": "2001:db8::1", "uri": "https://example.com/", "url": "https://example.com/",
    "uri-reference": "/example", "uuid": "00000000-0000-4000-8000-000000000001", "byte": "ZXhhbXBsZQ==",
    "binary": "example", "password": "example-password", "regex": ".*", "json-pointer": "/example",
}  # fmt: skip
_DEEPEST, _MOST_INHERITED = 8, 50
_MOST, _MOST_OF_ALL = 10_000, 3_000_000
"""Parts that are looked at for an example, and for all: schemas may lead to one another again and again."""
_LONGEST = 100_000
"""Characters of an example: a schema may ask for more than there is memory."""


class SchemaExamples:
    """Examples of schemas in a document, whose references lead into it."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._left, self._all = _MOST, _MOST_OF_ALL

    def resolved(self, value: Any) -> Any:
        """`value`, or where its `$ref` leads; {} where that is nowhere in the document."""
        for _ in range(20):
            if not (isinstance(value, Mapping) and isinstance(value.get("$ref"), str)):
                return {} if isinstance(value, bool) else value  # a schema that allows all, or nothing
            value = self._found(value["$ref"])
        return {}

    def example(self, schema: Any, name: str = "", depth: int = 0) -> Any:
        """What fits `schema`, as small as may be; optional parts only near the top."""
        if depth == 0:
            self._left = _MOST
        schema = self.resolved(schema)
        if not isinstance(schema, Mapping) or depth > _DEEPEST or not self._has_room(1):
            return None
        for said in ("example", "const", "default"):
            if said in schema:
                return schema[said]
        if isinstance(examples := schema.get("examples"), list) and examples:
            return examples[0]
        if isinstance(values := schema.get("enum"), list) and values:
            return values[0]
        if isinstance(parts := schema.get("allOf"), list) and parts:
            return self._typed(self._merged(schema, parts), name, depth)
        for choice in ("oneOf", "anyOf"):
            if isinstance(ways := schema.get(choice), list) and ways:
                rest = {key: value for key, value in schema.items() if key != choice}
                way = next((one for one in ways if self.resolved(one).get("type") != "null"), ways[0])
                return self.example(self._merged(rest, [way]), name, depth + 1)
        return self._typed(schema, name, depth)

    def _typed(self, schema: Mapping[str, Any], name: str, depth: int) -> Any:
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = next((one for one in kind if one != "null"), "null")
        if kind == "object" or (
            kind is None and ("properties" in schema or "additionalProperties" in schema)
        ):
            return self._object(schema, depth)
        if kind == "array" or (kind is None and "items" in schema):
            count = max(1, int(schema.get("minItems", 1)))
            inner = schema.get("items", (schema.get("prefixItems") or [{}])[0])
            one = self.example(inner, name, depth + 1)
            return [one] * min(count, 10) if one is not None else []
        if kind in ("integer", "number"):
            return _number(schema, whole=kind == "integer")
        if kind == "boolean":
            return True
        if kind == "string":
            return _text(schema, name)
        return None

    def _object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        required = schema.get("required") or []
        found = {}
        for name, one in (schema.get("properties") or {}).items():
            inner = self.resolved(one)
            if isinstance(inner, Mapping) and inner.get("readOnly"):
                continue
            if name in required or (depth < 2 and "default" not in inner):
                value = self.example(inner, name, depth + 1)
                if value is not None or name in required:
                    found[name] = value
        return found

    def _merged(self, schema: Mapping[str, Any], parts: list[Any], depth: int = 0) -> dict[str, Any]:
        merged: dict[str, Any] = {key: value for key, value in schema.items() if key != "allOf"}
        for part in parts:
            inner = self.resolved(part)
            if not isinstance(inner, Mapping):
                continue
            if not self._has_room(1 + len(inner.get("properties") or ()) + len(inner.get("required") or ())):
                break
            if isinstance(inner.get("allOf"), list):
                if depth == _MOST_INHERITED:  # it is made of itself
                    break
                inner = self._merged(inner, inner["allOf"], depth + 1)
            properties = {**merged.get("properties", {}), **(inner.get("properties") or {})}
            required = [*dict.fromkeys((*merged.get("required", ()), *(inner.get("required") or ())))]
            merged |= inner
            if properties:
                merged["properties"] = properties
            if required:
                merged["required"] = required
        return merged

    def _has_room(self, parts: int) -> bool:
        """Whether an example may have so many parts more. Raises ValueError if all together may not."""
        self._left -= parts
        self._all -= parts
        if self._all < 0:
            raise ValueError("its schemas lead to one another without end")
        return self._left >= 0

    def _found(self, reference: str) -> Any:
        if not reference.startswith("#"):
            return {}
        at: Any = self._document
        for part in reference[1:].strip("/").split("/"):
            part = part.replace("~1", "/").replace("~0", "~").replace("%7B", "{").replace("%7D", "}")
            at = at.get(part) if isinstance(at, Mapping) else None
        return {} if at is None else at


def _number(schema: Mapping[str, Any], *, whole: bool) -> float:
    least, most = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if above is True:  # OpenAPI 3.0
        above, least = least, None
    if below is True:
        below, most = most, None
    value: float = 1
    step: float = 1
    if isinstance(above, int | float) and not isinstance(above, bool):
        value = max(value, above + step)
    if isinstance(least, int | float):
        value = max(value, least)
    if isinstance(most, int | float) and value > most:
        value = most
    if isinstance(below, int | float) and not isinstance(below, bool) and value >= below:
        value = below - step if whole or not isinstance(above, int | float) else (above + below) / 2
    multiple = schema.get("multipleOf")
    if isinstance(multiple, int | float) and multiple > 0 and value % multiple:
        value = (value // multiple + 1) * multiple
    return int(value) if whole else value


def _text(schema: Mapping[str, Any], name: str) -> str:
    found = _FORMATS.get(str(schema.get("format", "")), name if name.isidentifier() else "example")
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if isinstance(least, int) and len(found) < least <= _LONGEST:
        found = found.ljust(least, "x")
    return found[:most] if isinstance(most, int) and most >= 0 else found
