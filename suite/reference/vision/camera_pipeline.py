"""From the camera to a name: buffer, decode, embed, match, for several cameras at once."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from suite.data.images import image, jpeg, scene
from suite.reference.vision.embedder import PictureEmbedder
from suite.reference.vision.frame_writer import FrameWriter
from suite.reference.vision.gallery import Gallery
from suite.reference.vision.matcher import UNKNOWN


class FrameDropped(Exception):
    """A frame came while those before it were not done: it is not looked at, the next one is newer."""


class CameraPipeline:
    """`cameras` that each show a place of their own, out of `places` that are known by name.

    Frames are real JPEG files of `width` x `height`; those of a camera are kept in a ring of `budget` bytes
    that others may read, and looked at by `threads` threads; of each camera up to `waiting` frames wait,
    others are dropped.
    """

    def __init__(
        self,
        cameras: int = 8,
        width: int = 640,
        height: int = 480,
        *,
        places: int = 50,
        budget: int = 3_000_000,
        waiting: int = 8,
        threads: int = 2,
        threshold: float = 0.7,
        seed: int = 1,
    ) -> None:
        if not 1 <= cameras <= places:
            raise ValueError(f"{cameras} cameras for {places} places: at least 1, and no more than places")
        self.cameras, self.width, self.height, self.seed = cameras, width, height, seed
        self.threshold = threshold
        self.rings = [FrameWriter(budget) for _ in range(cameras)]
        self.dropped = [0] * cameras
        self._waiting, self._most = [0] * cameras, waiting
        self._embedder = PictureEmbedder(seed=seed)
        self._gallery = Gallery(512)
        for place in range(places):
            clean = jpeg(scene(place, width, height, seed=seed))
            self._gallery.add(place_name(place), self._embedder.embed(clean)[None])
        self._threads = ThreadPoolExecutor(threads)

    async def look(self, camera: int, file: bytes) -> str:
        """Where `camera` is, by its frame `file`, or UNKNOWN.

        Raises FrameDropped if too many of its frames wait, CorruptFrame for what is no picture, ValueError
        for a file that is larger than the ring. Others go on in each case.
        """
        if self._waiting[camera] >= self._most:
            self.dropped[camera] += 1
            raise FrameDropped(f"{self._most} frames of camera {camera} wait")
        self.rings[camera].add(file)
        self._waiting[camera] += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._named, file)
        finally:
            self._waiting[camera] -= 1

    def frame(self, camera: int, number: int) -> bytes:
        """The frame `number` of a camera, which stays at one place."""
        return jpeg(image(number, self.width, self.height, place=camera, seed=self.seed))

    def close(self) -> None:
        """End the threads, let the rings go."""
        self._threads.shutdown()
        for ring in self.rings:
            ring.close()

    def _named(self, file: bytes) -> str:
        name, similarity = self._gallery.best(self._embedder.embed(file))
        return name if similarity >= self.threshold else UNKNOWN


def place_name(number: int) -> str:
    """What a place is called."""
    return f"place-{number:02}"
