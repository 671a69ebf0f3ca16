"""Virtual users of the vision parts: visitors at the door and cameras."""

from __future__ import annotations

from suite import User, operation
from suite.data.embeddings import embeddings, views
from suite.data.frames import frames
from suite.reference.vision.frame_buffer import FrameBuffer
from suite.reference.vision.matcher import UNKNOWN, HouseholdMatcher, cosine_similarity
from suite.reference.vision.members import member_name
from suite.reference.vision.rig import CameraRig

_VISITORS = 256
_STRANGERS = 32
_LIKENESS = 0.8
_TOLERANCE = 1e-3


class Visitor(User):
    """Shows faces of members, seen anew, and now and then a stranger's; who it is is known beforehand."""

    def connect(self, system: HouseholdMatcher) -> None:
        """Draw the visitors."""
        self.matcher = system
        faces = embeddings(len(system), system.dimension, seed=system.seed)
        chosen = [self.random.randrange(len(system)) for _ in range(_VISITORS)]
        seen = views(faces[chosen], _LIKENESS, seed=self.random.randrange(2**32))
        strangers = embeddings(_STRANGERS, system.dimension, seed=self.random.randrange(2**32))
        self.queries = [(view, member_name(who)) for view, who in zip(seen, chosen, strict=True)]
        self.queries += [(face, UNKNOWN) for face in strangers]
        self.random.shuffle(self.queries)
        self.turn = 0

    @operation
    def match(self) -> None:
        """One face."""
        face, truth = self.queries[self.turn % len(self.queries)]
        self.turn += 1
        name, _ = self.matcher.match(face)
        assert name == truth, f"took {truth} for {name}"


class Pairs(User):
    """Compares pairs of vectors whose similarity is known beforehand."""

    def connect(self, system: HouseholdMatcher) -> None:
        """Draw the pairs."""
        faces = embeddings(_VISITORS, system.dimension, seed=self.random.randrange(2**32))
        self.pairs = list(zip(faces, views(faces, _LIKENESS), strict=True))
        self.turn = 0

    @operation
    def cosine(self) -> None:
        """One pair."""
        a, b = self.pairs[self.turn % _VISITORS]
        self.turn += 1
        similarity = cosine_similarity(a, b)
        assert abs(similarity - _LIKENESS) < _TOLERANCE, f"{similarity} instead of {_LIKENESS}"


class Camera(User):
    """Takes a frame that no camera took before and buffers it; buffering is timed as `add`, too."""

    def connect(self, system: CameraRig) -> None:
        """Take the rig; its cameras take turns however many users there are."""
        self.rig = system

    def close(self) -> None:
        """Note what memory is held after the load."""
        self.rig.mark_settled()

    @operation
    def capture(self) -> None:
        """One frame."""
        camera, data = self.rig.next()
        self.add(camera, data)
        self.rig.mark_filled()

    @operation(weight=0)
    def add(self, camera: int, data: bytes) -> None:
        """Only the buffering."""
        self.rig.add(camera, data)


class Adder(User):
    """Adds frames that were made before, again and again."""

    def connect(self, system: FrameBuffer) -> None:
        """Make the frames."""
        self.buffer = system
        self.frames = list(frames(64, system.frame_bytes, seed=1 + self.index))
        self.turn = 0

    @operation
    def add(self) -> None:
        """One frame."""
        self.buffer.add(self.frames[self.turn % 64])
        self.turn += 1
