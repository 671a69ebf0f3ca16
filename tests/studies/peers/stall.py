"""The stall test beside the others: the server stands still for a second, and who notices?

wrk knows no rate; it adds to its latencies what it thinks others would have waited, and that is the p99
that it reports. Our own generators below the engine are closed loops too, and show what all of those miss.
"""

import os
import signal
import time
from dataclasses import dataclass

import numpy as np
from studies.peers.roster import Load
from studies.peers.trial import Failed, said_by, wait_for_load

from suite.process.child import start_command

RATE = 1000.0
SECONDS = 8
_BEFORE = 3.0
_STILL = 1.0
_PATIENCE = 15.0


@dataclass(frozen=True)
class Stalled:
    """What a tool says its p50 and p99 were, the true p99 of the plan, and how much of it was sent.

    `sent` is None for those that know no rate: they send as much as they can.
    """

    name: str
    label: str
    p50: float
    p99: float
    truth: float
    sent: float | None


def truth(stopped, continued, quantile=0.99):
    """The percentile of response times of RATE starts per second in SECONDS, some of them in a stall.

    `stopped` and `continued` are seconds since the first start; all other responses take no time.
    """
    due = np.arange(round(RATE * SECONDS)) / RATE
    waited = np.where((due >= stopped) & (due < continued), continued - due, 0.0)
    return float(np.sort(waited)[int(np.ceil(quantile * len(waited))) - 1])


def beside(peer, connections, target, core, folder):
    """Run `peer` at the rate, if it knows one, with the server stopped for a second in the middle."""
    load = Load(target.url + "/", connections, SECONDS, RATE if peer.rated else None)
    cores = None if core is None else frozenset({core})
    before = target.count()
    child = start_command(peer.command(load), log=folder / f"{peer.name}.log", env={}, cores=cores)
    try:
        wait_for_load(child, target, before)
        began = time.monotonic()
        time.sleep(_BEFORE)
        stopped, continued = _stop(target.pid)
        if not child.wait(SECONDS + _PATIENCE) or child.exit_status:
            raise Failed(child.exit_summary())
    finally:
        child.stop()
    said = said_by(peer, child)
    sent = (target.count() - before) / (RATE * SECONDS) if peer.rated else None
    return Stalled(peer.name, peer.label, said.p50, said.p99, truth(stopped - began, continued - began), sent)


def _stop(pid):
    """Stop process `pid` for a while; when that was. It goes on, whatever happens here."""
    try:
        os.kill(pid, signal.SIGSTOP)
        stopped = time.monotonic()
        time.sleep(_STILL)
    finally:
        os.kill(pid, signal.SIGCONT)
    return stopped, time.monotonic()
