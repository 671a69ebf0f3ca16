"""What the traced scripts share: a recording, windows of operations, quiet marks told on stdout."""

import gc
import os
import sys
import time

import memray

WINDOWS, SIZE = 8, 100


def recording(folder, *, native=False):
    """Record this process, and those that it forks, in `folder` as `memray.<pid>`."""
    return memray.Tracker(
        destination=memray.FileDestination(
            f"{folder}/memray.{os.getpid()}", overwrite=True, compress_on_exit=False
        ),
        native_traces=native,
        follow_fork=True,
        trace_python_allocators=True,
    )


def mark(operations, note=0):
    """A quiet moment: its time, the operations before it, a number of the script's own."""
    gc.collect()
    time.sleep(0.02)
    sys.stdout.write(f"{time.time()} {operations} {note}\n")
    sys.stdout.flush()
    time.sleep(0.04)


def windows(operation):
    """Operations by their number, with a mark before all and after each window."""
    mark(0)
    for first in range(0, WINDOWS * SIZE, SIZE):
        for number in range(first, first + SIZE):
            operation(number)
        mark(SIZE)
