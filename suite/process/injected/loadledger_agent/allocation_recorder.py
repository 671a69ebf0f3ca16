"""A recording of what this process allocates."""

# ruff: noqa: BLE001, S110  (no error of ours may show)
from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class AllocationRecorder:
    """A recording by memray of all that is allocated, in a file per process: `memray.<pid>`.

    Of functions that run when it begins memray sees the returns alone, and takes as many callers off all that
    comes later: a dozen while Python starts. Where it is to be `late`, who runs the program enters `tracker`
    itself, in a function that stays, and sets `begun`.
    """

    def __init__(self, directory: str, native: bool, late: bool) -> None:
        self.directory = directory
        self.tracker: Any = None
        self.begun = not late
        self._reason = ""
        try:
            import memray

            # Named so, a forked child's file is `memray.<its pid>`: memray replaces the pid at the end.
            self.tracker = memray.Tracker(
                destination=memray.FileDestination(
                    f"{directory}/memray.{os.getpid()}", overwrite=True, compress_on_exit=False
                ),
                native_traces=native,
                follow_fork=True,
                trace_python_allocators=True,
            )
            if not late:
                self.tracker.__enter__()
        except Exception as error:
            self.tracker = None
            self._reason = " ".join(f"{type(error).__name__}: {error}".split())
        self.forked()

    def forked(self) -> None:
        """Say in a file of this process why it is not recorded, if it is not."""
        if self._reason:
            try:
                with open(f"{self.directory}/{os.getpid()}.failed", "w", encoding="utf-8") as file:
                    file.write(f"{self._reason}\n")
            except Exception:
                pass

    def stop(self) -> bool:
        """End the recording; whether there was one."""
        tracker, self.tracker = self.tracker, None
        if tracker is None or not self.begun:
            return False
        tracker.__exit__(None, None, None)
        return True
