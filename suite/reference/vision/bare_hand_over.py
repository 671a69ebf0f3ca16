"""The least that handing a frame to waiting processes takes here: a copy, and a byte down a pipe to each.

`python -m suite.reference.vision.bare_hand_over COUNT` is such a process: woken COUNT times through its
standard input, it prints when (monotonic ns).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import numpy as np

_READY = "ready\n"
_TRIES = 240
_BETWEEN = 1 / 240


def bare_hand_over(readers: int, size: int, budget: int) -> float:
    """Median (s) from before `size` bytes are copied into a ring of `budget` until a reader is awake.

    The frames come as those of the load do, 240 a second. Takes a second.
    """
    source, ring = bytes(size), np.ones(budget, np.uint8).data
    command = [sys.executable, "-m", __spec__.name, str(_TRIES)]
    waiting = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(readers)
    ]
    try:
        bells = [one.stdin.fileno() for one in waiting if one.stdin is not None]
        for one in waiting:
            if one.stdout is None or one.stdout.readline() != _READY.encode():
                raise RuntimeError("a reader of bare hand-overs did not start")
        taken = []
        for number in range(_TRIES):
            time.sleep(_BETWEEN)
            at = number * size % (budget - size)
            taken.append(time.monotonic_ns())
            ring[at : at + size] = source
            for bell in bells:
                os.write(bell, b"!")
        seen = [json.loads(one.communicate()[0]) for one in waiting]
    finally:
        for one in waiting:
            one.kill()
            one.wait()
    return float(np.median(np.array(seen) - np.array(taken))) / 1e9


def _wait(count: int) -> None:
    sys.stdout.write(_READY)
    sys.stdout.flush()
    seen = [0] * count
    for number in range(count):
        os.read(0, 1)
        seen[number] = time.monotonic_ns()
    json.dump(seen, sys.stdout)


if __name__ == "__main__":
    _wait(int(sys.argv[1]))
