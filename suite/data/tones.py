"""Tones, and a voice that has nothing else: real audio whose every byte is known beforehand."""

from __future__ import annotations

import math
import struct
import sys
from array import array
from collections.abc import Iterator
from functools import lru_cache

RATE = 16_000
"""Samples a second, of 16 bits each, one channel."""
_LOUDNESS = 8_000
_CHARACTER = 0.06
_LOWEST, _STEPS, _OCTAVE = 220.0, 48, 12
_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")


def tone(hertz: float, seconds: float, *, rate: int = RATE) -> bytes:
    """A sine as 16-bit samples, `rate` of them a second. Raises ValueError for less than one sample."""
    count = round(seconds * rate)
    if count < 1:
        raise ValueError(f"{seconds:g} s at {rate}/s are not one sample")
    turn = 2 * math.pi * hertz / rate
    samples = array("h", (round(_LOUDNESS * math.sin(turn * number)) for number in range(count)))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()


def spoken(text: str) -> Iterator[bytes]:
    """`text` as a WAVE file, piece by piece: its header, then for each character 60 ms of a tone of its own.

    No words are spoken; each of 48 tones is made once. The file has 44 bytes, and 1,920 for each character.
    """
    size = len(text) * round(_CHARACTER * RATE) * 2
    yield _HEADER.pack(
        b"RIFF", size + 36, b"WAVE", b"fmt ", 16, 1, 1, RATE, 2 * RATE, 2, 16, b"data", size
    )  # fmt: skip
    for character in text:
        yield _voice(ord(character) % _STEPS)


@lru_cache(_STEPS)
def _voice(step: int) -> bytes:
    return tone(_LOWEST * 2 ** (step / _OCTAVE), _CHARACTER)
