"""The operations of a load file as source, from requests that were described or recorded."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from suite.scaffold.literal import literal, one_line
from suite.scaffold.load_subject import operation_names
from suite.scaffold.sample_request import Parameter, SampleRequest, SampleRequests

_WIDTH = 100
_VERBS = {"GET", "HEAD", "DELETE", "POST", "PUT", "PATCH"}
_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class RequestsSource:
    """What a template needs: the `body` of the class, `modules` to import, whether URLs are `quoted`, names
    of `parameters`, of the `steps` of a `journey` as source, and a `timeout` in seconds, 0 for the default.
    """

    title: str
    body: str
    modules: tuple[str, ...]
    quoted: bool
    parameters: tuple[str, ...]
    journey: bool
    steps: str
    timeout: int


def step_names(requests: SampleRequests) -> list[str]:
    """What the operations are called."""
    return operation_names([one.name for one in requests.requests])


def source_of(requests: SampleRequests, *, shared: bool = False) -> RequestsSource:
    """The source of all requests; `shared`: a limit may say no to them."""
    names, parameters = step_names(requests), requests.parameters()
    lines: list[str] = []
    if requests.journey:
        lines += _journey(names, requests)
    for name, one in zip(names, requests.requests, strict=True):
        lines += ["", "    @operation(weight=0)" if requests.journey else "    @operation"]
        lines.append(f"    async def {name}(self):")
        for told in one.todo:
            line = f"TODO: {one_line(told)}"
            first, later = " " * 8 + "# ", " " * 8 + "#   "
            lines += textwrap.wrap(line, _WIDTH, initial_indent=first, subsequent_indent=later)
        lines += _statement(one, shared=shared)
    thinks = sum(one.think for one in requests.requests)
    modules = (["asyncio"] if thinks else []) + (["os"] if parameters else [])
    return RequestsSource(
        one_line(requests.title),
        "".join(f"{line}\n" for line in lines),
        tuple(modules),
        any(isinstance(value, Parameter) for one in requests.requests for _, value in one.query),
        parameters,
        requests.journey,
        rendered(tuple(dict.fromkeys(names)), 0, len("STEPS = ")),
        math.ceil(thinks + _PATIENCE) if requests.journey and thinks > _PATIENCE / 2 else 0,
    )


def _journey(names: list[str], requests: SampleRequests) -> Iterator[str]:
    yield from ("", "    @operation", "    async def journey(self):")
    yield '        """All of it in its order. Its time has the pauses in it, those of the steps have not."""'
    for name, one in zip(names, requests.requests, strict=True):
        yield f"        await self.{name}()"
        if one.think:
            yield f"        await asyncio.sleep({one.think:g})"


def _statement(one: SampleRequest, *, shared: bool) -> list[str]:
    """`await self.http.post(...)`, over several lines where it is long."""
    given: list[tuple[str, Any]] = []
    if one.has_json:
        given.append(("json", one.json))
    if one.form:
        given.append(("data", _grouped(one.form)))
    if one.files:
        files = ((name, (file, Source('b"example"'))) for name, file in one.files)
        given.append(("files", _grouped(files)))
    if one.text is not None:
        given.append(("body", Source(f"{rendered(one.text, 0)}.encode()")))
    if one.headers:
        given.append(("headers", dict(one.headers)))
    if one.status:
        given.append(("expect", 200 if one.status == 304 else one.status))
    if shared:
        given.append(("rejected", (429, 503)))
    plain = one.method in _VERBS - (
        {"GET"} if {"json", "data", "files", "body"} & dict(given).keys() else set()
    )
    call = f"await self.http.{one.method.lower()}(" if plain else "await self.http.request("
    first = [_target(one)] if plain else [rendered(one.method, 0), _target(one)]
    flat = [*first, *(f"{name}={rendered(value, 0, flat=True)}" for name, value in given)]
    whole = " " * 8 + call + ", ".join(flat) + ")"
    if len(whole) <= _WIDTH:
        return [whole]
    parts = [*first, *(f"{name}={rendered(value, 12, len(name) + 1)}" for name, value in given)]
    return [" " * 8 + call, *(" " * 12 + part + "," for part in parts), " " * 8 + ")"]


def _grouped(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """By name the value, or a list of those of a name that comes several times."""
    found: dict[str, list[Any]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def _target(one: SampleRequest) -> str:
    if not any(isinstance(value, Parameter) for _, value in one.query):
        pairs = "&".join(f"{quoted(name)}={quoted(str(value))}" for name, value in one.query)
        return rendered(one.target + ("?" + pairs if pairs else ""), 0)
    parts = []
    for name, value in one.query:
        text = (
            f"{{quote(self.parameters['{value.name}'], safe='')}}"
            if isinstance(value, Parameter)
            else quoted(value)
        )
        parts.append(f"{quoted(name)}={text}")
    path = literal(one.target)[1:-1].replace("{", "{{").replace("}", "}}")
    return f'f"{path}?{"&".join(parts)}"'


def quoted(text: str) -> str:
    """`text` as a part of a query; what has no encoding is a "?" there."""
    return quote(text, safe="", errors="replace")


class Source(str):
    """Text that is source already."""

    __slots__ = ()


def rendered(value: Any, indent: int, before: int = 0, *, flat: bool = False) -> str:
    """`value` as Python source, `before` characters behind an indent; over several lines if it is long."""
    text = _flat(value)
    if (
        flat
        or indent + before + len(text) < _WIDTH
        or not isinstance(value, Mapping | list | tuple)
        or not value
    ):
        return text
    inner = " " * (indent + 4)
    lines = []
    if isinstance(value, Mapping):
        for name, one in value.items():
            key = _flat(str(name)) + ": "
            lines.append(f"{inner}{key}{rendered(one, indent + 4, len(key))},")
        ends = "{}"
    else:
        lines = [f"{inner}{rendered(one, indent + 4)}," for one in value]
        ends = "[]" if isinstance(value, list) else "()"
    return "\n".join([ends[0], *lines, " " * indent + ends[1]])


def _flat(value: Any) -> str:
    if isinstance(value, Parameter):
        return f'self.parameters["{value.name}"]'
    if isinstance(value, Source):
        return str(value)
    if isinstance(value, str):
        return literal(value)
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_flat(str(name))}: {_flat(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flat, value)) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_flat, value)) + ("," if len(value) == 1 else "") + ")"
    return repr(value)
