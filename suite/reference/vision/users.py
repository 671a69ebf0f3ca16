"""Virtual users of the vision parts: visitors at the door and cameras."""

from __future__ import annotations

import numpy as np

from suite import Rejected, User, operation
from suite.data.embeddings import embeddings, views
from suite.data.frames import frames
from suite.reference.vision.batcher import QueueFull
from suite.reference.vision.camera_pipeline import CameraPipeline, FrameDropped, place_name
from suite.reference.vision.clip_service import ClipService
from suite.reference.vision.frame_buffer import FrameBuffer
from suite.reference.vision.gallery import Vector
from suite.reference.vision.household import Household
from suite.reference.vision.matcher import UNKNOWN, HouseholdMatcher, cosine_similarity
from suite.reference.vision.members import member_name
from suite.reference.vision.rig import CameraRig
from suite.reference.vision.shared_rig import SharedRig

_KNOWN = 4_096
_CROWDS = 32
_DISTINCT = 12
_CLIPS = 24
_VISITORS = 256
_STRANGERS = 32
_LIKENESS = 0.8
_TOLERANCE = 1e-3


class Visitor(User):
    """Shows faces of members, seen anew, and now and then a stranger's; who it is is known beforehand."""

    def connect(self, system: HouseholdMatcher) -> None:
        """Draw the visitors."""
        self.matcher = system
        # The rows of fewer are the first ones of many: of a large household the first members come by.
        rows = min(len(system) * system.each, _KNOWN)
        faces = embeddings(rows, system.dimension, seed=system.seed)
        chosen = [self.random.randrange(rows) for _ in range(_VISITORS)]
        seen = views(faces[chosen], _LIKENESS, seed=self.random.randrange(2**32))
        strangers = embeddings(_STRANGERS, system.dimension, seed=self.random.randrange(2**32))
        self.queries = [
            (view, member_name(row // system.each)) for view, row in zip(seen, chosen, strict=True)
        ]
        self.queries += [(face, UNKNOWN) for face in strangers]
        self.random.shuffle(self.queries)
        self.turn = 0

    @operation
    def match(self) -> None:
        """One face."""
        face, truth = self.next()
        name, _ = self.matcher.match(face)
        assert name == truth, f"took {truth} for {name}"

    def next(self) -> tuple[Vector, str]:
        """The next face, and whose it is."""
        self.turn += 1
        return self.queries[(self.turn - 1) % len(self.queries)]


class Crowd(Visitor):
    """Shows as many faces at a time as its parameter `batch` says; each is to be known."""

    def connect(self, system: HouseholdMatcher) -> None:
        """Draw the visitors and put them into groups."""
        super().connect(system)
        drawn = [[self.next() for _ in range(self.parameters["batch"])] for _ in range(_CROWDS)]
        self.crowds = [
            (np.array([face for face, _ in crowd]), [truth for _, truth in crowd]) for crowd in drawn
        ]

    @operation
    def match(self) -> None:
        """One group of faces."""
        self.turn += 1
        faces, truths = self.crowds[self.turn % _CROWDS]
        names = [name for name, _ in self.matcher.match_each(faces)]
        assert names == truths, f"took {truths} for {names}"


class Ranker(Visitor):
    """Asks who a face may be, instead of who it is."""

    @operation
    def match(self) -> None:
        """The five most like one face: of a member that one alone, as all others are strangers to it."""
        face, truth = self.next()
        names = [name for name, _ in self.matcher.top(face, 5)]
        assert names == ([] if truth == UNKNOWN else [truth]), f"took {truth} for {names}"


class HouseholdUser(User):
    """Comes to a household whose members change: shows faces, lets guests in, sees them off."""

    def connect(self, system: Household) -> None:
        """Draw the members' faces; nobody is a guest yet."""
        self.household = system
        self.known = embeddings(system.members * system.each, system.dimension, seed=system.seed)
        self.guests: dict[str, Vector] = {}
        self.gone: list[Vector] = []
        self.count = 0

    @operation(weight=8)
    def match(self) -> None:
        """The face of a member, of a guest, or of one who left."""
        member = self.random.randrange(len(self.known))
        shown = [(member_name(member // self.household.each), self.known[member])]
        shown += [self.random.choice(list(self.guests.items()))] if self.guests else []
        shown += [(UNKNOWN, self.random.choice(self.gone))] if self.gone else []
        truth, face = self.random.choice(shown)
        name = self.household.match(face)
        assert name == truth, f"took {truth} for {name}"

    @operation
    def enrol(self) -> None:
        """A guest stays: a face that nobody has, by as many embeddings as others have."""
        name = f"guest-{self.index}-{self.count}"
        self.count += 1
        face = embeddings(1, self.household.dimension, seed=self.random.randrange(2**32))
        self.household.enrol(name, np.repeat(face, self.household.each, axis=0))
        self.guests[name] = face[0]

    @operation
    def forget(self) -> None:
        """The guest who has been here for longest goes; if there is none, one comes."""
        if not self.guests:
            self.enrol()
            return
        name = next(iter(self.guests))
        self.household.forget(name)
        self.gone = [*self.gone[-15:], self.guests.pop(name)]


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


class SharedCamera(User):
    """Takes a frame and hands it to the processes that look at it; handing over is timed as `add`, too."""

    def connect(self, system: SharedRig) -> None:
        """Take the rig."""
        self.rig = system

    @operation
    def capture(self) -> None:
        """One frame."""
        self.add(self.rig.next())

    @operation(weight=0)
    def add(self, data: bytes) -> None:
        """Only the handing over."""
        self.rig.add(data)


class CameraSource(User):
    """A camera that sends the same few frames again and again, whether they are looked at or not."""

    async def connect(self, system: CameraPipeline) -> None:
        """Encode the frames beforehand."""
        self.pipeline = system
        self.camera = self.index % system.cameras
        self.frames = [system.frame(self.camera, number) for number in range(_DISTINCT)]
        self.turn = 0

    @operation
    async def frame(self) -> None:
        """One frame, from the camera to the name of its place."""
        self.turn += 1
        try:
            name = await self.pipeline.look(self.camera, self.frames[self.turn % _DISTINCT])
        except FrameDropped as error:
            raise Rejected(str(error)) from error
        assert name == place_name(self.camera), f"took {place_name(self.camera)} for {name}"


class ClipViewer(User):
    """Asks what a clip shows, and keeps what it was told, to be compared with what is told alone."""

    async def connect(self, system: ClipService) -> None:
        """Make a few clips."""
        self.service = system
        self.clips = [(number, system.clip(number)) for number in self.random.sample(range(_CLIPS), 4)]

    @operation
    async def classify(self) -> None:
        """One clip."""
        number, clip = self.random.choice(self.clips)
        try:
            text, shares = await self.service.classify(clip)
        except QueueFull as error:
            raise Rejected(str(error)) from error
        self.keep((number, text, shares.tolist()))


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
