"""Small recordings by memray, and damaged ones."""

import random
import subprocess
import sys
from pathlib import Path

from support.fuzzing import mutated_bytes

_SCRIPT = """
import sys, time
import memray

def some():
    return [bytearray(1000) for _ in range(3)]

kept = []
destination = memray.FileDestination(sys.argv[1], overwrite=True, compress_on_exit=False)
with memray.Tracker(destination=destination, trace_python_allocators=True):
    for _ in range(4):
        kept.append(some())
        time.sleep(0.015)
"""


def small_recording(path: Path) -> Path:
    """One of some pages, made by a process that ends."""
    subprocess.run([sys.executable, "-c", _SCRIPT, str(path)], check=True)
    return path


def damaged_recordings(valid: bytes, folder: Path, chance: random.Random, count: int) -> dict[int, Path]:
    """So many, by number."""
    paths = {number: folder / f"damaged.{number}" for number in range(count)}
    for path in paths.values():
        path.write_bytes(mutated_bytes(valid, chance))
    return paths
