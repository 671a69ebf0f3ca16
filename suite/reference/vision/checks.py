"""What must be true of matchers and frame buffers after the load."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from suite.reference.vision.camera_pipeline import CameraPipeline
from suite.reference.vision.clip_service import TEXTS, ClipService
from suite.reference.vision.frame_buffer import FrameBuffer
from suite.reference.vision.household import Household
from suite.reference.vision.rig import CameraRig
from suite.reference.vision.shared_rig import SharedRig

_SAMPLE = 16
_LEAST_HELD = 0.95
_ALIKE = 1e-4


def everyone_recognised(system: Any, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """Every planted member was found, every stranger was taken for one."""
    counts = recording.of("match").counts()
    shown = sum(counts.values())
    assert shown, "nobody was shown"
    assert counts["ok"] == shown, f"{shown - counts['ok']} of {shown} faces were not recognised"
    return f"{shown} of {shown}"


def matrix_is_the_database(system: Household, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """The matrix has the rows that the database has, bit by bit, in whatever order."""
    both = (system.gallery, system.stored())
    here, there = (sorted((name, row.tobytes()) for name, row in one) for one in both)
    assert here == there, f"the matrix has {len(here)} embeddings, the database {len(there)}, or others"
    return f"{len(here)} embeddings of {system.gallery.people} people"


def all_succeed(system: Any, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """No operation failed."""
    counts = recording.loop_only().counts()
    total = sum(counts.values())
    assert counts["ok"] == total, f"{total - counts['ok']} of {total} operations failed"
    return f"{total} of {total}"


def none_failed(system: Any, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """What was looked at was known; what was rejected was not looked at."""
    counts = recording.loop_only().counts()
    looked = sum(counts.values()) - counts["rejected"]
    assert counts["ok"] == looked, f"{looked - counts['ok']} of {looked} frames were taken for others"
    return f"{looked} of {looked}"


def last_frames_in_order(system: CameraRig, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """Each camera's buffer holds exactly its last frames, oldest first, byte by byte."""
    for camera, buffer in enumerate(system.buffers.buffers):
        taken = system.taken_by(camera)
        held = min(taken, system.frames)
        frames = list(buffer)
        assert len(frames) == len(buffer) == held, f"camera {camera}: {len(frames)} held, not {held}"
        for number, data in zip(range(taken - held, taken), frames, strict=True):
            assert data == system.frame_of(camera, number), f"camera {camera}: frame {number} is not there"
        assert buffer.latest() == frames[-1], f"camera {camera}: the latest frame is not the last added"
    return f"{system.cameras} × the last {system.frames} of {system.taken} frames"


def frames_are_distinct(system: CameraRig, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """No two frames that are held have the same content (BLAKE2b of each)."""
    digests = [
        hashlib.blake2b(data, digest_size=16).digest() for buffer in system.buffers.buffers for data in buffer
    ]
    assert digests, "no frame is held"
    copies = len(digests) - len(set(digests))
    assert not copies, f"{copies} of {len(digests)} frames are copies of others"
    return f"{len(digests)} frames, all distinct"


def frames_are_incompressible(system: CameraRig, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """A sample of the frames held does not get smaller by zlib."""
    frames = [data for buffer in system.buffers.buffers for data in buffer]
    sample = frames[:: max(1, len(frames) // _SAMPLE)]
    assert sample, "no frame is held"
    ratio = max(len(data) / len(zlib.compress(data)) for data in sample)
    assert ratio <= 1.0, f"a frame was compressed {ratio:.2f} times"
    return f"{len(sample)} frames, none got smaller"


def memory_is_real(system: CameraRig, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """Full buffers cost at least the bytes of their frames: no frame stands for several."""
    overhead = system.overhead(system.settled)
    if overhead is None:
        return "the buffers did not get full, or memory can't be read"
    assert overhead >= _LEAST_HELD, f"only {overhead:.4f} bytes of memory per byte of frames"
    return f"{overhead:.4f} bytes of memory per byte of frames"


def all_added(system: FrameBuffer, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """The buffer counted every frame and holds no more than it may."""
    added = recording.of("add").counts()["ok"]
    assert system.added == added, f"{added} frames were added, the buffer counted {system.added}"
    assert len(system) == min(added, system.capacity), f"{len(system)} frames are held"
    assert len(list(system)) == len(system), "the buffer's length is not what it holds"
    return f"{added} added, {len(system)} held"


def every_reader_saw_whole_frames(system: SharedRig, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """No reader saw a torn frame, and each came to all of them or knows which were gone."""
    for number, saw in enumerate(system.seen):
        whole, torn, missed = saw["whole"], saw["torn"], saw["missed"]
        assert not torn, f"reader {number}: {torn} of {system.taken} frames were torn"
        assert whole + missed == system.taken, (
            f"reader {number}: saw {whole + missed} of {system.taken} frames"
        )
    missed = sum(saw["missed"] for saw in system.seen)
    return f"{system.taken} frames, {missed} gone before a reader came to them"


def every_frame_is_accounted_for(system: CameraPipeline, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """What was not rejected is in the rings, by camera; a frame is dropped only where it is told."""
    counts = recording.of("frame").counts()
    shown, dropped = sum(ring.held.stop for ring in system.rings), sum(system.dropped)
    assert dropped == counts["rejected"], f"{dropped} were dropped, {counts['rejected']} users were told"
    assert shown + dropped == sum(counts.values()), (
        f"{shown} of {sum(counts.values())} frames came to the rings"
    )
    return f"{shown} frames looked at, {dropped} dropped"


def answers_are_those_given_alone(system: ClipService, kept: Sequence[Any], recording: Any) -> str:
    """Who was asked together with others was told what is told alone, but for the last digits."""
    answered = recording.of("classify").counts()["ok"]
    assert len(kept) == answered, f"{answered} were answered, {len(kept)} kept their answer"
    alone = {number: system.alone(number) for number in {number for number, _, _ in kept}}
    for number, text, shares in kept:
        apart = float(np.abs(np.array(shares) - alone[number]).max())
        assert apart < _ALIKE, f"clip {number}: {apart:g} apart from what is told alone"
        likeliest = TEXTS[int(alone[number].argmax())]
        assert text == likeliest, f"clip {number} was taken for {text!r}, alone it is {likeliest!r}"
    return f"{len(kept)} answers to {len(alone)} clips"


FRAMES = (all_succeed, last_frames_in_order, frames_are_distinct, frames_are_incompressible, memory_is_real)
"""Checks of every workload that fills buffers."""
