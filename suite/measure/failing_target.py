"""When to leave a system alone that is somebody else's: half of what it is sent fails, for a while."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np

from suite.measure.ended_rows import EndedRows
from suite.measure.tally import Tally
from suite.records.outcome import Outcome
from suite.records.reason import Reason
from suite.records.run import TARGET_FAILING

SECONDS = 10.0
SHARE = 0.5
_FEWEST = 5
"""Operations that must have ended within that time to say so."""
_BAD = (Outcome.failed, Outcome.timeout)


class FailingTarget:
    """Looks at what ended within the last seconds, the warm-up too."""

    def __init__(self) -> None:
        self._looks: deque[tuple[int, int, int]] = deque()
        self._since: int | None = None

    def look(self, now: int, rows: Sequence[EndedRows]) -> Reason | None:
        """Why it should be left alone, once it has failed for so long."""
        ended = sum(len(part) for part in rows)
        bad = sum(int(np.count_nonzero(np.isin(part.outcome, _BAD))) for part in rows)
        return self.counted(now, ended, bad)

    def tallied(self, now: int, tally: Tally) -> Reason | None:
        """The same of what is counted already: `tally` is of what ended since the last look."""
        outcomes = [one.outcomes for one in tally.started.values()]
        bad = sum(some.get(outcome.name, 0) for some in outcomes for outcome in _BAD)
        return self.counted(now, sum(sum(some.values()) for some in outcomes), bad)

    def counted(self, now: int, ended: int, bad: int) -> Reason | None:
        """The same of so many operations that ended since the last look."""
        if ended and bad < SHARE * ended:  # it does its work: what was bad before is over
            self._looks.clear()
            self._since = None
            return None
        if bad and self._since is None:
            self._since = now
        self._looks.append((now, ended, bad))
        total, failed = (sum(look[i] for look in self._looks) for i in (1, 2))
        if self._since is None or now - self._since < SECONDS * 1e9 or total < _FEWEST:
            return None
        return Reason(TARGET_FAILING, {"failed": failed, "ended": total, "seconds": SECONDS})
