"""A process that looks at every frame: `python -m suite.reference.vision.frame_watcher PATH BELL`.

It prints a line when it is ready, and in the end what it saw: frames that were whole, that were not, that
were gone before it came to them, and when each of the last 16,384 was taken and seen (monotonic ns).
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np

from suite.data.frames import HEADER_BYTES, frame, frame_id
from suite.reference.vision.frame_reader import Evicted, FrameReader
from suite.reference.vision.patience import LET_OTHERS_LOOK, let_others_first

_KEPT = 16_384


def watch(path: str, bell: str) -> dict[str, object]:
    """Look at frames until the writer is gone."""
    let_others_first()
    reader = FrameReader(path, bell)
    coming = ComingFrame()
    whole = torn = missed = number = 0
    seen = np.zeros((_KEPT, 2), np.int64)  # taken once: a list would grow for as long as frames come

    def check(view: memoryview, stamp: int) -> tuple[bool, int, int]:
        came = time.monotonic_ns()
        return coming.is_whole(view, number), stamp, came

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    try:
        while True:
            reader.wait(number)
            try:
                good, *times = reader.read(number, check)
                seen[(whole + torn) % _KEPT] = times
                whole, torn = whole + good, torn + (not good)
            except Evicted:
                missed += 1
            number += 1
            time.sleep(LET_OTHERS_LOOK)
            coming.prepare(number)
    except EOFError:
        reader.close()
        return {"whole": whole, "torn": torn, "missed": missed, "seen": seen[: whole + torn].tolist()}


class ComingFrame:
    """What the next frame has to be, made before it comes: it is looked at as soon as it can be."""

    def __init__(self) -> None:
        self._seed, self._number, self._bytes = 0, -1, b""

    def prepare(self, number: int) -> None:
        """Have the bytes of this frame, of the same camera and as long as the longest until now."""
        self._number = number
        self._bytes = frame(number, max(len(self._bytes), HEADER_BYTES), seed=self._seed)

    def is_whole(self, view: memoryview, number: int) -> bool:
        """Whether it is frame `number` of some camera, to the last byte."""
        named = frame_id(view)
        if named.number != number:
            return False
        if (named.seed, number) != (self._seed, self._number) or len(view) > len(self._bytes):
            self._seed, self._number = named.seed, number
            self._bytes = frame(number, len(view), seed=named.seed)
        right = np.frombuffer(self._bytes, np.uint8, len(view))  # a shorter frame is how a longer one begins
        return np.array_equal(np.frombuffer(view, np.uint8), right)  # views compare slowly


if __name__ == "__main__":
    json.dump(watch(*sys.argv[1:]), sys.stdout)
