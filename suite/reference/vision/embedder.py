"""From a picture to an embedding."""

from __future__ import annotations

import io

import numpy as np

from suite.reference.vision.gallery import Vector

_WIDTH, _HEIGHT = 32, 24
_CHANNELS = 3


class CorruptFrame(ValueError):
    """What a camera sent is no picture that can be decoded."""


class PictureEmbedder:
    """A random projection, no trained network: a picture of 32 x 24 pixels, less its mean, times a matrix.

    The matrix, shape (dimension, 2304), is drawn once from `seed`. Pictures of one scene have embeddings that
    are nearly alike, those of different scenes nearly at right angles. Needs Pillow (extra `vision`).
    """

    def __init__(self, dimension: int = 512, *, seed: int = 1) -> None:
        numbers = np.random.default_rng(seed)
        self._matrix = numbers.standard_normal((dimension, _WIDTH * _HEIGHT * _CHANNELS), np.float32)

    def embed(self, file: bytes) -> Vector:
        """The unit embedding, shape (dimension,), of a JPEG file, which is decoded whole.

        Raises CorruptFrame for what is no picture, or is cut off, or is of one colour all over.
        """
        from PIL import Image, UnidentifiedImageError

        try:
            with Image.open(io.BytesIO(file), formats=("JPEG",)) as picture:
                picture.load()
                small = picture.convert("RGB").resize(
                    (_WIDTH, _HEIGHT), Image.Resampling.BOX, reducing_gap=2.0
                )
        except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
            raise CorruptFrame(f"{len(file):,} bytes are no whole JPEG picture: {error}") from error
        pixels = np.asarray(small, np.float32).ravel()
        pixels -= pixels.mean()
        vector: Vector = self._matrix @ pixels
        length = float(np.linalg.norm(vector))
        if not length:
            raise CorruptFrame("a picture of one colour shows nobody")
        return vector / np.float32(length)
