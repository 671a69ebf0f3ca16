"""A camera whose frames other processes look at, and what that costs."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from suite.data.frames import frame
from suite.reference.vision.bare_hand_over import BareHandOver, bare_hand_over
from suite.reference.vision.frame_writer import FrameWriter

_CLOSING = 30.0


class SharedRig:
    """A camera's frames of `smallest` to `largest` bytes in a ring of `budget` bytes, and `readers`.

    Each reader is a process of its own that looks at every frame, see `frame_watcher`. `close` ends them.
    """

    def __init__(
        self,
        budget: int = 60_000_000,
        smallest: int = 60_000,
        largest: int = 140_000,
        *,
        readers: int = 2,
        seed: int = 1,
    ) -> None:
        self.writer = self.make_writer(budget)
        self.seed = seed
        self.smallest, self.largest = smallest, largest
        self.readers = readers
        self.taken = 0
        self._watchers = [
            subprocess.Popen(
                [sys.executable, "-m", "suite.reference.vision.frame_watcher", self.writer.path, bell],
                stdout=subprocess.PIPE,
                text=True,
            )
            for bell in [self.writer.bell() for _ in range(readers)]
        ]
        for watcher in self._watchers:
            if watcher.stdout is None or watcher.stdout.readline() != "ready\n":
                self.close()
                raise RuntimeError("a reader of frames did not start")

    def make_writer(self, budget: int) -> FrameWriter:
        """The ring under test."""
        return FrameWriter(budget)

    def next(self) -> bytes:
        """The next frame."""
        size = random.Random(self.taken).randint(self.smallest, self.largest)
        made = frame(self.taken, size, seed=self.seed)
        self.taken += 1
        return made

    def add(self, data: bytes) -> None:
        """Hand a frame over."""
        self.writer.add(data)

    def shared_memory(self) -> int | None:
        """Shared memory (B) that this process and the readers hold, each page once; None if unreadable."""
        try:
            return _shared("self") + sum(_shared(str(watcher.pid)) for watcher in self._watchers)
        except (OSError, KeyError):
            return None

    @cached_property
    def overhead(self) -> float | None:
        """Memory over the bytes of the frames that are held; None while nothing was evicted."""
        held = self.shared_memory()
        return held / self.writer.raw_bytes if held is not None and self.writer.held.start else None

    @cached_property
    def seen(self) -> list[Mapping[str, Any]]:
        """What each reader saw, see `frame_watcher`; no frame can be added afterwards.

        Raises RuntimeError if one did not come to the end.
        """
        _ = self.overhead  # while all is there
        self.writer.close()
        said = [watcher.communicate(timeout=_CLOSING)[0] for watcher in self._watchers]
        for number, watcher in enumerate(self._watchers):
            if watcher.returncode:
                raise RuntimeError(f"reader {number} of the frames ended with {watcher.returncode}")
        return [json.loads(one) for one in said]

    @cached_property
    def bare(self) -> BareHandOver:
        """The least that handing such frames over takes; no frame can be added afterwards."""
        _ = self.seen  # these readers are gone
        return bare_hand_over(self.readers, (self.smallest + self.largest) // 2, self.writer.budget)

    def close(self) -> None:
        """End the readers, let the ring go."""
        self.writer.close()
        for watcher in self._watchers:
            watcher.kill()
            watcher.wait()
            if watcher.stdout is not None:
                watcher.stdout.close()


def _shared(pid: str) -> int:
    with open(f"/proc/{pid}/smaps_rollup") as lines:
        found = dict(line.split(":", 1) for line in lines if ":" in line[:20])
    return int(found["Pss_Shmem"].split()[0]) * 1024
