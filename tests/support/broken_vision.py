"""Matchers and buffers with one fault each, and workloads that run them."""

import time

from suite import Component
from suite.reference.vision.camera_buffers import CameraBuffers
from suite.reference.vision.clip_service import ClipService
from suite.reference.vision.frame_buffer import FrameBuffer
from suite.reference.vision.frame_ring import TAIL
from suite.reference.vision.frame_writer import FrameWriter
from suite.reference.vision.matcher import HouseholdMatcher
from suite.reference.vision.rig import CameraRig


class RepeatsOneFrame(FrameBuffer):
    """Holds the same frame over and over: next to no memory."""

    def __init__(self, frames, frame_bytes):
        super().__init__(frames, 1)
        self._frame = b""

    def add(self, frame):
        self._frame = self._frame or bytes(frame)
        self.added += 1

    def _view(self, number):
        return memoryview(self._frame)


class NeverEvicts(FrameBuffer):
    """A list that grows."""

    def __init__(self, frames, frame_bytes):
        super().__init__(frames, frame_bytes)
        self._list = []

    def add(self, frame):
        self._list.append(bytes(frame))
        self.added += 1

    def __len__(self):
        return len(self._list)

    def _view(self, number):
        return memoryview(self._list[number])


class EvictsTheNewest(FrameBuffer):
    """Once full, it overwrites its last slot only."""

    def add(self, frame):
        if self.added < self.capacity:
            super().add(frame)
            return
        start = (self.capacity - 1) * self.frame_bytes
        self._ring[start : start + len(frame)] = frame
        self.added += 1


class Halves(FrameBuffer):
    """Writes half of each frame."""

    def add(self, frame):
        super().add(frame)
        slot = (self.added - 1) % self.capacity
        start = slot * self.frame_bytes + len(frame) // 2
        self._ring[start : start + len(frame) - len(frame) // 2] = bytes(len(frame) - len(frame) // 2)


class RigWith(CameraRig):
    """A rig whose buffers are of another class."""

    kind: type = FrameBuffer

    def make_buffers(self, cameras, frames, frame_bytes):
        buffers = CameraBuffers(cameras, 1, 1)
        buffers.buffers = tuple(self.kind(frames, frame_bytes) for _ in range(cameras))
        return buffers


class RepeatingRig(RigWith):
    kind = RepeatsOneFrame


class GrowingRig(RigWith):
    kind = NeverEvicts


class ShuffledRig(RigWith):
    kind = EvictsTheNewest


class HalvingRig(RigWith):
    kind = Halves


class SameFrameRig(CameraRig):
    """A test that stores the same frame all the time, in a sound buffer."""

    def frame_of(self, camera, number):
        return super().frame_of(0, 0)


class BlackRig(CameraRig):
    """Distinct frames that are nearly all zeros."""

    def frame_of(self, camera, number):
        return super().frame_of(camera, number)[:16].ljust(self.frame_bytes, b"\0")


class EvictsTooLate(FrameWriter):
    """Says what is gone only after it was overwritten."""

    def _make_room(self, *where):
        words = self._ring.words
        told = words[TAIL]
        super()._make_room(*where)
        self._gone, words[TAIL] = words[TAIL], told

    def add(self, frame, stamp=None):
        number = super().add(frame, stamp)
        time.sleep(0)  # a reader's turn
        self._ring.words[TAIL] = self._gone
        return number


class MixesClips(ClipService):
    """Answers a batch in another order."""

    def _answer(self, clips):
        return super()._answer(clips)[::-1]


class FindsTheWorst(HouseholdMatcher):
    """Takes the least similar member."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.gallery.units[:] *= -1


class KnowsEverybody(HouseholdMatcher):
    """Takes strangers for members."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.threshold = -1.0


class ForgetsMembers(HouseholdMatcher):
    """Knows half of the household."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.gallery.units[::2] = 0


def with_system(workload, factory, quick, **parameters):
    """`workload` with another factory of its system and a quick loop."""
    twin = workload.copy()
    twin.system = Component(factory, **{**workload.system.parameters, **parameters})
    twin.quick = quick
    return twin
