"""What a live round comes to: rows counted as they end, and at the end whether they can be believed."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace

from suite.contract.loop import OpenLoop, resized
from suite.engine.clock import now
from suite.engine.examining import examined
from suite.engine.live_round import LiveRound
from suite.engine.merging import attempts, details, statuses
from suite.engine.outputs import OutputWatch
from suite.engine.round_doubts import doubted
from suite.engine.unawaited import unawaited
from suite.measure.column_recording import ColumnRecording
from suite.measure.evidence import gather
from suite.measure.garbage import Garbage, between
from suite.measure.joined import joined
from suite.measure.limiter import limiter
from suite.measure.observed import Observed
from suite.measure.reconciling import requests_sent
from suite.measure.resources import Resources
from suite.measure.series import series
from suite.measure.sheet import Sheet
from suite.measure.tally import Tally
from suite.measure.validity import judge
from suite.records.detail import Detail
from suite.records.evidence import Evidence
from suite.records.reason import Reason
from suite.records.recording import Recording
from suite.records.run import CheckResult, Round, Validity, ValidityVerdict, worst

_WINDOW_ROWS = 2_000_000
"""Rows kept until they are judged, some 70 MB."""
_MOST_PARTS = 1_000
"""As a part is small where little happens, many become one."""


class LiveMeasurement:
    """Takes rows of a live round and measures them; what is measured begins with `begin`.

    The rows are kept until they are judged, at the end or in windows of some millions. Where the load is
    `shared` with others no check can look at it.
    """

    def __init__(self, running: LiveRound, *, shared: bool = False) -> None:
        self._running = running
        self._shared = shared
        self._workload = running.workload
        self._planned = isinstance(self._workload.loop, OpenLoop)
        self._watch = OutputWatch(running.logs, getattr(running.workload.system, "env", {}))
        self._parts: list[Recording] = []
        self._rows = 0
        self._windows: list[tuple[Validity, Evidence, Reason | None]] = []
        self._series: list[Mapping[str, tuple[float | None, ...]]] = []
        self._said = Observed()
        self._user_ns = 0
        self._seen_at = 0
        self.begin()

    def begin(self) -> None:
        """What is measured begins now: what came before is as if it had not been."""
        running = self._running
        pids = running.processes()
        self._collected = running.agents.collections(pids)
        running.agents.forget_longest(pids)
        running.sampler.tick(look=True)
        self._parts, self._rows, self._windows, self._series = [], 0, [], []
        self._begin = self._since = self._seen_at = now()
        self._user_ns = 0

    def take(self) -> Tally:
        """What has ended since the last time."""
        self._watch.tick()
        return self._account(self._running.take())

    def judged(self) -> Validity:
        """Whether what was taken can be believed; it is forgotten, and what comes is measured anew."""
        self._judge(self._seen_at)
        validity = self._validity()
        self.begin()
        self._running.sampler.forget(self._begin)
        return validity

    def finish(self) -> tuple[Tally, Round]:
        """End the load: what is left of it, and this party's share of the round, its times and counts apart.

        Raises SystemFailed and WorkerFailed.
        """
        running = self._running
        pids = {name: tuple(roots()) for name, roots in running.groups().items()}
        rest = running.stop()
        tally = self._account(rest)
        end = rest.end
        if running.observer is not None:
            # What others send to the same system nobody here can tell.
            sent = None if self._shared else requests_sent(statuses(running.reports), None)
            self._said = running.observer.measured(self._begin, end, sent)
        self._judge(end)
        checks: tuple[CheckResult, ...] = ()
        unmade: Sequence[Reason] = ()
        own: Mapping[str, float | None] = {}
        if running.whole and not self._shared:
            answer = examined(running, self._begin, end)
            checks, own, unmade = answer.checks, answer.metrics, answer.unmade
            parts = answer.stamped.parts(running.plan.stamped)
            collected = ColumnRecording(answer.stamped.names, parts, self._begin, end)
            tally = Tally.merged([tally, Tally.of(collected)])
        running.restore()
        checks = (*checks, *running.left_behind())
        resources = running.sampler.resources(self._begin, end)
        told = details(running.reports)
        failed = [detail.first for detail in told if detail.outcome != "rejected"]
        return tally, replace(
            self._resources(replace(resources, garbage=self._garbage()), own),
            checks=checks,
            statuses=statuses(running.ends),
            details=told,
            series=self._joined_series(),
            validity=doubted(self._validity(), [], unmade),
            pids=pids,
            evidence=self._windows[-1][1],
            limiter=self._windows[-1][2],
            outputs=self._watch.kept(running.began, min(failed)) if failed else (),
            observed=tuple(self._said.observations),
        )

    def news(self) -> Sequence[Detail]:
        """What went wrong until now, as the workers last told."""
        return details(self._running.reports)

    @property
    def window(self) -> tuple[int, int]:
        """When what is measured began, and when it was looked at last, in monotonic ns."""
        return self._begin, self._seen_at

    def _account(self, taken: Recording) -> Tally:
        self._user_ns += self._running.connected * (taken.end - self._seen_at)
        self._seen_at = taken.end
        self._parts.append(taken)
        self._rows += len(taken)
        if len(self._parts) > _MOST_PARTS:
            self._parts = [joined(self._parts, self._running.plan.names, self._since, taken.end)]
        if self._rows >= _WINDOW_ROWS:
            self._judge(taken.end)
        return Tally.of(taken, planned=self._planned)

    def _judge(self, end: int) -> None:
        """Judge what has been taken since the last time, and forget it."""
        running, workload = self._running, self._workload
        users = self._user_ns / max(end - self._since, 1)
        loop = workload.loop
        if not self._planned:
            loop = resized(loop, users=max(round(users), 1))
        recording = joined(self._parts, running.plan.names, self._since, end)
        resources = running.sampler.resources(self._since, end)
        evidence = gather(
            recording,
            resources,
            loop=loop,
            cores=len(running.cores.system or os.sched_getaffinity(0)),
            thresholds=workload.thresholds,
            thinks=workload.think_times(),
            users=None if self._planned else users,
            lags=[report.lag for report in running.ends if report.lag is not None],
        )
        validity = judge(
            recording,
            evidence,
            loop=loop,
            component=running.component,
            cores_apart=running.cores.apart or running.component,
            worker_deaths=0,
        )
        held = limiter(
            evidence,
            loop=loop,
            component=running.component,
            remote=not workload.system.address.on_loopback,
            own=self._said.metrics,
        )
        self._windows.append((validity, evidence, held))
        columns = series(recording, replace(resources, garbage=self._garbage()))
        self._series.append(_from(columns, (self._since - self._begin) / 1e9))
        self._parts, self._rows, self._since, self._user_ns = [], 0, end, 0

    def _garbage(self) -> Garbage | None:
        """What the system's collector did since what is measured began, and its longest pauses."""
        agents, pids = self._running.agents, self._running.processes()
        found = between(self._collected, agents.collections(pids))
        return found and replace(found, pauses=tuple(agents.pauses(pids)))

    def _validity(self) -> Validity:
        """The worst verdict of all windows, and of each kind of reason the first."""
        found: dict[str, Reason] = {}
        for reason in (reason for validity, _, _ in self._windows for reason in validity.reasons):
            found.setdefault(reason.kind, reason)
        if refused := self._running.refused:
            users = refused + sum(report.connected for report in self._running.ends)
            found["unconnected_users"] = Reason("unconnected_users", {"refused": refused, "users": users})
        if made := self._workload.faults:
            found["faults_left_out"] = Reason("faults_left_out", {"faults": len(made)})
        said = self._said
        faults = [*said.faults, *self._running.room.faults(self.news()), *unawaited(self._running.ends)]
        doubts = [*said.doubts, *self._watch.loud(self._begin, self._seen_at)]
        found |= {reason.kind: reason for reason in (*doubts, *faults)}
        verdicts: list[ValidityVerdict] = [validity.verdict for validity, _, _ in self._windows]
        verdicts += ["invalid"] if faults else []
        verdict = worst(verdicts)
        return Validity("doubtful" if verdict == "valid" and found else verdict, tuple(found.values()))

    def _resources(self, resources: Resources, own: Mapping[str, float | None]) -> Round:
        """What this party alone knows in figures: `own` are the workload's own metrics."""
        running = self._running
        sheet = Sheet()
        sheet.use(resources, running.plan.used())
        sheet.garbage(resources.garbage)
        sheet.retries(attempts(running.ends))
        said = self._said
        metrics = {**sheet.metrics, **running.figures(), **own, **said.metrics}
        return Round(
            0, metrics, frozenset(sheet.at_least | said.at_least), {**sheet.notes, **said.notes}, sheet.sums
        )

    def _joined_series(self) -> Mapping[str, tuple[float | None, ...]]:
        found = [one for one in self._series if one]
        names = [name for name in next(iter(found), ()) if all(name in one for one in found)]
        return {name: tuple(value for one in found for value in one[name]) for name in names}


def _from(
    columns: Mapping[str, tuple[float | None, ...]], begin: float
) -> Mapping[str, tuple[float | None, ...]]:
    """Series of a window that begins `begin` seconds after the first: buckets before it have nothing new."""
    if not begin or not columns:
        return columns
    first = next(
        index for index, second in enumerate(columns["second"]) if second is not None and second >= 0
    )
    later = {name: values[first:] for name, values in columns.items()}
    return {**later, "second": tuple((second or 0.0) + begin for second in later["second"])}
