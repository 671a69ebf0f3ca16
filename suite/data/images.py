"""Pictures as cameras take them: smooth scenes under noise, distinct, seeded; and as JPEG files."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]

_ROWS, _COLUMNS = 6, 8
_NOISE = 24


def scene(place: int, width: int = 640, height: int = 480, *, seed: int = 1) -> Pixels:
    """The place number `place` without noise: colours that flow into each other, shape (height, width, 3).

    Other places look otherwise; the same arguments give the same picture. Raises ValueError for less than one
    pixel.
    """
    if width < 1 or height < 1:
        raise ValueError(f"a picture of {width} x {height} pixels shows nothing")
    corners = np.random.default_rng((seed, place)).uniform(0, 255, (_ROWS, _COLUMNS, 3))
    rows, columns = _between(height, _ROWS), _between(width, _COLUMNS)
    flowing = np.einsum("yr,rcp,xc->yxp", rows, corners, columns, optimize=True)
    pixels: Pixels = flowing.round().astype(np.uint8)
    return pixels


def image(number: int, width: int = 640, height: int = 480, *, place: int = 0, seed: int = 1) -> Pixels:
    """Picture `number` of a place: its scene under noise of its own, shape (height, width, 3)."""
    noise = np.random.default_rng((seed, place, number)).integers(
        -_NOISE, _NOISE, (height, width, 3), dtype=np.int16, endpoint=True
    )
    noise += scene(place, width, height, seed=seed)
    return np.clip(noise, 0, 255).astype(np.uint8)


def jpeg(pixels: Pixels, quality: int = 85) -> bytes:
    """`pixels`, shape (height, width, 3), as a JPEG file: 640 x 480 of `image` are about 96 KB.

    Needs Pillow, which the extra `vision` brings.
    """
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return file.getvalue()


def _between(count: int, corners: int) -> npt.NDArray[np.float64]:
    """How much of each corner is in each of `count` pixels, shape (count, corners)."""
    at = np.linspace(0, corners - 1, count)
    return np.maximum(0.0, 1.0 - np.abs(at[:, None] - np.arange(corners)[None, :]))
