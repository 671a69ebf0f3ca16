"""`python -m suite.integrations._locust.engine`: a live round, steered and read by Locust's process.

Orders come as JSON lines, the first says what to run; reports go out as JSON lines. When the orders end the
round ends, and with it all that it started.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, TextIO

import numpy as np

from suite.contract.loop import OpenLoop
from suite.contract.remote import elsewhere
from suite.engine import pacer
from suite.engine.live_measurement import LiveMeasurement
from suite.engine.live_round import LiveRound, live_round
from suite.engine.plan_share import PlanShare
from suite.engine.workload_spec import WorkloadSpec
from suite.errors import ConfigurationError, Interrupted, SuiteError
from suite.formats.structure import dump
from suite.integrations._locust.selected import selected
from suite.measure.failing_target import FailingTarget
from suite.measure.tally import Tally
from suite.process.background import Background
from suite.process.ending import ending
from suite.process.guard import interruptible
from suite.records.reason import Reason
from suite.report.reasons import words

_TAKE_SECONDS = 0.5
_AHEAD = 1_000_000_000
"""ns before its time that a start is handed to the load's process."""
_AGAIN_SECONDS = 1.0
"""How long a user that the system would not have waits before it tries again."""


class Orders:
    """Lines of JSON from a file, read by a thread. Their end is this process's SIGTERM."""

    def __init__(self, source: TextIO) -> None:
        self._source = source
        self._queue: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        Background(self._read)

    def next(self, seconds: float | None = None) -> dict[str, Any]:
        """The next order; an empty one if none comes within `seconds`."""
        try:
            return self._queue.get(timeout=None if seconds is None else max(seconds, 0.0))
        except queue.Empty:
            return {}

    def _read(self) -> None:
        try:
            for line in self._source:
                self._queue.put(json.loads(line))
        finally:
            os.kill(os.getpid(), signal.SIGTERM)


class Reports:
    """Lines of JSON to a file descriptor of their own."""

    def __init__(self, descriptor: int) -> None:
        self._file = os.fdopen(descriptor, "w")

    def tell(self, kind: str, **figures: Any) -> None:
        """One report."""
        self._file.write(json.dumps({"report": kind, **figures}, separators=(",", ":")) + "\n")
        self._file.flush()


def main() -> None:
    """Run what the first order says, until told to stop."""
    reports = Reports(os.dup(1))
    os.dup2(2, 1)  # what load files print is no report
    try:
        with interruptible():
            orders = Orders(sys.stdin)
            _run(orders.next(), orders, reports)
    except Interrupted:
        pass
    except SuiteError as error:
        reports.tell("fault", text=str(error), exit_code=error.exit_code)


def _run(what: Mapping[str, Any], orders: Orders, reports: Reports) -> None:
    if what.get("cores"):
        os.sched_setaffinity(0, what["cores"])
    ((found, settings),) = selected([what["target"]], what.get("host"))
    settings = settings.merged(
        rounds=1, skipped_operations=settings.skipped_operations | frozenset(what.get("without", ()))
    )
    prepared = what.get("prepared")
    with live_round(WorkloadSpec(found.reference, settings), prepared=prepared) as running:
        if prepared is not None:  # somebody else has the system, and gives out numbers
            running.plan.numbering.exhaust()
        address = running.workload.system.address
        reports.tell("ready", url=address.url, prepared=_plain(running))
        _Steering(running, orders, reports, shared=bool(what.get("shared"))).run()


def _plain(running: LiveRound) -> list[Any]:
    """What `prepare` returned, as it can be told to others; nothing if there is none."""
    if running.workload.prepare is None:
        return []
    try:
        return list(json.loads(json.dumps([running.prepared])))
    except (TypeError, ValueError):
        raise ConfigurationError(
            f"{running.workload.name}: what prepare returns reaches users on other machines as JSON, and "
            f"{type(running.prepared).__name__} can't be written so"
        ) from None


