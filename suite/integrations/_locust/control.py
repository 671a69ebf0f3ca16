"""Locust's events and ours: what starts, steers and ends the engines of all workloads in one process."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import gevent
from gevent import subprocess
from locust.env import Environment
from locust.runners import Runner

from suite.integrations._locust.collection import Collection
from suite.integrations._locust.party import Party
from suite.integrations._locust.stand_ins import StandIn

LOG = logging.getLogger("loadledger")
_HERE = "here"
_SLACK = 0.1


class Control:
    """What happens to our workloads in a Locust that has the users and the load in one process."""

    environment: Environment

    def __init__(self, workloads: Sequence[Mapping[str, Any]]) -> None:
        self.parties = {one["name"]: Party(one, self._stats, self.fault) for one in workloads}
        self.collections: dict[str, Collection] = {}
        self.failures: dict[str, tuple[str, int]] = {}
        self._started = ""
        self._asked = self._ready = 0.0
        self._interrupted = False

    def listen(self, events: Any) -> None:
        """Hear what Locust tells."""
        events.init.add_listener(self._init)
        events.test_start.add_listener(self._test_start)
        events.test_stopping.add_listener(self._test_stopping)
        events.test_stop.add_listener(self._test_stop)
        events.quitting.add_listener(self._quitting)
        events.spawning_complete.add_listener(self._spawning_complete)
        events.reset_stats.add_listener(self._reset)

    def changed(self, workload: str, users: str, by: int) -> None:
        """There are more users of a class, or fewer."""
        self.parties[workload].changed(users, by)

    def fault(self, name: str, text: str, code: int) -> None:
        """A workload can't go on: say why, and stop."""
        for line in text.splitlines():
            LOG.error("%s: %s", name, line)
        self.failures[name] = (text, code)
        self.environment.process_exit_code = code
        gevent.spawn(self._stop)

    def _init(self, environment: Environment, **_: Any) -> None:
        self.environment = environment
        deaf = [
            f"{each.__module__}.{each.__qualname__}"
            for each in environment.events.request._handlers
            if not each.__module__.startswith("locust.")
        ]
        if deaf:
            LOG.warning("these hear of no request, for requests come in bulk: %s", ", ".join(deaf))

    def _test_start(self, **_: Any) -> None:
        self._started = datetime.now(UTC).isoformat(timespec="milliseconds")
        self.failures = {}
        self.collections = {}
        self._asked = time.monotonic()
        for name, without in self._chosen().items():
            self.collections[name] = Collection()
            self.parties[name].start(self.environment.host or None, without)
        for name in self.collections:
            self.parties[name].wait_ready()
        self._ready = time.monotonic()

    def _chosen(self) -> dict[str, list[str]]:
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

    def _test_stopping(self, **_: Any) -> None:
        """What a run time of Locust's lost to the start of the system is added."""
        limit = self._options.run_time
        if limit and time.monotonic() - self._asked >= limit - _SLACK and not self._interrupted:
            for name in self.collections:
                self.parties[name].wait_ready()
            while not self.failures and time.monotonic() - self._ready < limit:
                gevent.sleep(_SLACK)
        self.finish()

    def finish(self) -> None:
        """End all load, and take in what is told of it."""
        gevent.joinall([gevent.spawn(party.finish) for party in self.parties.values() if party.running])
        for name, collection in self.collections.items():
            collection.add(_HERE, self.parties[name].delta())

    def _test_stop(self, **_: Any) -> None:
        collections, self.collections = self.collections, {}
        for name, collection in collections.items():
            self._keep(name, collection.document())

    def _quitting(self, **_: Any) -> None:
        """Where nothing else has ended the test: Ctrl-C, SIGTERM."""
        self._interrupted = True
        if self.collections:
            self._runner.stop()

    def _spawning_complete(self, **_: Any) -> None:
        if self.environment.reset_stats:
            self._reset()

    def _reset(self, **_: Any) -> None:
        for name in self.collections:
            self.collections[name] = Collection()
            self.parties[name].begin()

    def _keep(self, name: str, document: Mapping[str, Any]) -> None:
        """Have the Run of a workload stored and shown. Its exit code is ours, where Locust has none."""
        options, runner = self._options, self._runner
        party = self.parties[name]
        plan = {"users": party.most_users, "workers": len(document["shares"])}
        if options.run_time:
            plan["seconds"] = options.run_time
        told = {
            **document,
            "target": party.described["target"],
            "host": self.environment.host,
            "plan": plan,
            "started": self._started,
            "failure": self.failures.get(name),
            "stderr": bool(options.json),
        }
        kept = subprocess.run(
            [sys.executable, "-P", "-m", "suite.integrations._locust.keep"],
            input=json.dumps(told).encode(),
            start_new_session=True,
            check=False,
        )
        failed = bool(runner.errors or runner.exceptions)
        if kept.returncode and (not failed or kept.returncode == 4):
            self.environment.process_exit_code = kept.returncode

    def _stop(self) -> None:
        if self._options.headless:
            self._runner.quit()
        else:
            self._runner.stop()

    @property
    def _runner(self) -> Runner:
        assert self.environment.runner is not None, "Locust has one when it says init"
        return self.environment.runner

    @property
    def _options(self) -> Any:
        return self.environment.parsed_options

    def _stats(self) -> Any:
        return self.environment.stats
