"""HTTP requests as bytes, encoded once for all the times that they are sent."""

from __future__ import annotations

import json
import marshal
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

_ENTRIES = 1024
_LARGEST_KEPT = 16_384
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_UNSAFE = re.compile(r"[\r\n\0]")
_OURS = ("content-length", "transfer-encoding")
_to_json = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


class Encoder:
    """Encodes requests to one origin and keeps the bytes, at most 1,024 of them.

    `base` is what all paths are below ("" or "/api"), `headers` are sent with every request.
    """

    __slots__ = ("_base", "_headers", "kept")

    def __init__(self, host: str, base: str = "", headers: Mapping[str, str] | None = None) -> None:
        self._base = base
        self._headers = {"host": host, **_checked(headers)}
        self.kept: dict[object, bytes] = {}
        """Encoded requests. A bare path stands for its GET without more, so that looking it up is cheap."""

    def get(self, path: str) -> bytes:
        """`GET path` with the common headers only."""
        encoded = self._encode("GET", path, None, None, None)
        self._keep(path, encoded)
        return encoded

    def request(
        self, method: str, path: str, headers: Mapping[str, str] | None, body: bytes | None, value: Any
    ) -> bytes:
        """A request with `body`, or with `value` as JSON.

        Raises ValueError or TypeError for what can't be sent.
        """
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

    def _keep(self, key: object, encoded: bytes) -> None:
        if len(encoded) <= _LARGEST_KEPT:
            if len(self.kept) >= _ENTRIES:
                self.kept.clear()
            self.kept[key] = encoded

    def _encode(
        self, method: str, path: str, headers: Mapping[str, str] | None, body: bytes | None, value: Any
    ) -> bytes:
        if not _TOKEN.fullmatch(method):
            raise ValueError(f"{method!r} is no HTTP method")
        if not path.startswith("/"):
            raise ValueError(f"path {path!r} must start with a slash")
        if body is not None and value is not None:
            raise ValueError("give either body= or json=")
        fields = {**self._headers, **_checked(headers)}
        if value is not None:
            body = _to_json(value).encode()
            fields.setdefault("content-type", "application/json")
        if body is not None or method in ("POST", "PUT", "PATCH"):
            fields["content-length"] = str(len(body or b""))
        target = quote(self._base + path, safe="/%:?#[]@!$&'()*+,;=~")
        lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {text}" for name, text in fields.items())]
        return "\r\n".join([*lines, "\r\n"]).encode("latin-1") + (body or b"")


def _checked(headers: Mapping[str, str] | None) -> dict[str, str]:
    """`headers` with their names in lower case. Raises ValueError for those that can't be sent."""
    fields = {}
    for name, text in (headers or {}).items():
        if not _TOKEN.fullmatch(name) or _UNSAFE.search(text):
            raise ValueError(f"header {name!r}: {text!r} can't be sent")
        if name.lower() in _OURS:
            raise ValueError(f"header {name!r} follows from the body; leave it out")
        fields[name.lower()] = text
    return fields
