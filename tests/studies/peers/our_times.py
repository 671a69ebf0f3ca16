"""The recording of our generators that run without the engine: columns, and percentiles of them."""

import json
import time

import numpy as np


class Times:
    """Room for `capacity` durations in nanoseconds; a store is all that is done while running."""

    def __init__(self, capacity):
        self.column = memoryview(np.zeros(capacity, np.int64).data).cast("B").cast("q")
        self.used = 0
        self.began = time.monotonic_ns()

    def print(self):
        """The line that `reported.ours` reads."""
        seconds = (time.monotonic_ns() - self.began) * 1e-9
        p50, p99 = np.quantile(np.frombuffer(self.column, np.int64, self.used), (0.5, 0.99)) * 1e-9
        print(json.dumps({"throughput": self.used / seconds, "p50": p50, "p99": p99}))  # noqa: T201
