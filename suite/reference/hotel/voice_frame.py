"""Frames of audio as they cross a WebSocket: a number, and 20 ms of 16-bit samples, 16,000 a second."""

from __future__ import annotations

import struct

SECONDS = 0.02
_NUMBER = struct.Struct(">I")
_SAMPLES = 640
SIZE = _NUMBER.size + _SAMPLES
"""Bytes of each."""


class BadFrame(Exception):
    """Why bytes are no frame, or not the next one."""


def packed(number: int, samples: bytes) -> bytes:
    """Frame `number` of a leg; `samples` are 640 bytes."""
    return _NUMBER.pack(number) + samples


def number_of(frame: bytes, last: int) -> int:
    """The number of a frame that comes after `last`. Raises BadFrame."""
    if len(frame) != SIZE:
        raise BadFrame(f"a frame has {SIZE} bytes, not {len(frame)}")
    number: int = _NUMBER.unpack_from(frame)[0]
    if number <= last:
        raise BadFrame(f"frame {number} came after frame {last}")
    return number
