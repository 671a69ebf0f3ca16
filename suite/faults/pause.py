"""Pause: processes stand still."""

from __future__ import annotations

import signal
from collections.abc import Sequence

from suite.faults.process_fault import ProcessFault, send


class Pause(ProcessFault):
    """SIGSTOP, and SIGCONT after `lasting`: connections stay, and nobody answers."""

    def begin(self, processes: Sequence[int]) -> list[int]:
        """See `Fault.begin`."""
        meant = self.meant(processes)
        send(signal.SIGSTOP, meant)
        return meant

    def end(self, processes: Sequence[int]) -> None:
        """See `Fault.end`."""
        send(signal.SIGCONT, processes)
