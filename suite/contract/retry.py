"""How a workload's clients try again."""

from __future__ import annotations

from suite.contract.loop import Duration
from suite.errors import ConfigurationError
from suite.units import parse


class Retry:
    """An operation that failed or timed out is tried again, up to `attempts` times in all.

    Each attempt has `timeout` (None: only the workload's limit for the whole operation); one that is cut
    off leaves a session in an unknown state, so that the next begins with a new one. Before the second
    attempt passes up to `backoff`, drawn uniformly, before each further one up to twice as much. `budget`
    bounds the second and further attempts of a worker as a share of its operations (None: no bound); ten
    are always allowed. `Rejected` is an answer and is not tried again.

    It stays one operation: its response runs to the end of the last attempt, `retry.amplification` says how
    many attempts there were to each. Times are seconds or text. Raises ConfigurationError with all faults.
    """

    def __init__(
        self,
        attempts: int = 3,
        *,
        timeout: Duration | None = None,
        backoff: Duration = 0.0,
        budget: float | None = None,
    ) -> None:
        self.attempts = attempts
        self.timeout = None if timeout is None else parse(timeout, "s")
        self.backoff = parse(backoff, "s")
        self.budget = budget
        faults = []
        if attempts < 1:
            faults.append("attempts must be at least 1, the first among them")
        if self.timeout is not None and self.timeout <= 0:
            faults.append("timeout must be above 0")
        if self.backoff < 0:
            faults.append("backoff can't be negative")
        if budget is not None and budget < 0:
            faults.append("budget is a share of the operations, at least 0")
        if faults:
            raise ConfigurationError.of(f"Retry: {fault}" for fault in faults)