class _Steering:
    """Between orders and reports: users come and go, rows are taken every half second."""

    def __init__(self, running: LiveRound, orders: Orders, reports: Reports, *, shared: bool) -> None:
        self._running = running
        self._orders = orders
        self._reports = reports
        self._measurement = LiveMeasurement(running, shared=shared)
        self._wanted: Sequence[int] = ()
        self._begun = False
        self._again = 0.0
        self._news = 0
        self._plan: PlanShare | None = None
        self._begin_at = self._started = 0
        self._told_over = False
        self._length = 0
        away = running.spec.settings.target is not None and elsewhere(running.workload.system) is not None
        self._target = FailingTarget() if away else None
        self._stopped: Reason | None = None

    def run(self) -> None:
        """Until an order says stop."""
        due = time.monotonic() + _TAKE_SECONDS
        while True:
            order = self._orders.next(self._next(due) - time.monotonic())
            match order.get("order"):
                case "users":
                    self._resize(order["users"])
                case "numbers":
                    for first, count in order["ranges"]:
                        for number in range(first + count - 1, first - 1, -1):
                            self._running.plan.numbering.give_back(number)
                case "plan":
                    self._share(order)
                case "begin":
                    self._take()
                    self._measurement.begin()
                case "stop":
                    break
            if self._begin_at and time.monotonic_ns() >= self._begin_at:
                self._begin_at = 0
                self._measurement.begin()
            if time.monotonic() >= due:
                due += _TAKE_SECONDS
                self._take()
                self._schedule()
                self._retry()
        tally, share = self._measurement.finish()
        share = replace(share, stopped=self._stopped)
        self._reports.tell("end", tally=tally.pack(), share=dump(share), **self._times())

    def _times(self) -> dict[str, float]:
        """How long what is measured has gone on, until which Unix time: a plan's end is the last."""
        begin, end = self._measurement.window
        if self._plan is not None:
            begin, end = self._started, max(min(end, self._started + self._length), self._started)
        return {"seconds": (end - begin) / 1e9, "at": time.time() - (time.monotonic_ns() - end) / 1e9}

    def _next(self, due: float) -> float:
        """When there is something to do."""
        return min(due, self._begin_at / 1e9) if self._begin_at else due

    def _share(self, order: Mapping[str, Any]) -> None:
        """The plan that began at `start` is shared so from `since` on, both Unix time."""
        loop = self._running.workload.loop
        if not isinstance(loop, OpenLoop):
            return
        if self._plan is None:
            start = self._begin_at = time.monotonic_ns() + round((order["start"] - time.time()) * 1e9)
            if order["seconds"] and not loop.stages:
                loop = replace(loop, seconds=order["seconds"])
            whole = pacer.plan(replace(loop, warmup=0.0), self._running.spec.settings.seed)
            self._plan = PlanShare(start + np.round(whole * 1e9).astype(np.int64))
            self._started = start
            self._length = round(loop.seconds * 1e9)
        # Told as times of one clock: all that share the plan have it changed at the same start.
        since = self._started + round((order["since"] - order["start"]) * 1e9)
        self._plan.share(since, order["members"], order["mine"])
        self._schedule()

    def _schedule(self) -> None:
        """Hand on what is due soon: who shares the plan may have changed for what is later."""
        if self._plan is None:
            return
        if len(starts := self._plan.due(time.monotonic_ns() + _AHEAD)):
            self._running.schedule(starts)
        if self._plan.over and not self._told_over:
            self._told_over = True
            ends = self._started + self._length
            self._reports.tell("over", at=time.time() + (ends - time.monotonic_ns()) / 1e9)

    def _resize(self, users: Sequence[int]) -> None:
        if not self._begun and any(users) and self._plan is None:
            self._begun = True
            self._measurement.begin()
        self._wanted = users
        self._running.resize(*users)

    def _take(self) -> None:
        tally = self._measurement.take()
        if tally.started or tally.beside:
            self._reports.tell(
                "tally",
                tally=tally.pack(),
                **self._times(),
                users=self._running.connected,
            )
            self._ask(tally)
        self._spare(tally)
        if details := self._measurement.news():
            count = sum(detail.count for detail in details)
            if count != self._news:
                self._news = count
                self._reports.tell("details", details=[asdict(detail) for detail in details])

    def _spare(self, tally: Tally) -> None:
        """Somebody else's system is left alone when it fails."""
        if self._target is not None and self._stopped is None:
            self._stopped = self._target.tallied(time.monotonic_ns(), tally)
            if self._stopped is not None:
                self._reports.tell("failing", text=words(self._stopped))

    def _ask(self, tally: Tally) -> None:
        """What went wrong is told by workers, not by rows."""
        if any(
            one.outcomes.keys() - {"ok"} for part in (tally.started, tally.beside) for one in part.values()
        ):
            self._running.ask_for_news()

    def _retry(self) -> None:
        """Users that could not connect try again."""
        running, missing = self._running, sum(self._wanted) - self._running.connected
        if running.changing or missing <= 0:
            self._again = time.monotonic() + _AGAIN_SECONDS
        elif time.monotonic() >= self._again:
            running.resize(*self._wanted)


if __name__ == "__main__":
    with ending():
        main()
