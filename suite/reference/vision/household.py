"""A household whose members come and go: a database, and the matrix that follows it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from suite.data.embeddings import embeddings
from suite.reference.vision.gallery import Gallery, Matrix, Vector
from suite.reference.vision.matcher import UNKNOWN
from suite.reference.vision.members import enrol, enrol_one, forget, load, open_database


class Household:
    """Starts with `members` people of `each` embeddings; whoever is enrolled or forgotten is so in both.

    The database is first, so that a matrix never knows whom it does not have. `close` takes it away.
    """

    def __init__(
        self,
        members: int = 500,
        dimension: int = 512,
        *,
        each: int = 2,
        seed: int = 1,
        threshold: float = 0.5,
    ) -> None:
        self.members = members
        self.dimension = dimension
        self.each = each
        self.seed = seed
        self.threshold = threshold
        self._folder = tempfile.TemporaryDirectory(prefix="loadledger-household-")
        self._engine = open_database(Path(self._folder.name) / "household.db")
        enrol(self._engine, embeddings(members * each, dimension, seed=seed), each=each)
        self.gallery = self.stored()

    def match(self, embedding: Vector) -> str:
        """The name of the best match, shape (dimension,), or UNKNOWN."""
        name, similarity = self.gallery.best(embedding)
        return name if similarity >= self.threshold else UNKNOWN

    def enrol(self, name: str, embeddings: Matrix) -> None:
        """One more member, embeddings of shape (count, dimension).

        Raises ValueError where they have no direction or are of another shape: it is in neither then.
        """
        Gallery(self.dimension).add(name, embeddings)
        enrol_one(self._engine, name, embeddings)
        self.gallery.add(name, embeddings)

    def forget(self, name: str) -> None:
        """A member goes. Raises LookupError if there is none of that name."""
        if name not in self.gallery:
            raise LookupError(f"nobody here is called {name}")
        forget(self._engine, name)
        self.gallery.remove(name)

    def stored(self) -> Gallery:
        """What the database has, read anew."""
        return Gallery.of(*load(self._engine))

    def close(self) -> None:
        """Let go of the database and its folder."""
        self._engine.dispose()
        self._folder.cleanup()
