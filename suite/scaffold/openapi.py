"""An OpenAPI document into requests: one for each operation, with examples from its schemas."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from suite.errors import ConfigurationError, require
from suite.scaffold.sample_request import Concealment, SampleRequest, SampleRequests
from suite.scaffold.schema_example import SchemaExamples

_MOST_PARTS = 1_000_000
"""Of a document of YAML, which may name one again and again."""
_METHODS = ("get", "head", "post", "put", "patch", "delete", "options", "trace")


def read_openapi(text: str, title: str = "openapi", url: str = "") -> SampleRequests:
    """The operations of an OpenAPI 3 document, JSON or YAML, that was read from `url` if it was.

    Raises ConfigurationError for what is none, MissingExtra for YAML without its package.
    """
    document = _document(text, title)
    try:
        return _Reader(document, title, url).read()
    except (AttributeError, TypeError, ValueError, LookupError, ArithmeticError, RecursionError) as error:
        raise ConfigurationError(
            f"{title} has a part that is of another form than OpenAPI says: {type(error).__name__}: {error}"
        ) from error


def _document(text: str, title: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = _yaml(text, title)
    if not isinstance(found, Mapping) or not isinstance(found.get("paths"), Mapping):
        raise ConfigurationError(f"{title} is no OpenAPI document: it has no paths")
    version = str(found.get("openapi") or found.get("swagger") or "")
    if not version.startswith("3."):
        raise ConfigurationError(
            f"{title} is a document of OpenAPI {version or 'of no version'}; 3.0 and 3.1 are read, "
            "to which a converter takes others"
        )
    return found


def _yaml(text: str, title: str) -> Any:
    require("openapi", "yaml")
    import yaml

    class Plain(yaml.SafeLoader):  # type: ignore[misc]
        """Dates stay text, as they are in JSON."""

    Plain.yaml_implicit_resolvers = {
        letter: [one for one in known if one[0] != "tag:yaml.org,2002:timestamp"]
        for letter, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    try:
        found = yaml.load(text, Loader=Plain)  # noqa: S506  # a safe one
        if _parts(found, {}) > max(_MOST_PARTS, len(text)):
            raise ConfigurationError(
                f"{title} names its parts so often that they come to more than can be read"
            )
        return found
    except (yaml.YAMLError, RecursionError) as error:
        raise ConfigurationError(f"{title} is neither JSON nor YAML: {str(error).splitlines()[0]}") from error


def _parts(value: Any, known: dict[int, float]) -> float:
    """How many parts `value` has, each as often as it is named; without end if it is in itself."""
    if not isinstance(value, Mapping | list):
        return 1
    if id(value) not in known:
        known[id(value)] = math.inf
        inner = value.values() if isinstance(value, Mapping) else value
        known[id(value)] = 1 + sum(_parts(one, known) for one in inner)
    return known[id(value)]


class _Reader:
    def __init__(self, document: Mapping[str, Any], title: str, url: str) -> None:
        self._document = document
        self._title = title
        self._url = url
        self._examples = SchemaExamples(document)
        self._hide = Concealment()

    def read(self) -> SampleRequests:
        server = self._server()
        parts = urlsplit(server)
        host = parts.netloc.rpartition("@")[2]
        origin = f"{parts.scheme}://{host}" if parts.scheme and host else ""
        prefix = parts.path.rstrip("/")
        found = [replace(one, target=prefix + one.target) for one in self._operations()]
        if not found:
            raise ConfigurationError(f"{self._title} has no operation in its paths")
        info = self._document.get("info")
        title = str(info.get("title") or self._title) if isinstance(info, Mapping) else self._title
        return SampleRequests(title, origin, tuple(found))

    def _server(self) -> str:
        """The first server, its variables filled in; relative to where the document was read."""
        servers = self._document.get("servers")
        first = servers[0] if isinstance(servers, list) and servers else {}
        url = str(first.get("url", "/")) if isinstance(first, Mapping) else "/"
        variables = first.get("variables", {}) if isinstance(first, Mapping) else {}
        for name, one in (variables or {}).items():
            url = url.replace("{" + name + "}", str(one.get("default", "")))
        return urljoin(self._url, url) if self._url else url

    def _operations(self) -> Iterator[SampleRequest]:
        for path, item in self._document["paths"].items():
            item = self._examples.resolved(item)
            if not isinstance(item, Mapping):
                continue
            for method in _METHODS:
                operation = item.get(method)
                if isinstance(operation, Mapping):
                    yield self._request(str(path), method, item, operation)

    def _request(
        self, path: str, method: str, item: Mapping[str, Any], operation: Mapping[str, Any]
    ) -> SampleRequest:
        todo = ["it is deprecated"] if operation.get("deprecated") else []
        target, query, headers = path, list[tuple[str, str]](), list[tuple[str, str]]()
        for one in self._parameters(item, operation):
            name, value = str(one.get("name", "")), self._value(one)
            match one.get("in"):
                case "path":
                    target = target.replace("{" + name + "}", quote(value, safe=""))
                    todo.append(f"{name} in the path is an example, {value}: is there one?")
                case "query" if one.get("required"):
                    query.append((name, value))
                case "header" if one.get("required"):
                    headers.append((name, value))
                case "cookie" if one.get("required"):
                    todo.append(f"it wants a cookie {name}")
        target = re.sub(r"\{[^{}/]*\}", "1", target)
        name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", str(operation.get("operationId") or f"{method} {path}"))
        found = SampleRequest(
            name, method.upper(), target, self._hide.pairs(query), self._hide.pairs(headers),
            status=_status(operation),
        )  # fmt: skip
        found = self._secured(found, operation)
        found = self._content(found, operation, todo)
        return replace(found, todo=(*todo, *found.todo))

    def _parameters(self, item: Mapping[str, Any], operation: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Those of the path and of the operation, whose own come first."""
        found: dict[tuple[Any, Any], Mapping[str, Any]] = {}
        for one in (*(item.get("parameters") or ()), *(operation.get("parameters") or ())):
            said = self._examples.resolved(one)
            if isinstance(said, Mapping):
                found[said.get("name"), said.get("in")] = said
        return list(found.values())

    def _value(self, parameter: Mapping[str, Any]) -> str:
        if "example" in parameter:
            return _plain(parameter["example"])
        examples = parameter.get("examples")
        if isinstance(examples, Mapping) and examples:
            first = self._examples.resolved(next(iter(examples.values())))
            if isinstance(first, Mapping) and "value" in first:
                return _plain(first["value"])
        schema = parameter.get("schema")
        found = self._examples.example(schema, str(parameter.get("name", "")))
        return _plain("example" if found is None else found)

    def _secured(self, found: SampleRequest, operation: Mapping[str, Any]) -> SampleRequest:
        """With what the first way in wants, as parameters."""
        wanted = operation.get("security", self._document.get("security"))
        if not isinstance(wanted, list) or not wanted or not isinstance(wanted[0], Mapping):
            return found
        schemes = (self._document.get("components") or {}).get("securitySchemes") or {}
        for name in wanted[0]:
            scheme = self._examples.resolved(schemes.get(name, {}))
            kind, where = scheme.get("type"), scheme.get("in")
            if kind == "apiKey" and where in ("header", "query"):
                pair = (str(scheme.get("name", name)), self._hide.parameter(str(name), f"scheme {name}"))
                if where == "query":
                    found = replace(found, query=(*found.query, pair))
                else:
                    found = replace(found, headers=(*found.headers, pair))
            elif kind == "apiKey":
                cookie = self._hide.parameter("cookie", "scheme cookie")
                told = f"the cookie is written name=value, its name is {scheme.get('name', name)}"
                found = replace(found, headers=(*found.headers, ("cookie", cookie)), todo=(*found.todo, told))
            else:
                way = "Basic" if scheme.get("scheme") == "basic" else "Bearer"
                pair = ("authorization", self._hide.parameter("authorization", f"scheme {way}"))
                told = f'authorization is written whole: "{way} ..."'
                found = replace(found, headers=(*found.headers, pair), todo=(*found.todo, told))
        return found

    def _content(self, found: SampleRequest, operation: Mapping[str, Any], todo: list[str]) -> SampleRequest:
        body = self._examples.resolved(operation.get("requestBody", {}))
        content = body.get("content") if isinstance(body, Mapping) else None
        if not isinstance(content, Mapping) or not content:
            return found
        kind = next((one for one in content if "json" in one), next(iter(content)))
        example = self._media(content[kind])
        if "json" in kind or kind == "*/*":
            found = replace(found, json=self._hide.inside(example), has_json=True)
            if kind not in ("application/json", "*/*"):
                found = replace(found, headers=(*found.headers, ("content-type", kind)))
            return found
        if ("form" in kind) and isinstance(example, Mapping):
            schema = self._examples.resolved((content[kind] or {}).get("schema", {}))
            parts = schema.get("properties") or {}
            files = [
                name
                for name in example
                if self._examples.resolved(parts.get(name, {})).get("format") == "binary"
                or "contentMediaType" in self._examples.resolved(parts.get(name, {}))
            ]
            form = [(name, _plain(value)) for name, value in example.items() if name not in files]
            named = tuple((name, "example.bin") for name in files)
            return replace(found, form=self._hide.pairs(form), files=named)
        todo.append(f"its content is {kind}, of which no example is known")
        text = example if isinstance(example, str) else "example"
        return replace(found, text=text, headers=(*found.headers, ("content-type", kind)))

    def _media(self, media: Any) -> Any:
        if not isinstance(media, Mapping):
            return None
        if "example" in media:
            return media["example"]
        examples = media.get("examples")
        if isinstance(examples, Mapping) and examples:
            first = self._examples.resolved(next(iter(examples.values())))
            if isinstance(first, Mapping) and "value" in first:
                return first["value"]
        return self._examples.example(media.get("schema", {}))


def _status(operation: Mapping[str, Any]) -> int:
    """The first answer that is good, 0 if none is described by its number."""
    said = operation.get("responses")
    good = [int(one) for one in map(str, said) if one.isdigit()] if isinstance(said, Mapping) else []
    return next((one for one in sorted(good) if 200 <= one < 400), 0)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(map(_plain, value))
    return value if isinstance(value, str) else json.dumps(value)
