"""Kill: processes end without a word."""

from __future__ import annotations

import signal
from collections.abc import Sequence

from suite.faults.process_fault import ProcessFault, ended, send


class Kill(ProcessFault):
    """SIGKILL. What it ended is started again after `lasting`, as it was started first, or never (None).

    Of a party one process of which is killed only that party's own root is started again, if it ended too.
    """

    kills = True

    def begin(self, processes: Sequence[int]) -> list[int]:
        """See `Fault.begin`."""
        meant = self.meant(processes)
        send(signal.SIGKILL, meant)
        return meant

    def settled(self, processes: Sequence[int]) -> bool:
        """See `Fault.settled`: until they are dead, which takes a while with much memory, they hold ports."""
        return all(map(ended, processes))
