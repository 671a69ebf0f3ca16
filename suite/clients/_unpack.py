"""Bodies that a server compressed (RFC 9110, 8.4.1)."""

from __future__ import annotations

import zlib

_MOST = 512_000_000
"""Bytes of a body unpacked; a small one may hold far more."""
_WINDOWS = {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}
"""How zlib calls them; many servers send deflate without the wrapping that it should have."""


def unpacked(body: bytes, codings: str) -> bytes:
    """`body` without `codings`, a header's content. Raises ValueError for others, or a damaged body."""
    for coding in reversed([each.strip().lower() for each in codings.split(",")]):
        if coding and coding != "identity" and body:
            if coding not in _WINDOWS:
                raise ValueError(f"the body is packed with {coding}; ask with accept-encoding: gzip, deflate")
            body = _without(coding, body)
    return body


def _without(coding: str, body: bytes) -> bytes:
    fault: zlib.error | None = None
    for window in _WINDOWS[coding]:
        parts = zlib.decompressobj(window)
        try:
            found = parts.decompress(body, _MOST)
        except zlib.error as error:
            fault = error
            continue
        if parts.unconsumed_tail:
            raise ValueError(f"the body is more than {_MOST:,} bytes when it is unpacked")
        if not parts.eof:
            raise ValueError(f"the body ends in the middle of its {coding}")
        return found
    raise ValueError(f"the body is no {coding}: {fault}")
