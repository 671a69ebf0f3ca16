"""Recordings as a telephone or a tablet makes them: WAVE files, distinct and incompressible, seeded."""

from __future__ import annotations

import io
import wave
from random import Random


def audio(number: int, seconds: float = 30.0, *, rate: int = 16_000, seed: int = 1) -> bytes:
    """Recording `number`: a WAVE file of noise, one channel of 16-bit samples, `rate` of them a second.

    A second has 32,000 bytes by default, and the header 44. Raises ValueError for less than one sample.
    """
    samples = round(seconds * rate)
    if samples < 1:
        raise ValueError(f"{seconds:g} s at {rate}/s are not one sample")
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setparams((1, 2, rate, samples, "NONE", ""))
        written.writeframes(Random(f"{seed} {number}").randbytes(2 * samples))
    return file.getvalue()
