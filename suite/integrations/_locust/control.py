"""Locust's events and ours: what starts, steers and ends the load of all workloads in one process."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import gevent
from gevent import subprocess
from locust.env import Environment
from locust.runners import STATE_SPAWNING

from suite.foreign_text import clean
from suite.integrations._locust.collection import Collection
from suite.integrations._locust.message import LOG
from suite.integrations._locust.party import Party
from suite.integrations._locust.stand_ins import FRESH, StandIn

_SLACK = 0.1
_FAILED, _NOTHING_MEASURED, _SYSTEM_FAILED = 1, 3, 4
_HELD_EACH = 1.0
_HOLDER = str(Path(__file__).with_name("holder.py"))


class Control:
    """What Locust's roles have in common. What is `collected` of a test becomes a Run of each workload."""

    shared = False
    """Whether the load is made by several, of whom none has all that was recorded."""
    users_first = False
    """Whether users make the load themselves, and so must have ended before the system does."""

    def __init__(self, workloads: Sequence[Mapping[str, Any]], environment: Environment) -> None:
        self.environment = environment
        self.parties: dict[str, Any] = {one["name"]: self.party(one) for one in workloads}
        self.collections: dict[str, Collection] = {}
        self.failures: dict[str, tuple[str, int]] = {}
        self.interrupted = False
        self._most_users = 0
        self._plans_left = 0
        self._holders: dict[str, subprocess.Popen[bytes]] = {}
        self._ending: gevent.Greenlet | None = None
        self._testing = False
        self._started = ""
        self._asked = self._ready = 0.0

    def listen(self) -> None:
        """Hear what Locust tells from now on."""
        events: Any = self.environment.events
        events.test_start.add_listener(self._test_start)
        events.test_stopping.add_listener(self._test_stopping)
        events.test_stop.add_listener(self._test_stop)
        events.quitting.add_listener(self._quitting)
        events.spawning_complete.add_listener(self._spawning_complete)
        events.reset_stats.add_listener(self._reset)
        _end_well_on_hangup()
        atexit.register(self._exiting)
        self._say_what_is_left_out()

    def party(self, described: Mapping[str, Any]) -> Any:
        """Who runs a workload in this process."""
        return Party(described, self.environment, self.fault, self.over, self.spare)

    def has(self, name: Any) -> bool:
        """Whether there is a workload of this name."""
        return isinstance(name, str) and name in self.parties

    def over(self, at: float) -> None:
        """The plan of an open loop ends at a Unix time; so does the test, if no other goes on."""
        self._plans_left -= 1
        if self._plans_left == 0:
            gevent.spawn_later(max(at - time.time(), 0.0), self.stop)

    def plans_begin(self, count: int) -> None:
        """So many will tell that they are at their end."""
        self._plans_left = count

    def share_plans(self) -> None:
        """Users are there: open loops begin, or go on with others."""

    def found(self, url: str) -> None:
        """The system of a workload is at `url`."""

    def start(self) -> None:
        """Start what there is to start of the workloads in this test, and wait until it is ready."""
        raise NotImplementedError

    def starting(self) -> None:
        """Say what Locust would say a moment later: while a system starts its web UI would else think that
        there is no test, and its run time would end none.
        """
        self.runner.update_state(STATE_SPAWNING)

    def finish(self) -> None:
        """End all load, of all workloads side by side."""
        running = [party for party in self.parties.values() if party.running]
        gevent.joinall([gevent.spawn(party.finish) for party in running])

    @property
    def host(self) -> str | None:
        """Where Locust was told that the system is."""
        told = self.environment.host
        return None if told == FRESH else told or None

    @property
    def runner(self) -> Any:
        """Locust's."""
        return self.environment.runner

    @property
    def options(self) -> Any:
        """Locust's."""
        return self.environment.parsed_options

    def changed(self, workload: str, users: str, by: int) -> None:
        """There are more users of a class, or fewer."""
        self.parties[workload].changed(users, by)

    def fault(self, name: str, text: str, code: int) -> None:
        """A workload can't go on: say why, and stop."""
        for line in clean(text).splitlines():
            LOG.error("%s: %s", name, line)
        self.failures[name] = (text, code)
        self.environment.process_exit_code = code
        gevent.spawn(self.stop)

    def spare(self, name: str, text: str) -> None:
        """The system of a workload is somebody else's and fails: end the test, and keep what there is."""
        LOG.error("%s: %s", name, clean(text))
        self.environment.process_exit_code = _FAILED
        gevent.spawn(self.stop)

    def stop(self) -> None:
        """End the test, and where there is no web UI all of it."""
        if self.options.headless:
            self.runner.quit()
        else:
            self.runner.stop()

    def chosen(self) -> dict[str, list[str]]:
        """The workloads that have users in this test, and which operations tags leave out of each."""
        classes: dict[str, list[type[StandIn]]] = {}
        for one in self.environment.user_classes:
            if issubclass(one, StandIn):
                classes.setdefault(one.workload, []).append(one)
        chosen = {}
        for name, several in classes.items():
            left = frozenset().union(*(one.operations() for one in several))
            described = self.parties[name].described["users"]
            chosen[name] = sorted({one["name"] for users in described for one in users["operations"]} - left)
        return chosen

    def begin_test(self) -> None:
        """From now on there is something to conclude, and to tell to who holds it should we be killed."""
        self._testing, self._ending = True, None
        gevent.spawn(self._hold)

    def _hold(self) -> None:
        while self._testing:
            gevent.sleep(_HELD_EACH)
            if self._testing:
                self.gather()
            for name, collection in [*self.collections.items()] if self._testing else ():
                if collection.workers:
                    self._handed(name, self._known(name, collection))

    def gather(self) -> None:
        """Take in what there is until now."""

    def _handed(self, name: str, told: Mapping[str, Any]) -> subprocess.Popen[bytes]:
        """Have it kept if nothing more comes, by another process where the one that held it was killed."""
        line = json.dumps(told).encode() + b"\n"
        holder = self._holders.get(name)
        if holder is None or not _taken(holder, line):
            holder = self._holders[name] = subprocess.Popen(
                [sys.executable, "-I", "-S", _HOLDER], stdin=subprocess.PIPE, start_new_session=True
            )
            _taken(holder, line)  # where this one is killed too another takes the next line
        return holder

    def _test_start(self, **_: Any) -> None:
        self._started = datetime.now(UTC).isoformat(timespec="milliseconds")
        self.failures, self._most_users = {}, 0
        self.begin_test()
        self._asked, self._ready = time.monotonic(), float("inf")
        self.start()
        if not self._testing:  # it was ended meanwhile, and Locust would go on with what is no more
            raise gevent.GreenletExit
        self._ready = time.monotonic()

    def _test_stopping(self, **_: Any) -> None:
        """A run time of Locust's counts from its start: what went by before all was ready is added."""
        limit = self.options.run_time
        if limit and time.monotonic() - self._asked >= limit - _SLACK:
            while not (self.failures or self.interrupted) and time.monotonic() - self._ready < limit:
                gevent.sleep(_SLACK)
        self._count_users()
        if not self.users_first:
            self.conclude()

    def _test_stop(self, **_: Any) -> None:
        self.conclude()

    def _quitting(self, **_: Any) -> None:
        """Where nothing else has ended the test: Ctrl-C, SIGTERM."""
        self.interrupted = True
        self._count_users()
        if self.users_first and self._testing:
            self.runner.stop()
        self.conclude()

    def _exiting(self) -> None:
        """After a sys.exit() of a locustfile, which Locust tells nobody; others may break in with theirs."""
        while self._testing or not (self._ending is None or self._ending.ready()):
            with contextlib.suppress(SystemExit):
                self.conclude()

    def conclude(self) -> None:
        """End the test for us, once; whoever asks waits for it. Locust may kill those who wait."""
        if self._testing:
            self._testing = False
            self._ending = gevent.spawn(self.end)
        if self._ending is not None and self._ending is not gevent.getcurrent():
            self._ending.join()

    def end(self) -> None:
        """End all load, and keep what was measured."""
        self.finish()
        collections, self.collections = self.collections, {}
        for name, collection in collections.items():
            if collection.workers or name in self.failures:
                self._keep(name, collection)
                continue
            LOG.warning("%s: ended before anything was measured", name)
            if self.options.headless:  # else it is one test of several
                self.environment.process_exit_code = _NOTHING_MEASURED

    def _say_what_is_left_out(self) -> None:
        for name, party in self.parties.items():
            told = party.described
            left_out = [*told["unseen"]]
            if self.shared or told["open"]:
                left_out += [*told["checks"], *told["metrics"]]
            if left_out and not self.options.worker:
                LOG.warning("%s: left out under Locust: %s", name, ", ".join(left_out))

    def _count_users(self) -> None:
        self._most_users = max(self._most_users, self.runner.user_count)

    def _spawning_complete(self, **_: Any) -> None:
        self._count_users()
        if self.environment.reset_stats:
            self._reset()
        self.share_plans()

    def _reset(self, **_: Any) -> None:
        """What was measured until now is forgotten."""
        for name, collection in self.collections.items():
            self.collections[name] = collection.emptied()
        for party in self.parties.values():
            party.begin()

    def _keep(self, name: str, collection: Collection) -> None:
        """Have the Run of a workload stored and shown. Its exit code is ours, where Locust has none."""
        holder = self._handed(name, {**self._known(name, collection), "ended": True})
        del self._holders[name]
        holder.communicate()
        failed = bool(self.runner.errors or self.runner.exceptions)
        if holder.returncode and (not failed or holder.returncode == _SYSTEM_FAILED):
            self.environment.process_exit_code = holder.returncode

    def _known(self, name: str, collection: Collection) -> dict[str, Any]:
        """All that there is to tell of a workload."""
        plan: dict[str, Any] = {"users": self._most_users, "workers": collection.workers}
        if self.options.run_time:
            plan["seconds"] = self.options.run_time
        return {
            **collection.document(),
            "name": name,
            "target": self.parties[name].described["target"],
            "locustfile": self.parties[name].described.get("locustfile", False),
            "host": self.host,
            "plan": plan,
            "started": self._started,
            "failure": self.failures.get(name),
            "stderr": bool(self.options.json),
            "ended": False,
        }


def _taken(holder: subprocess.Popen[bytes], line: bytes) -> bool:
    """Whether it has taken a line: one that was killed takes none."""
    assert holder.stdin is not None
    try:
        holder.stdin.write(line)
        holder.stdin.flush()
    except BrokenPipeError:
        return False
    return True


def _end_well_on_hangup() -> None:
    """A terminal that goes away would end Locust at once, and what was measured with it; SIGTERM does not."""
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        gevent.signal_handler(signal.SIGHUP, os.kill, os.getpid(), signal.SIGTERM)
