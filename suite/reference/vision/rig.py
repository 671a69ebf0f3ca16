"""What the frame workloads run: cameras, their buffers, and the memory that they took."""

from __future__ import annotations

from suite.data.frames import frame
from suite.reference.vision.camera_buffers import CameraBuffers
from suite.reference.vision.held_memory import held_memory


class CameraRig:
    """Cameras that take distinct, incompressible frames in turn, and their buffers.

    `idle`, `filled` and `settled` are the memory held before the first frame, when the last buffer got
    full, and after the load: None where that didn't happen.
    """

    def __init__(
        self, cameras: int = 1, frames: int = 1_800, frame_bytes: int = 100_000, *, seed: int = 1
    ) -> None:
        self.buffers = self.make_buffers(cameras, frames, frame_bytes)
        self.cameras = cameras
        self.frames = frames
        self.frame_bytes = frame_bytes
        self.seed = seed
        self.taken = 0
        self.take(0)  # what the making of frames needs is there before the idle mark
        self.idle = held_memory()
        self.filled: int | None = None
        self.settled: int | None = None

    def make_buffers(self, cameras: int, frames: int, frame_bytes: int) -> CameraBuffers:
        """The buffers under test."""
        return CameraBuffers(cameras, frames, frame_bytes)

    def take(self, number: int) -> tuple[int, bytes]:
        """Frame `number` of all, counted from 0, and its camera."""
        camera = number % self.cameras
        return camera, self.frame_of(camera, number // self.cameras)

    def frame_of(self, camera: int, number: int) -> bytes:
        """The frame `number` of one camera, counted from 0."""
        return frame(number, self.frame_bytes, seed=self.seed + camera)

    def taken_by(self, camera: int) -> int:
        """How many frames a camera has taken."""
        return (self.taken - camera + self.cameras - 1) // self.cameras

    def next(self) -> tuple[int, bytes]:
        """The next camera in turn and its next frame."""
        taken = self.take(self.taken)
        self.taken += 1
        return taken

    def add(self, camera: int, data: bytes) -> None:
        """Put a frame into the camera's buffer."""
        self.buffers.add(camera, data)

    def mark_filled(self) -> None:
        """Note the memory held if this is the moment at which all buffers are full."""
        if self.taken == self.frames * self.cameras:
            self.filled = held_memory()

    def mark_settled(self) -> None:
        """Note the memory held after the load, if there was enough of it to fill the buffers."""
        if self.taken >= self.frames * self.cameras:
            self.settled = held_memory()

    def overhead(self, mark: int | None) -> float | None:
        """Memory taken from idle to `mark`, over the bytes of the frames that fill the buffers."""
        if mark is None or self.idle is None:
            return None
        return (mark - self.idle) / (self.cameras * self.frames * self.frame_bytes)
