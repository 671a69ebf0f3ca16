"""LeakProbe: carries out the steps of a search on a real system with our agent inside."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from suite.engine.progress import Progress
from suite.engine.windows import Windows
from suite.engine.workload_spec import WorkloadSpec
from suite.leaks.verdict import Idle, Step
from suite.process.injection import Mode


class LeakProbe(Windows):
    """Windows of load, as a search asks for them. A window repeats the plan's operations."""

    def take(self, step: Step) -> None:
        """Do one step, and wait until the system is quiet. Raises SystemFailed and WorkerFailed."""
        self.phase(step.words)
        if isinstance(step, Idle):
            if not step.hold:
                self.release()
            time.sleep(step.seconds)
        else:
            unit = self.workload.loop.operations  # type: ignore[union-attr]
            self.window(-(-step.operations // unit), hold=step.hold)  # type: ignore[operator]
        self.quiet()


@contextlib.contextmanager
def watched(
    spec: WorkloadSpec, progress: Progress, mode: Mode, *, native: bool = False
) -> Iterator[LeakProbe]:
    """A fresh system with the agents' `mode`; nothing is left of it afterwards."""
    with contextlib.ExitStack() as stack:
        system = LeakProbe(spec, 0, progress, stack, mode=mode, native=native)
        system.start()
        yield system
