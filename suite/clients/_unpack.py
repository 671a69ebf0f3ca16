"""Bodies that a server compressed (RFC 9110, 8.4.1)."""

from __future__ import annotations

import zlib

_ALWAYS, _TIMES, _MOST = 64_000_000, 20, 512_000_000
"""Bytes of a body unpacked: so many, or so many times what was received, but never more than the last."""
_CODINGS = 3
_WINDOWS = {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}
"""How zlib calls them; many servers send deflate without the wrapping that it should have."""


def unpacked(body: bytes, codings: str) -> bytes:
    """`body` without `codings`, a header's content.

    Raises ValueError for others, a damaged body, and one that holds far more than was received.
    """
    most = min(max(_ALWAYS, _TIMES * len(body)), _MOST)
    names = [name for each in codings.split(",") if (name := each.strip().lower()) not in ("", "identity")]
    if len(names) > _CODINGS:
        raise ValueError(f"the body is packed {len(names)} times")
    for coding in reversed(names):
        if body:
            if coding not in _WINDOWS:
                raise ValueError(f"the body is packed with {coding}; ask with accept-encoding: gzip, deflate")
            body = _without(coding, body, most)
    return body


def _without(coding: str, body: bytes, most: int) -> bytes:
    fault: zlib.error | None = None
    for window in _WINDOWS[coding]:
        parts = zlib.decompressobj(window)
        try:
            found = parts.decompress(body, most)
        except zlib.error as error:
            fault = error
            continue
        if parts.unconsumed_tail:
            raise ValueError(f"the body is more than {most:,} bytes when it is unpacked")
        if not parts.eof:
            raise ValueError(f"the body ends in the middle of its {coding}")
        return found
    raise ValueError(f"the body is no {coding}: {fault}")
