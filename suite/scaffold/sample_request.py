"""Requests that somebody described or recorded, as a load file can send them: without their secrets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from suite.errors import ConfigurationError
from suite.process.redaction import redacted
from suite.process.secret_forms import NAMED

_SECRET = re.compile(
    r"pass?w|passphrase|secret|token|api[-_]?key|private[-_]?key|authorization|credential|cookie|session[-_]?id"
    r"|csrf|xsrf|signature|^(auth|sid|jwt|pin|otp|pat|key)$"
    r"|(access|app|client|consumer|encryption|master|server|shared|sign|signing|subscription)[-_]?key",
    re.IGNORECASE,
)
_ROOM, _PART = 16 << 20, 64
"""Bytes that all values together may take, about, and one of them: a document names one again and again."""
_AUTOMATIC = {
    "host", "connection", "content-length", "transfer-encoding", "accept-encoding", "keep-alive", "te",
    "upgrade-insecure-requests", "if-none-match", "if-modified-since", "cache-control", "pragma", "dnt",
    "proxy-connection", "priority", "origin", "referer", "expect",
}  # fmt: skip
"""What a client says by itself, or a browser about itself."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that the load file reads from its workload's parameters: a secret, that was not written."""

    name: str


@dataclass(frozen=True, slots=True)
class SampleRequest:
    """One request: `target` is its path, with text and Parameters of the `query` apart.

    Its content is one of `json`, `form`, `files` (field and name of a file) with `form`, and `text`; `json`
    counts where `has_json`. `status` is what was answered, 0 if unknown. After it its user thought for
    `think` seconds. `todo` are lines for whoever goes on with it.
    """

    name: str
    method: str
    target: str
    query: tuple[tuple[str, str | Parameter], ...] = ()
    headers: tuple[tuple[str, str | Parameter], ...] = ()
    json: Any = None
    has_json: bool = False
    form: tuple[tuple[str, str | Parameter], ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    text: str | Parameter | None = None
    status: int = 0
    think: float = 0.0
    todo: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """Method and path, for people."""
        return f"{self.method} {self.target}"


@dataclass(frozen=True, slots=True)
class SampleRequests:
    """All of a document or recording `title`, for the server at `address` ("" if nothing says it).

    `journey`: they belong together in this order. `left` says of what was left out why, a line each.
    """

    title: str
    address: str
    requests: tuple[SampleRequest, ...]
    journey: bool = False
    left: tuple[str, ...] = ()

    def parameters(self) -> tuple[str, ...]:
        """Names of what is to be given, each once."""
        return tuple(dict.fromkeys(name for one in self.requests for name in _parameters_of(one)))


@dataclass(slots=True)
class Concealment:
    """Puts Parameters in the place of secrets: the same name for the same value."""

    _names: dict[str, str] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)
    _numbers: dict[str, int] = field(default_factory=dict)
    _room: int = _ROOM

    def value(self, name: str, value: str) -> str | Parameter:
        """`value`, or a Parameter if `name` says that it is secret."""
        self._count(len(value))
        secret = value and (_is_secret(name) or redacted(value) != value)
        return self.parameter(name or "secret", value) if secret else value

    def parameter(self, name: str, value: str) -> Parameter:
        """The Parameter for a secret `value` called `name`."""
        if value not in self._names:
            plain = re.sub(r"\W+", "_", name.lower(), flags=re.ASCII).strip("_") or "secret"
            plain = f"value_{plain}" if plain[0].isdigit() else plain
            own = plain
            while own in self._taken:
                self._numbers[plain] = self._numbers.get(plain, 1) + 1
                own = f"{plain}_{self._numbers[plain]}"
            self._taken.add(own)
            self._names[value] = own
        return Parameter(self._names[value])

    def pairs(self, pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str | Parameter], ...]:
        """Names and values, without secrets."""
        return tuple((name, self.value(name, value)) for name, value in pairs)

    def inside(self, value: Any, name: str = "") -> Any:
        """Plain data without secrets, wherever they are in it. Raises ConfigurationError for too much."""
        self._count()
        if isinstance(value, Mapping):
            return {str(key): self.inside(one, str(key)) for key, one in value.items()}
        if isinstance(value, list):
            return [self.inside(one, name) for one in value]
        if isinstance(value, str):
            return self.value(name, value)
        if isinstance(value, int) and not isinstance(value, bool) and _is_secret(name):
            return self.parameter(name, str(value))
        return value

    def path(self, request: SampleRequest) -> SampleRequest:
        """`request` without what is known for a secret in its path, wherever that is."""
        shown = redacted(request.target)
        if shown == request.target:
            return request
        told = "a part of its path is secret and was left out"
        return replace(request, target=shown, name=redacted(request.name), todo=(*request.todo, told))

    def _count(self, letters: int = 0) -> None:
        self._room -= _PART + letters
        if self._room < 0:
            raise ConfigurationError(
                f"its examples come to more than {_ROOM >> 20} MiB: leave out what is not wanted"
            )

    def content(self, request: SampleRequest, text: str, kind: str) -> SampleRequest:
        """`request` with the content `text` of this content type."""
        if "json" in kind or (not kind and text.lstrip()[:1] in ("{", "[")):
            try:
                return replace(request, json=self.inside(json.loads(text)), has_json=True)
            except ValueError:
                kind = "text"
        if "x-www-form-urlencoded" in kind:
            pairs = parse_qsl(text, keep_blank_values=True)
            if pairs and len({name for name, _ in pairs}) == len(pairs):
                return replace(request, form=self.pairs(pairs))
            names = (name for name, _ in pairs if _is_secret(name))
            if hidden := sorted(set(names)):
                told = f"{', '.join(hidden)} of its content is secret and was left out"
                kept = [(name, value) for name, value in pairs if name not in hidden]
                return replace(request, text=urlencode(kept), todo=(*request.todo, told))
        # What has no parts that could be told from one another is secret as a whole.
        secret = _SECRET.search(text) or redacted(text) != text
        return replace(request, text=self.parameter("content", text) if secret else text)


def kept_headers(
    headers: Iterable[tuple[str, str]], hide: Concealment
) -> tuple[tuple[str, str | Parameter], ...]:
    """Headers that a load file has to say, without secrets; the last of each name."""
    found = {
        name.lower(): value
        for name, value in headers
        if not name.startswith(":")
        and name.lower() not in _AUTOMATIC
        and not name.lower().startswith(("sec-", "x-client-"))
    }
    return hide.pairs(found.items())


def _is_secret(name: str) -> bool:
    """Whether what is called so is secret: as documents have it, and more, for a load file is committed."""
    return bool(NAMED.search(name) or _SECRET.search(name))


def _parameters_of(one: SampleRequest) -> Iterable[str]:
    for value in (*(value for _, value in (*one.query, *one.headers, *one.form)), one.text):
        if isinstance(value, Parameter):
            yield value.name
    yield from _inside(one.json)


def _inside(value: Any) -> Iterable[str]:
    if isinstance(value, Parameter):
        yield value.name
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _inside(one)
    elif isinstance(value, list):
        for one in value:
            yield from _inside(one)
