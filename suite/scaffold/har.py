"""A HAR recording of a browser into requests, with what must be taken from earlier answers named."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from suite.errors import ConfigurationError
from suite.scaffold.sample_request import Concealment, SampleRequest, SampleRequests, kept_headers

_STATIC = ("image/", "font/", "video/", "audio/", "text/css", "javascript", "application/font", "wasm")
_SHORTEST = 6
"""Characters of a value that is looked for in earlier answers: shorter ones are everywhere."""
_MOST_THINK = 60.0
_LEAST_THINK = 0.05
_DEEPEST = 20


def read_har(text: str, title: str = "recording") -> SampleRequests:
    """The requests of a HAR document to the server that most of them are for, in their order.

    Images, scripts, fonts and what goes elsewhere is left out and told. Raises ConfigurationError.
    """
    try:
        return _read(text, title)
    except (AttributeError, TypeError, ValueError, LookupError, ArithmeticError, RecursionError) as error:
        raise ConfigurationError(
            f"{title} has a part that is of another form than HAR says: {type(error).__name__}: {error}"
        ) from error


def _read(text: str, title: str) -> SampleRequests:
    try:
        entries = [one for one in json.loads(text)["log"]["entries"] if isinstance(one["request"], Mapping)]
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(f"{title} is no HAR document: it has no log.entries") from error
    entries.sort(key=_began)
    origins = Counter(_origin(one) for one in entries if not _static(one))
    origin = next((name for name, _ in origins.most_common() if name.startswith("http")), "")
    if not origin:
        raise ConfigurationError(f"{title} has no request of HTTP but for pictures and scripts")
    wanted = [one for one in entries if _origin(one) == origin and not _static(one)]
    return SampleRequests(
        title, origin, tuple(_requests(wanted)), journey=True, left=tuple(_left(entries, origin))
    )


def _requests(entries: Sequence[Mapping[str, Any]]) -> Iterator[SampleRequest]:
    hide, answered, cookies = Concealment(), dict[str, tuple[str, str]](), set[str]()
    for index, entry in enumerate(entries):
        found, raw = _request(entry, hide, cookies)
        todo = tuple(_correlated(raw, answered))
        think = 0.0
        if index + 1 < len(entries):
            gap = _began(entries[index + 1]) - _began(entry) - float(entry.get("time") or 0.0) / 1000
            think = round(min(gap, _MOST_THINK), 2) if gap > _LEAST_THINK else 0.0
        yield replace(found, todo=(*found.todo, *todo), think=think)
        response = entry.get("response") or {}
        cookies |= {name.lower() for name in _set_cookies(response)}
        leaves = [*_leaves(_body(response))]
        answered |= {value: (where, found.shown) for where, value in reversed(leaves)}


def _request(
    entry: Mapping[str, Any], hide: Concealment, cookies: set[str]
) -> tuple[SampleRequest, dict[str, str]]:
    """The request without secrets; and all values in it by place, secrets included, to look for."""
    said = entry["request"]
    parts = urlsplit(str(said.get("url", "")))
    method, path = str(said.get("method", "GET")).upper(), parts.path or "/"
    query = parse_qsl(parts.query, keep_blank_values=True)
    headers = [(one["name"], one["value"]) for one in said.get("headers", ()) if "name" in one]
    kind = next((value for name, value in headers if name.lower() == "content-type"), "")
    raw = {f"the query's {name}": value for name, value in query}
    raw |= {f"the path's part {part}": part for part in path.split("/") if part}
    raw |= {f"the header {name}": value for name, value in headers}
    kept = [one for one in headers if one[0].lower() not in ("content-type", "cookie", "user-agent")]
    todo: tuple[str, ...] = ()
    sent = [one["name"].lower() for one in said.get("cookies", ()) if "name" in one]
    cookie = next((value for name, value in headers if name.lower() == "cookie"), "")
    sent = sent or [part.partition("=")[0].strip().lower() for part in cookie.split(";") if part.strip()]
    if unset := sorted(set(sent) - cookies):
        todo = (f"it had cookies from before the recording: {', '.join(unset)}",)
        if cookie:
            kept.append(("cookie", cookie))
    found = SampleRequest(
        f"{method} {path}", method, path, hide.pairs(query), kept_headers(kept, hide),
        status=int((entry.get("response") or {}).get("status") or 0), todo=todo,
    )  # fmt: skip
    found = hide.path(found)
    posted = said.get("postData") or {}
    content = str(posted.get("text") or "")
    kind = kind or str(posted.get("mimeType") or "")
    if "multipart" in kind:
        fields = [one for one in posted.get("params", ()) if "name" in one]
        files = tuple((one["name"], str(one["fileName"])) for one in fields if one.get("fileName"))
        form = [(one["name"], str(one.get("value", ""))) for one in fields if not one.get("fileName")]
        return replace(found, form=hide.pairs(form), files=files), raw | dict(form)
    if content:
        found = hide.content(found, content, kind)
        raw |= {f"its content's {place}": value for place, value in _leaves(_parsed(content))}
        if "form" in kind:
            raw |= {f"its content's {name}": value for name, value in parse_qsl(content)}
        if found.text is not None and kind:
            found = replace(found, headers=(*found.headers, ("content-type", kind)))
    return found, raw


def _correlated(raw: Mapping[str, str], answered: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    """Which values were `answered` before, where in which answer: named, for a person to decide."""
    for place, value in raw.items():
        plain = value.partition(" ")[2] if value.lower().startswith(("bearer ", "token ")) else value
        if len(plain) < _SHORTEST and not (plain.isdigit() and place.startswith("the path")):
            continue
        if plain in answered:
            where, shown = answered[plain]
            yield f"{place} was {where} in the answer of {shown}: take it from there"


def _leaves(value: Any, place: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Text and whole numbers in plain data, by place: "items[0].id"."""
    if depth > _DEEPEST:
        return
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield from _leaves(one, f"{place}.{name}" if place else str(name), depth + 1)
    elif isinstance(value, list):
        for index, one in enumerate(value[:50]):
            yield from _leaves(one, f"{place}[{index}]", depth + 1)
    elif isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        yield place, str(value)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _body(response: Mapping[str, Any]) -> Any:
    content = response.get("content") or {}
    return _parsed(str(content.get("text") or "")) if content.get("encoding") != "base64" else None


def _set_cookies(response: Mapping[str, Any]) -> Iterator[str]:
    yield from (one["name"] for one in response.get("cookies", ()) if "name" in one)
    for one in response.get("headers", ()):
        if str(one.get("name", "")).lower() == "set-cookie":
            for line in str(one.get("value", "")).splitlines():
                yield line.partition("=")[0].strip()


def _began(entry: Mapping[str, Any]) -> float:
    try:
        return datetime.fromisoformat(str(entry.get("startedDateTime"))).timestamp()
    except ValueError:
        return 0.0


def _origin(entry: Mapping[str, Any]) -> str:
    parts = urlsplit(str(entry["request"].get("url", "")))
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _static(entry: Mapping[str, Any]) -> bool:
    content = (entry.get("response") or {}).get("content") or {}
    return any(one in str(content.get("mimeType", "")) for one in _STATIC)


def _left(entries: Sequence[Mapping[str, Any]], origin: str) -> Iterator[str]:
    static = sum(_origin(one) == origin and _static(one) for one in entries)
    if static:
        yield f"{static} pictures, scripts, styles and fonts"
    for name, count in Counter(_origin(one) for one in entries if _origin(one) != origin).most_common():
        yield f"{count} for {name}"
