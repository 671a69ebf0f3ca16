"""Whose face is it: embeddings of people as one matrix that follows who comes and goes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Self

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]
Matrix = npt.NDArray[np.float32]

_BLOCK = 256
"""Rows that are made unit ones at a time: what is needed beside the matrix stays small."""


class Gallery:
    """Embeddings of `dimension` numbers as rows of one contiguous matrix; people may have several.

    Rows are of length 1, so that all cosines are one product of matrix and query. A new row goes behind the
    last, of one that goes the last takes the place: neither makes the matrix anew, which only doubles when
    it is full.
    """

    def __init__(self, dimension: int) -> None:
        if dimension < 1:
            raise ValueError(f"no embeddings of dimension {dimension}: at least 1")
        self.dimension = dimension
        self._matrix: Matrix = np.empty((0, dimension), np.float32)
        self._owners: list[str] = []
        self._rows: dict[str, list[int]] = {}
        self._most = 1

    @classmethod
    def of(cls, owners: Sequence[str], matrix: Matrix) -> Self:
        """A gallery that takes `matrix` over, shape (embeddings, dimension); row i is of `owners[i]`.

        Raises ValueError for a row without a direction, or if there are not as many owners as rows.
        """
        made = cls(matrix.shape[1])
        if len(owners) != len(matrix):
            raise ValueError(f"{len(owners)} owners of {len(matrix)} embeddings")
        _make_units(matrix, owners)
        made._matrix, made._owners = matrix, list(owners)
        for row, name in enumerate(owners):
            made._rows.setdefault(name, []).append(row)
        made._most = max(map(len, made._rows.values()), default=1)
        return made

    def __len__(self) -> int:
        """Embeddings."""
        return len(self._owners)

    def __contains__(self, name: str) -> bool:
        return name in self._rows

    @property
    def people(self) -> int:
        """How many there are."""
        return len(self._rows)

    @property
    def units(self) -> Matrix:
        """The unit rows, shape (embeddings, dimension), in no order: a view, good until the next change."""
        return self._matrix[: len(self._owners)]

    def __iter__(self) -> Iterator[tuple[str, Vector]]:
        """Whose each row is, and the row."""
        return zip(self._owners, self.units, strict=True)

    def add(self, name: str, embeddings: Matrix) -> None:
        """One more person, or further embeddings of one, shape (count, dimension).

        Raises ValueError for another shape and for an embedding without a direction; nothing is added then.
        """
        if embeddings.ndim != 2 or embeddings.shape[1] != self.dimension:
            raise ValueError(f"embeddings of shape {embeddings.shape}, not (count, {self.dimension})")
        new = np.array(embeddings, np.float32)
        _make_units(new, [name] * len(new))
        if not len(new):
            return
        first = len(self._owners)
        self._reserve(first + len(new))
        self._matrix[first : first + len(new)] = new
        self._owners += [name] * len(new)
        rows = self._rows.setdefault(name, [])
        rows += range(first, first + len(new))
        self._most = max(self._most, len(rows))

    def remove(self, name: str) -> int:
        """Forget a person; how many embeddings went. Raises LookupError if there is none of that name."""
        if name not in self._rows:
            raise LookupError(f"nobody here is called {name}")
        going = sorted(self._rows.pop(name), reverse=True)
        for row in going:
            last = len(self._owners) - 1
            owner = self._owners.pop()
            if row != last:
                self._matrix[row] = self._matrix[last]
                self._owners[row] = owner
                rows = self._rows[owner]
                rows[rows.index(last)] = row
        return len(going)

    def best(self, embedding: Vector) -> tuple[str, float]:
        """Who is most like `embedding`, shape (dimension,), and the cosine.

        Raises ValueError for another shape or none to a direction, LookupError if nobody is here.
        """
        length = self._length(embedding)
        cosines = self.units @ embedding
        if not len(cosines):
            raise LookupError("nobody is here")
        row = int(cosines.argmax())
        return self._owners[row], float(cosines[row]) / length

    def best_of_each(self, embeddings: Matrix) -> list[tuple[str, float]]:
        """The same for each row of `embeddings`, shape (queries, dimension), in one product."""
        lengths = [self._length(embedding) for embedding in embeddings]
        if not self._owners:
            raise LookupError("nobody is here")
        cosines = embeddings @ self.units.T
        rows = cosines.argmax(axis=1)
        return [
            (self._owners[row], float(cosines[query, row]) / lengths[query]) for query, row in enumerate(rows)
        ]

    def top(self, embedding: Vector, count: int) -> list[tuple[str, float]]:
        """The `count` people most like `embedding`, each by the best of theirs, the most like first."""
        length = self._length(embedding)
        cosines = self.units @ embedding
        # So many rows are of `count` people at least, as nobody has more than `_most`.
        wanted = min(max(count, 0) * self._most, len(cosines))
        if not wanted:
            return []
        rows = np.argpartition(cosines, len(cosines) - wanted)[-wanted:]
        best: dict[str, float] = {}
        for row in rows[np.argsort(-cosines[rows], kind="stable")]:
            best.setdefault(self._owners[row], float(cosines[row]) / length)
        return list(best.items())[:count]

    def _length(self, embedding: Vector) -> float:
        if embedding.shape != (self.dimension,):
            raise ValueError(f"an embedding of shape {embedding.shape}, not ({self.dimension},)")
        length = math.sqrt(float(np.dot(embedding, embedding)))
        if not 0.0 < length < math.inf:
            raise ValueError(f"an embedding of length {length:g} has no direction")
        return length

    def _reserve(self, rows: int) -> None:
        if rows > len(self._matrix):
            grown = np.empty((max(rows, 2 * len(self._matrix)), self.dimension), np.float32)
            grown[: len(self._owners)] = self.units
            self._matrix = grown


def _make_units(matrix: Matrix, owners: Sequence[str]) -> None:
    """Make the rows unit ones where they are."""
    for start in range(0, len(matrix), _BLOCK):
        block = matrix[start : start + _BLOCK]
        lengths = np.linalg.norm(block, axis=1, keepdims=True)
        wrong = np.flatnonzero(~((lengths > 0.0) & np.isfinite(lengths)))
        if len(wrong):
            raise ValueError(f"an embedding of {owners[start + wrong[0]]} has no direction")
        block /= lengths
