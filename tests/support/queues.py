"""Simulated servers to search the capacity of: no time passes."""

import heapq

import numpy as np

from suite.capacity.backlog import backlog
from suite.records.capacity import Probe


class Queue:
    """`slots` servers of `service` seconds, one line before them; random gaps between arrivals.

    `exponential` makes service times random too (M/M/c, else M/D/c). Holds while p95 of response is
    at most `limit` seconds and no backlog grows.
    """

    def __init__(self, slots, service, *, limit, exponential=False, seconds=3.0, warmup=0.75, seed=1):
        self.slots, self.service, self.limit = slots, service, limit
        self.exponential, self.seconds, self.warmup = exponential, seconds, warmup
        self.random = np.random.default_rng(seed)
        self.looks = 0

    @property
    def capacity(self):
        return self.slots / self.service

    def long(self, load):
        """A look four times as long."""
        short, self.seconds = self.seconds, 4 * self.seconds
        try:
            return self(load)
        finally:
            self.seconds = short

    def __call__(self, load):
        self.looks += 1
        due = np.cumsum(self.random.exponential(1 / load, int(2 * load * (self.warmup + self.seconds)) + 50))
        due = due[due < self.warmup + self.seconds]
        free = [0.0] * self.slots
        times = self.random.exponential(self.service, len(due)) if self.exponential else None
        ended = np.empty_like(due)
        for i, at in enumerate(due):
            done = max(at, free[0]) + (self.service if times is None else times[i])
            heapq.heapreplace(free, done)
            ended[i] = done
        end = self.warmup + self.seconds
        measured = due >= self.warmup
        if not measured.any():
            return Probe(load, None)
        p50, p95, p99 = np.quantile((ended - due)[measured], [0.50, 0.95, 0.99])
        flight = backlog(
            (due * 1e9).astype(np.int64),
            (ended * 1e9).astype(np.int64),
            int(self.warmup * 1e9),
            int(end * 1e9),
        )
        broke = "response.p95" if p95 > self.limit else "backlog" if flight.grew else None
        done_in_time = np.count_nonzero((ended > self.warmup) & (ended <= end))
        return Probe(
            load,
            broke is None,
            broke,
            throughput=done_in_time / self.seconds,
            p50=p50,
            p99=p99,
            flight=flight.mean,
            backlog_grew=flight.grew,
            count=int(measured.sum()),
        )
