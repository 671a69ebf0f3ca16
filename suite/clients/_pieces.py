"""Bodies of requests that are made while they are sent."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable
from typing import TypeGuard

Pieces = Iterable[bytes] | AsyncIterable[bytes]


def are_pieces(body: bytes | Pieces | None) -> TypeGuard[Pieces]:
    """Whether a body comes in pieces, rather than as one."""
    if body is None or isinstance(body, (bytes, bytearray, memoryview, str)):  # what nearly all are, quickly
        return False
    return isinstance(body, Iterable | AsyncIterable)


async def each_of(pieces: Pieces) -> AsyncIterator[bytes]:
    """One after another, whichever way they come."""
    if isinstance(pieces, AsyncIterable):
        async for piece in pieces:
            yield piece
    else:
        for piece in pieces:
            yield piece
