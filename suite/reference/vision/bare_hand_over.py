"""The least that handing a frame to waiting processes takes here: a copy, and a byte down a pipe to each.

`python -m suite.reference.vision.bare_hand_over COUNT SIZE FILE` is such a process: woken COUNT times through
its standard input, it looks at a frame of SIZE bytes in FILE, and prints when it was awake (monotonic ns).
"""

from __future__ import annotations

import json
import mmap
import os
import subprocess
import sys
import time
from typing import NamedTuple

import numpy as np

from suite.data.frames import frame
from suite.reference.vision.patience import LET_OTHERS_LOOK, let_others_first

_READY = "ready\n"
_TRIES = 720
_BETWEEN = 1 / 240


class BareHandOver(NamedTuple):
    """Medians and 99th percentiles (s): until a reader is awake, and of the copy alone."""

    until_awake: float
    copy_p99: float


def bare_hand_over(readers: int, size: int, budget: int) -> BareHandOver:
    """Hand frames of `size` bytes in a ring of `budget` to `readers` processes, 240 a second, for 3 s.

    The memory is of the same kind, and all do what they do under the load (frames are made, and compared
    with those that were expected), but there are no slots, no eviction and no frame that could be torn.
    """
    file = os.memfd_create("bare")
    os.ftruncate(file, budget)
    ring = memoryview(mmap.mmap(file, budget))
    ring[:] = bytes(budget)
    command = [sys.executable, "-m", __spec__.name, str(_TRIES), str(size), f"/proc/{os.getpid()}/fd/{file}"]
    waiting = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(readers)
    ]
    try:
        bells = [one.stdin.fileno() for one in waiting if one.stdin is not None]
        for one in waiting:
            if one.stdout is None or one.stdout.readline() != _READY.encode():
                raise RuntimeError("a reader of bare hand-overs did not start")
        taken, copied = [], []
        for number in range(_TRIES):
            time.sleep(_BETWEEN)
            source = frame(number, size)
            at = _place(number, size, budget)
            taken.append(time.monotonic_ns())
            ring[at : at + size] = source
            copied.append(time.monotonic_ns())
            for bell in bells:
                os.write(bell, b"!")
        said = [one.communicate()[0] for one in waiting]
        if any(one.returncode for one in waiting):
            raise BrokenPipeError
        seen = [json.loads(one) for one in said]
    except BrokenPipeError as error:
        raise RuntimeError("a reader of bare hand-overs came to no end") from error
    finally:
        for one in waiting:
            one.kill()
            one.communicate()
        os.close(file)
    start = np.array(taken)
    return BareHandOver(
        float(np.median(np.array(seen) - start)) / 1e9,
        float(np.quantile(np.array(copied) - start, 0.99)) / 1e9,
    )


def _place(number: int, size: int, budget: int) -> int:
    return number * size % (budget - size)


def _wait(count: int, size: int, path: str) -> None:
    let_others_first()
    with open(path, "rb") as file:
        ring = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
    sys.stdout.write(_READY)
    sys.stdout.flush()
    seen, coming = [0] * count, frame(0, size)
    for number in range(count):
        os.read(0, 1)
        seen[number] = time.monotonic_ns()
        at = _place(number, size, len(ring))
        if not np.array_equal(np.frombuffer(ring, np.uint8, size, at), np.frombuffer(coming, np.uint8)):
            raise RuntimeError(f"frame {number} came as another")
        time.sleep(LET_OTHERS_LOOK)
        coming = frame(number + 1, size)
    json.dump(seen, sys.stdout)


if __name__ == "__main__":
    _wait(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
