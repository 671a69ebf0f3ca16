"""Who is it: the best match of an embedding among the members of a household."""

from __future__ import annotations

import math
import time

import numpy as np

from suite.reference.vision.enrolled import enrolled
from suite.reference.vision.gallery import Gallery, Matrix, Vector
from suite.reference.vision.held_memory import held_memory
from suite.reference.vision.members import load

UNKNOWN = "unknown"
"""The name of everybody who is not like any member."""


def cosine_similarity(a: Vector, b: Vector) -> float:
    """Cosine of the angle between two vectors of shape (dimension,), -1 to 1.

    Raises ValueError for vectors of different shapes and for a vector of zeros, which has no direction.
    """
    lengths = math.sqrt(float(np.dot(a, a)) * float(np.dot(b, b)))
    if not lengths:
        raise ValueError("a vector of zeros has no direction")
    return float(np.dot(a, b)) / lengths


class HouseholdMatcher:
    """Knows `members` people by `each` embeddings of `dimension` numbers, names the one most like another.

    The members (seeded by `seed`, see `suite.data.embeddings`; named `member-0000` and so on) stand in a
    SQLite database, see `enrolled`, are read from there through SQLAlchemy, and kept as one matrix of unit
    rows. Below a cosine of `threshold` nobody is recognised. `load_seconds` is how long reading them took,
    `held` the memory (B) that the process took by it, None if unreadable. Raises ValueError for less than one
    member or embedding.
    """

    def __init__(
        self,
        members: int = 500,
        dimension: int = 512,
        *,
        seed: int = 1,
        threshold: float = 0.5,
        each: int = 1,
    ) -> None:
        if members < 1 or each < 1:
            raise ValueError(f"a household of {members} members with {each} embeddings matches nobody")
        self.members = members
        self.dimension = dimension
        self.seed = seed
        self.threshold = threshold
        self.each = each
        with enrolled(members, each, dimension, seed) as engine:
            before, start = held_memory(), time.perf_counter()
            self.gallery = Gallery.of(*load(engine))
            self.load_seconds = time.perf_counter() - start
            after = held_memory()
        self.held = None if before is None or after is None else after - before

    def __len__(self) -> int:
        """Members."""
        return self.members

    def match(self, embedding: Vector) -> tuple[str, float]:
        """The name of the best match, or UNKNOWN, and the best match's cosine similarity.

        `embedding` has shape (dimension,) and any length but 0. Raises ValueError otherwise.
        """
        return self._known(*self.gallery.best(embedding))

    def match_each(self, embeddings: Matrix) -> list[tuple[str, float]]:
        """The same for each row of `embeddings`, shape (queries, dimension), in one go."""
        return [self._known(name, similarity) for name, similarity in self.gallery.best_of_each(embeddings)]

    def top(self, embedding: Vector, count: int) -> list[tuple[str, float]]:
        """Up to `count` members that it may be, the most like first; none that is below the threshold."""
        return [found for found in self.gallery.top(embedding, count) if found[1] >= self.threshold]

    def _known(self, name: str, similarity: float) -> tuple[str, float]:
        return (name if similarity >= self.threshold else UNKNOWN), similarity
