"""Who is it: the best match of an embedding among the members of a household."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

from suite.data.embeddings import embeddings
from suite.reference.vision.members import enrol, load, open_database

Vector = npt.NDArray[np.float32]

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
    """Knows `members` people by embeddings of `dimension` numbers, and names the one most like another.

    The members (seeded by `seed`, see `suite.data.embeddings`; named `member-0000` and so on) are put into
    a SQLite database in a directory of its own, read from there through SQLAlchemy, and kept as one matrix
    of unit rows; the directory is gone before the constructor returns. Below a cosine of `threshold`
    nobody is recognised. Raises ValueError for less than one member.
    """

    def __init__(
        self, members: int = 500, dimension: int = 512, *, seed: int = 1, threshold: float = 0.5
    ) -> None:
        if members < 1:
            raise ValueError(f"a household of {members} members matches nobody")
        self.dimension = dimension
        self.seed = seed
        self.threshold = threshold
        with tempfile.TemporaryDirectory(prefix="loadledger-household-") as directory:
            engine = open_database(Path(directory) / "household.db")
            try:
                enrol(engine, embeddings(members, dimension, seed=seed))
                self.names, matrix = load(engine)
            finally:
                engine.dispose()
        # Unit rows, so that a match is one product of matrix and vector.
        self._units: npt.NDArray[np.float32] = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)

    def __len__(self) -> int:
        return len(self.names)

    def match(self, embedding: Vector) -> tuple[str, float]:
        """The name of the best match, or UNKNOWN, and the best match's cosine similarity.

        `embedding` has shape (dimension,) and any length but 0. Raises ValueError otherwise.
        """
        length = math.sqrt(float(np.dot(embedding, embedding)))
        if not length:
            raise ValueError("a vector of zeros has no direction")
        cosines = self._units @ embedding
        best = int(cosines.argmax())
        similarity = float(cosines[best]) / length
        return (self.names[best] if similarity >= self.threshold else UNKNOWN), similarity
