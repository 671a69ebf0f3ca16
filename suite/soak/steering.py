"""Load that goes on until it is told to stop: users and starts of a live round."""

from __future__ import annotations

import time
from typing import Protocol

import numpy as np

from suite.contract.loop import OpenLoop
from suite.engine.live_round import LiveRound
from suite.engine.loop_share import first_users
from suite.records.recording import Times
from suite.soak.arrivals import pieces

_AHEAD = 1_000_000_000
"""ns before its time that a start is told."""
_LEAD = 100_000_000
_MOST_USERS = 10_000
_AGAIN_SECONDS = 1.0
"""How long users that the system would not have wait before they try again."""
_CALM_SECONDS = 10.0
"""After so long users that nobody needed go again: what they hold of the system would look like a leak."""
_NONE: Times = np.zeros(0, np.int64)


class Steering(Protocol):
    """Called a few times a second; `ended` are operations that have ended since the last time."""

    def tick(self, ended: int) -> None: ...


def steering(running: LiveRound) -> Steering:
    """Have the workload's users come, and work from now on."""
    loop = running.workload.loop
    if isinstance(loop, OpenLoop):
        return _Planned(running, loop)
    return _Users(running, loop.users)


class _Users:
    """So many users at any time: those that are turned away try again."""

    def __init__(self, running: LiveRound, users: int) -> None:
        self._running = running
        self._wanted = users
        self._again = 0.0
        self.want(users)

    def want(self, users: int) -> None:
        self._wanted = users
        self._running.resize(users)
        self._again = time.monotonic() + _AGAIN_SECONDS

    def tick(self, ended: int) -> None:  # noqa: ARG002 - who works by himself needs no plan
        running = self._running
        if running.connected >= self._wanted or running.changing:
            self._again = time.monotonic() + _AGAIN_SECONDS
        elif time.monotonic() >= self._again:
            self.want(self._wanted)


class _Planned:
    """Starts at their times, and users as they are needed unless the loop says how many there are."""

    def __init__(self, running: LiveRound, loop: OpenLoop) -> None:
        self._running = running
        workload, settings = running.workload, running.spec.settings
        self._most = loop.users or min(workload.most_users() or _MOST_USERS, _MOST_USERS)
        least = len(workload.shares()) * settings.workers
        self._wanted = self._fewest = loop.users or min(first_users(loop, least), self._most)
        self._users = _Users(running, self._wanted)
        self._pieces = pieces(loop, settings.seed)
        self._planned, self._told = _NONE, _NONE
        self._until = time.monotonic_ns() + _LEAD
        self._open = self._needed = 0
        self._calm = time.monotonic() + _CALM_SECONDS
        self.tick(0)

    def tick(self, ended: int) -> None:
        now = time.monotonic_ns()
        while self._until < now + _AHEAD:
            seconds, starts = next(self._pieces)
            self._planned = np.append(self._planned, self._until + np.round(starts * 1e9).astype(np.int64))
            self._until += round(seconds * 1e9)
        soon = int(np.searchsorted(self._planned, now + _AHEAD))
        if soon:
            self._running.schedule(self._planned[:soon])
            self._told = np.append(self._told, self._planned[:soon])
            self._planned = self._planned[soon:]
        due = int(np.searchsorted(self._told, now))
        self._told = self._told[due:]
        self._open += due - ended
        self._needed = max(self._needed, self._open)
        if self._open >= self._wanted < self._most:
            self._want(2 * self._open)
        elif time.monotonic() >= self._calm:
            self._want(min(2 * self._needed, self._wanted))
        else:
            self._users.tick(ended)

    def _want(self, users: int) -> None:
        self._calm, self._needed = time.monotonic() + _CALM_SECONDS, self._open
        wanted = min(max(users, self._fewest), self._most)
        if wanted != self._wanted:
            self._wanted = wanted
            self._users.want(wanted)
