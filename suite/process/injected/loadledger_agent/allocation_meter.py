"""All that this process allocates, for a while."""

# ruff: noqa: BLE001, S110  (no error of ours may show; nothing is imported without need)
from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class AllocationMeter:
    """Has memray write down each allocation from `begin` to `end`, in `memray.<pid>`.

    What it can't do is said in `<pid>.failed`.
    """

    def __init__(self, directory: str) -> None:
        self.directory = directory
        self._tracker: Any = None
        os.register_at_fork(after_in_child=self._forked)

    def _forked(self) -> None:
        self._tracker = None  # it is our parent's

    def begin(self) -> None:
        """Begin a recording."""
        self.end()
        try:
            import memray

            destination = memray.FileDestination(
                f"{self.directory}/memray.{os.getpid()}", overwrite=True, compress_on_exit=False
            )
            tracker = memray.Tracker(destination=destination, trace_python_allocators=True)
            tracker.__enter__()
            self._tracker = tracker
        except Exception as error:
            try:
                with open(f"{self.directory}/{os.getpid()}.failed", "w", encoding="utf-8") as file:
                    file.write(" ".join(f"{type(error).__name__}: {error}".split()))
            except Exception:
                pass

    def end(self) -> None:
        """End it."""
        tracker, self._tracker = self._tracker, None
        if tracker is not None:
            tracker.__exit__(None, None, None)
