"""One frame buffer for each of several cameras."""

from __future__ import annotations

from suite.reference.vision.frame_buffer import Frame, FrameBuffer


class CameraBuffers:
    """`cameras` buffers, numbered from 0, of `frames` frames of up to `frame_bytes` bytes each.

    Raises ValueError for sizes below 1, IndexError for a camera that there isn't.
    """

    def __init__(self, cameras: int = 4, frames: int = 900, frame_bytes: int = 100_000) -> None:
        if cameras < 1:
            raise ValueError(f"no buffers for {cameras} cameras: at least 1")
        self.buffers: tuple[FrameBuffer, ...] = tuple(
            FrameBuffer(frames, frame_bytes) for _ in range(cameras)
        )

    def add(self, camera: int, frame: Frame) -> None:
        """Copy `frame` into the buffer of `camera`. Raises ValueError if it is too large."""
        self[camera].add(frame)

    def latest(self, camera: int) -> bytes:
        """A copy of the newest frame of `camera`. Raises LookupError while there is none."""
        return self[camera].latest()

    def __getitem__(self, camera: int) -> FrameBuffer:
        if camera < 0:
            raise IndexError(f"no camera {camera}: they are numbered from 0")
        return self.buffers[camera]

    def __len__(self) -> int:
        return len(self.buffers)

    @property
    def full(self) -> bool:
        """Whether every camera's next frame evicts one."""
        return all(buffer.full for buffer in self.buffers)

    @property
    def raw_bytes(self) -> int:
        """Bytes of all frames that are held."""
        return sum(buffer.raw_bytes for buffer in self.buffers)
