"""A process that looks at every frame: `python -m suite.reference.vision.frame_watcher PATH BELL`.

It prints a line when it is ready, and in the end what it saw: frames that were whole, that were not, that
were gone before it came to them, and when each of the last 16,384 was taken and seen (monotonic ns).
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np

from suite.data.frames import frame, frame_id
from suite.reference.vision.frame_reader import Evicted, FrameReader

_KEPT = 16_384


def watch(path: str, bell: str) -> dict[str, object]:
    """Look at frames until the writer is gone."""
    reader = FrameReader(path, bell)
    whole = torn = missed = number = 0
    seen = np.zeros((_KEPT, 2), np.int64)  # taken once: a list would grow for as long as frames come

    def check(view: memoryview, stamp: int) -> tuple[bool, int, int]:
        came = time.monotonic_ns()
        return is_whole(view, number), stamp, came

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
    except EOFError:
        reader.close()
        return {"whole": whole, "torn": torn, "missed": missed, "seen": seen[: whole + torn].tolist()}


def is_whole(view: memoryview, number: int) -> bool:
    """Whether it is frame `number` of some camera, to the last byte."""
    named = frame_id(view)
    return named.number == number and view == frame(number, len(view), seed=named.seed)


if __name__ == "__main__":
    json.dump(watch(*sys.argv[1:]), sys.stdout)
