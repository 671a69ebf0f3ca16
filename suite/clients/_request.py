"""HTTP requests as bytes, encoded once for all the times that they are sent."""

from __future__ import annotations

import json
import marshal
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote
from weakref import WeakValueDictionary

from suite.clients._cookies import CookieJar
from suite.clients._multipart import Fields, Files, multipart, parts_of, urlencoded
from suite.clients._pieces import are_pieces
from suite.clients._verbs import Options

_ENTRIES = 1024
_KEPT_BYTES = 64_000_000
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_UNSAFE = re.compile(r"[\r\n\0]")
_OURS = ("content-length", "transfer-encoding")
_to_json = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


class Encoder:
    """Encodes requests to one origin and keeps them: at most 1,024, and 64 MB together.

    `base` is what all paths are below ("" or "/api"), `headers` are sent with every request.
    """

    __slots__ = ("__weakref__", "_base", "_headers", "_size", "kept")

    def __init__(self, host: str, base: str = "", headers: Mapping[str, str] | None = None) -> None:
        self._base = base
        self._headers = {"host": host, **checked(headers)}
        self._size = 0
        self.kept: dict[object, bytes] = {}
        """Encoded requests. A bare path stands for its GET without more, so that looking it up is cheap."""

    def get(self, path: str) -> bytes:
        """`GET path` with the common headers only."""
        encoded = self._encode("GET", path, None, None, None)
        self._keep(path, encoded)
        return encoded

    def request(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None,
        body: bytes | None = None,
        value: Any = None,
        data: Fields | None = None,
        files: Files | None = None,
    ) -> bytes:
        """A request with `body`, or `value` as JSON, or a form: multipart if there are `files`.

        Raises ValueError or TypeError for what can't be sent.
        """
        if data is not None or files is not None:
            if body is not None or value is not None:
                raise ValueError("give one of body=, json= and data= with files=")
            return self._form(method, path, headers, data, files)
        try:
            # Marshalling costs a tenth of JSON, and equal bytes mean equal values. Version 2 has no
            # references, which would make the bytes depend on who else holds the objects.
            packed = None if value is None else marshal.dumps(value, 2)
            key = (method, path, body, packed, tuple(headers.items()) if headers else None)
            known = self.kept.get(key)
        except (TypeError, ValueError):  # a type of the user's own, or something unhashable
            return self._encode(method, path, headers, body, value)
        if known is None:
            known = self._encode(method, path, headers, body, value)
            self._keep(key, known)
        return known

    def encoded(self, method: str, path: str, options: Options, jar: CookieJar | None) -> bytes:
        """What `options` say, with the cookies of `jar`, for what sends the same bytes whatever comes back.

        Raises ValueError for a body in pieces, and for redirects to follow.
        """
        body = options.get("body")
        if are_pieces(body) or options.get("redirects"):
            raise ValueError("a body in pieces and redirects= are for request alone")
        request = self.request(
            method,
            path,
            options.get("headers"),
            body,  # type: ignore[arg-type]
            options.get("json"),
            options.get("data"),
            options.get("files"),
        )
        return request if jar is None else jar.applied(request)

    def _form(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None,
        data: Fields | None,
        files: Files | None,
    ) -> bytes:
        parts = parts_of(data, files)
        # The hash of bytes is computed once for each object: a file that is sent again and again, as
        # the same object, is looked up at no cost.
        key = (method, path, parts, files is None, tuple(headers.items()) if headers else None)
        known = self.kept.get(key)
        if known is None:
            kind, body = (
                multipart(parts)
                if files is not None
                else ("application/x-www-form-urlencoded", urlencoded(parts))
            )
            known = self._encode(method, path, {"content-type": kind, **(headers or {})}, body, None)
            self._keep(key, known)
        return known

    def _keep(self, key: object, encoded: bytes) -> None:
        if len(self.kept) >= _ENTRIES or self._size + len(encoded) > _KEPT_BYTES:
            self.kept.clear()
            self._size = 0
        if len(encoded) <= _KEPT_BYTES:
            self.kept[key] = encoded
            self._size += len(encoded)

    def chunked(self, method: str, path: str, headers: Mapping[str, str] | None) -> bytes:
        """The head of a request whose body follows in chunks."""
        return self._encode(method, path, headers, None, None, chunked=True)

    def from_root(self) -> Encoder:
        """An encoder for paths from the server's root on, wherever ours are below."""
        return Encoder(self._headers["host"], "", self._headers) if self._base else self

    def _encode(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None,
        body: bytes | None,
        value: Any,
        *,
        chunked: bool = False,
    ) -> bytes:
        if not _TOKEN.fullmatch(method):
            raise ValueError(f"{method!r} is no HTTP method")
        if not path.startswith("/"):
            raise ValueError(f"path {path!r} must start with a slash")
        if body is not None and value is not None:
            raise ValueError("give one of body=, json= and data= with files=")
        fields = {**self._headers, **checked(headers)}
        if value is not None:
            body = _to_json(value).encode()
            fields.setdefault("content-type", "application/json")
        if (body is not None or method in ("POST", "PUT", "PATCH")) and not chunked:
            fields["content-length"] = str(len(body or b""))
        if chunked:
            fields["transfer-encoding"] = "chunked"
        whole = (self._base + path).partition("#")[0]  # a fragment is the client's own (RFC 9110, 7.1)
        target = quote(whole, safe="/%:?[]@!$&'()*+,;=~")
        lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {text}" for name, text in fields.items())]
        return "\r\n".join([*lines, "\r\n"]).encode("latin-1") + (body or b"")


_encoders: WeakValueDictionary[object, Encoder] = WeakValueDictionary()


def encoder_for(host: str, base: str, headers: Mapping[str, str] | None) -> Encoder:
    """An Encoder that all sessions with the same arguments share, so that each request is kept once."""
    key = (host, base, tuple((headers or {}).items()))
    encoder = _encoders.get(key)
    if encoder is None:
        encoder = _encoders[key] = Encoder(host, base, headers)
    return encoder


def checked(headers: Mapping[str, str] | None) -> dict[str, str]:
    """`headers` with their names in lower case. Raises ValueError for those that can't be sent."""
    fields = {}
    for name, text in (headers or {}).items():
        if not _TOKEN.fullmatch(name) or _UNSAFE.search(text):
            raise ValueError(f"header {name!r}: {text!r} can't be sent")
        if name.lower() in _OURS:
            raise ValueError(f"header {name!r} follows from the body; leave it out")
        fields[name.lower()] = text
    return fields
