"""A process that looks at every frame: `python -m suite.reference.vision.frame_watcher PATH BELL`.

It prints a line when it is ready, and in the end what it saw: frames that were whole, that were not, that
were gone before it came to them, and when each was taken and seen (monotonic ns).
"""

from __future__ import annotations

import json
import sys
import time

from suite.data.frames import frame, frame_id
from suite.reference.vision.frame_reader import Evicted, FrameReader


def watch(path: str, bell: str) -> dict[str, object]:
    """Look at frames until the writer is gone."""
    reader = FrameReader(path, bell)
    whole = torn = missed = number = 0
    seen: list[list[int]] = []

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
                whole, torn = whole + good, torn + (not good)
                seen.append(times)
            except Evicted:
                missed += 1
            number += 1
    except EOFError:
        reader.close()
        return {"whole": whole, "torn": torn, "missed": missed, "seen": seen}


def is_whole(view: memoryview, number: int) -> bool:
    """Whether it is frame `number` of some camera, to the last byte."""
    named = frame_id(view)
    return named.number == number and view == frame(number, len(view), seed=named.seed)


if __name__ == "__main__":
    json.dump(watch(*sys.argv[1:]), sys.stdout)
