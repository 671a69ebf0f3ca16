"""Forms as bodies of requests: urlencoded, or multipart where there are files (RFC 7578)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

Value = str | int | float | bytes
Fields = Mapping[str, Value | Sequence[Value]]
File = bytes | tuple[str, bytes] | tuple[str, bytes, str]
"""Content, or (file name, content), or (file name, content, content type)."""
Files = Mapping[str, File | list[File]]

Part = tuple[str, str | None, bytes, str | None]  # name, file name, content, content type


def parts_of(data: Fields | None, files: Files | None) -> tuple[Part, ...]:
    """The parts of a form in order, fields first. Raises TypeError for what is neither."""
    parts: list[Part] = []
    for name, values in (data or {}).items():
        many = values if isinstance(values, Sequence) and not isinstance(values, str | bytes) else (values,)
        parts += [(name, None, _content(name, value), None) for value in many]
    for name, items in (files or {}).items():
        for item in items if isinstance(items, list) else [items]:
            parts.append(_file(name, item))
    return tuple(parts)


def urlencoded(parts: Sequence[Part]) -> bytes:
    """Fields as application/x-www-form-urlencoded."""
    return urlencode([(name, content) for name, _, content, _ in parts]).encode()


def multipart(parts: Sequence[Part]) -> tuple[str, bytes]:
    """The content type, with its boundary, and the body. The same parts make the same bytes."""
    boundary = _boundary(parts)
    lines = []
    for name, filename, content, kind in parts:
        disposition = f'form-data; name="{_quoted(name)}"'
        if filename is not None:
            disposition += f'; filename="{_quoted(filename)}"'
        head = f"--{boundary}\r\ncontent-disposition: {disposition}\r\n"
        if kind is not None:
            head += f"content-type: {kind}\r\n"
        lines += [head.encode(), b"\r\n", content, b"\r\n"]
    return f"multipart/form-data; boundary={boundary}", b"".join([*lines, f"--{boundary}--\r\n".encode()])


def _content(name: str, value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, str | int | float):
        return str(value).encode()
    raise TypeError(f"field {name!r}: {type(value).__name__} is no text, number or bytes")


def _file(name: str, item: object) -> Part:
    filename, content, kind = name, item, "application/octet-stream"
    if isinstance(item, tuple) and len(item) in (2, 3):
        filename, content = item[:2]
        kind = item[2] if len(item) == 3 else kind
    if not isinstance(content, bytes) or not isinstance(filename, str) or not isinstance(kind, str):
        raise TypeError(f"file {name!r}: give bytes, (name, bytes) or (name, bytes, content type)")
    if "\r" in kind or "\n" in kind:
        raise ValueError(f"file {name!r}: content type {kind!r} can't be sent")
    return (name, filename, content, kind)


def _quoted(text: str) -> str:
    """As browsers do it (HTML, multipart/form-data encoding algorithm)."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _boundary(parts: Sequence[Part]) -> str:
    digest = hashlib.sha256(repr([(part[0], part[1], len(part[2])) for part in parts]).encode())
    while any(digest.hexdigest()[:32].encode() in part[2] for part in parts):
        digest.update(b"again")
    return digest.hexdigest()[:32]
