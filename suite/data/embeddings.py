"""Embeddings as a face or person model gives them: unit vectors, seeded."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

_VIEWS = 1


def embeddings(count: int, dimension: int = 512, *, seed: int = 1) -> Vectors:
    """`count` random directions: float32 of shape (count, dimension), each row of length 1.

    Uniform on the sphere (normalised Gaussians, Muller 1959), so two rows are nearly orthogonal: their
    cosine has mean 0 and standard deviation 1 / sqrt(dimension). The same arguments give the same rows,
    and the rows of a smaller `count` are the first ones of a larger. Raises ValueError for negative
    counts and a dimension below 1.
    """
    if count < 0 or dimension < 1:
        raise ValueError(f"no {count} embeddings of dimension {dimension}: at least 0 and 1 are needed")
    made = np.empty((count, dimension), np.float32)
    for start, block in embedding_blocks(count, dimension, seed=seed):
        made[start : start + len(block)] = block
    return made


def embedding_blocks(
    count: int, dimension: int = 512, *, seed: int = 1, rows: int = 4_096
) -> Iterator[tuple[int, Vectors]]:
    """The same in blocks of up to `rows` rows, each with the number of its first one."""
    random = np.random.default_rng(seed)
    for start in range(0, count, rows):
        yield start, _directions(random, min(rows, count - start), dimension)


def views(vectors: Vectors, similarity: float = 0.8, *, seed: int = 1) -> Vectors:
    """Other views of the same faces: row i has the cosine `similarity` with `vectors[i]`, and length 1.

    `vectors` has unit rows of dimension 2 or more, shape (count, dimension); so has the answer. The noise
    is a random direction at a right angle to the row, so the cosine is exact up to float32's rounding.
    Raises ValueError for a similarity outside -1 to 1.
    """
    if not -1.0 <= similarity <= 1.0:
        raise ValueError(f"a cosine is between -1 and 1, not {similarity}")
    exact = vectors.astype(np.float64)
    exact /= np.linalg.norm(exact, axis=1, keepdims=True)  # of length 1 but for float32's rounding
    # Apart from the stream of `embeddings`: the same numbers again would be no noise at all.
    noise = np.random.default_rng((seed, _VIEWS)).standard_normal(exact.shape)
    noise -= np.sum(noise * exact, axis=1, keepdims=True) * exact
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    mixed: Vectors = (similarity * exact + np.sqrt(1.0 - similarity**2) * noise).astype(np.float32)
    return mixed


def _directions(random: np.random.Generator, count: int, dimension: int) -> Vectors:
    rows = random.standard_normal((count, dimension))
    # A row of zeros has no direction; Gaussians give one with probability 0 only.
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Vectors = rows.astype(np.float32)
    return unit
