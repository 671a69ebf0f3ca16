"""One generator against the server for a few seconds: what a request cost it, and what it says."""

import time
from dataclasses import dataclass
from typing import NamedTuple

from studies.peers.reported import Reported, Unreadable

from suite.measure import proc
from suite.process.child import start_command

_WARM = 200
_SETTLE = 0.3
_PATIENCE = 15.0


@dataclass(frozen=True)
class Trial:
    """`cpu`: seconds of the generator's process tree per request. `rate`: what the server counted.

    `waited`: share of the time in which threads of the generator were ready and had no core.
    """

    cpu: float
    rate: float
    waited: float
    said: Reported


class Failed(Exception):
    """A generator did not do what it was asked for; the text says what."""


def try_out(peer, load, target, core, folder):
    """Run `peer` and measure in the middle of its run: neither its start nor its summing up counts.

    CPU is that of its whole process tree, requests are those that the server counted meanwhile.
    """
    cores = None if core is None else frozenset({core})
    before = target.count()
    child = start_command(peer.command(load), log=folder / f"{peer.name}.log", env={}, cores=cores)
    try:
        wait_for_load(child, target, before)
        time.sleep(_SETTLE)
        begin = _mark(child, target)
        time.sleep(max(0.5, load.seconds - _SETTLE - 0.3))
        end = _mark(child, target)
        if not child.wait(load.seconds + _PATIENCE):
            raise Failed(f"{peer.label} did not come to an end")
        if child.exit_status:
            raise Failed(child.exit_summary())
    finally:
        child.stop()
    requests = end.requests - begin.requests
    if requests < _WARM:
        raise Failed(f"{peer.label} sent {requests} requests; the end of its output:\n{child.tail()}")
    seconds = end.moment - begin.moment
    return Trial(
        (end.cpu - begin.cpu) / requests,
        requests / seconds,
        (end.delay - begin.delay) / seconds,
        said_by(peer, child),
    )


def said_by(peer, child):
    """What the output of an ended `child` reports."""
    try:
        return peer.read(child.log.read_text(errors="replace"))
    except Unreadable as error:
        raise Failed(f"{peer.label} said what is not understood:\n{child.tail()}") from error


def wait_for_load(child, target, before):
    """Wait until the server has had some requests from `child`."""
    patience = time.monotonic() + _PATIENCE
    while target.count() - before < _WARM:
        if not child.running() or time.monotonic() > patience:
            raise Failed(f"no load came from {child.exit_summary()}")
        time.sleep(0.02)


class _Mark(NamedTuple):
    """`cpu` and `delay` (ready, but without a core) in seconds of the tree, `requests` at the server."""

    cpu: float
    delay: float
    requests: int
    moment: float


def _mark(child, target):
    requests = target.count()
    moment = time.monotonic()
    pids = proc.tree([child.pid])
    stats = [proc.stat(pid) for pid in pids]
    delay = sum(thread.delay for pid in pids for thread in proc.threads(pid))
    return _Mark(sum(stat.cpu for stat in stats if stat), delay, requests, moment)
