"""One round: a fresh system and fresh workers, from the first process to the last one swept up."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from suite.engine.deployment import Deployment
from suite.engine.examining import examined
from suite.engine.measured_window import employed, measured_window
from suite.engine.merging import attempts, details, moments, statuses
from suite.engine.outputs import OutputWatch
from suite.engine.partial import partial_round
from suite.engine.progress import Progress
from suite.engine.round_doubts import doubted, left_undone, users_doubts
from suite.engine.round_load import RoundLoad
from suite.engine.slow_operations import slow_operations
from suite.engine.stop_rules import StopRules
from suite.engine.unawaited import unawaited
from suite.engine.workload_spec import WorkloadSpec
from suite.errors import Interrupted, SuiteError, SystemFailed, WorkerFailed
from suite.measure.evidence import gather
from suite.measure.fault_doubts import missed
from suite.measure.limiter import limiter
from suite.measure.observed import Observed
from suite.measure.reconciling import requests_sent
from suite.measure.recovery import with_impact
from suite.measure.sampler import Sampler
from suite.measure.statistics import measure_round
from suite.measure.validity import judge
from suite.process.redaction import excerpt
from suite.records.incident import Incident
from suite.records.keeper import Keeper
from suite.records.party_output import PartyOutput
from suite.records.reason import Reason
from suite.records.recording import Recording
from suite.records.run import Failure, Round, Validity

_MOST_TOLD = 60_000
"""Characters of what ended a round: its last words of output too."""


class RoundInterrupted(Interrupted):
    """A signal ended a round; `round` is what it had recorded until then."""

    def __init__(self, signal_number: int, partial: Round) -> None:
        super().__init__(signal_number)
        self.round = partial


def run_round(
    spec: WorkloadSpec,
    index: int,
    progress: Progress,
    look: Callable[[Recording], None] | None = None,
    *,
    noted: Sequence[Incident] = (),
    keeper: Keeper | None = None,
    stopping: StopRules | None = None,
) -> Round:
    """Run round `index`. A system or worker that fails makes a Round with a `failure`, and with what was
    measured until then.

    `look` gets the raw recording of a round that went well, before it is gone. What is `noted` of its load is
    measured as faults are, which are made beside it. `keeper` is told its plan before the load begins. The
    load ends early as `stopping` says. Raises
    ConfigurationError and Interrupted (RoundInterrupted of one that had measured something); either way
    nothing of the round is left.
    """
    deployed: _Round | None = None
    try:
        with contextlib.ExitStack() as stack:
            deployed = _Round(spec, index, progress, stack, faulty=True)
            deployed.keeper = keeper
            deployed.stopping = stopping or StopRules()
            return deployed.run(look, noted)
    except SystemFailed as error:
        return _ended(index, deployed, Failure("system", _told(error, deployed)))
    except WorkerFailed as error:
        died = Reason("worker_died", {"workers": 1})
        return _ended(index, deployed, Failure("worker", _told(error, deployed)), died)
    except Interrupted as error:
        if deployed is None or deployed.so_far is None:
            raise
        number, why = error.exit_code - 128, Failure("interrupted", _told(error, deployed))
        raise RoundInterrupted(number, _ended(index, deployed, why)) from error


class _Round(Deployment):
    keeper: Keeper | None = None
    stopping: StopRules
    outputs: tuple[PartyOutput, ...] = ()
    so_far: Round | None = None
    """What was measured until something ended it."""
    _sampler: Sampler
    _load: RoundLoad | None = None

    def run(self, look: Callable[[Recording], None] | None, noted: Sequence[Incident]) -> Round:
        self._watch = OutputWatch(self.logs, getattr(self.workload.system, "env", {}))
        try:
            return self._run(look, noted)
        except (SystemFailed, WorkerFailed, Interrupted):
            self.outputs = self._watch.kept()
            if self._load is not None and self._load.began:
                self.so_far = partial_round(self, self._sampler, self._load.began)
            raise

    def _run(self, look: Callable[[Recording], None] | None, noted: Sequence[Incident]) -> Round:
        self.start_observed()
        self._sampler = sampler = Sampler(self.groups())
        self._idle(sampler)
        connected = self.connect()
        self.phase("running")
        self._load = load = RoundLoad(self, sampler, self._watch, self.stopping)
        reports = load.run(self.keeper)
        self.phase("draining")
        closed = self.close()
        time.sleep(0.025)  # lets a server notice that its clients are gone
        begin, end = measured_window(self.plan, self.workload.loop, load.began)
        if load.stopped is not None:
            end = max(min(end, load.stopped_at), begin + 1)
        if self.observer is not None:
            self.observer.finish()
        self.plan.name_operations()
        pids = {name: tuple(roots()) for name, roots in self.groups().items()}
        pids["workers"] = tuple(worker.child.pid for worker in self.workers)
        for group in self.groups():
            sampler.quiet(group)
        resources = replace(sampler.resources(begin, end), garbage=load.garbage)
        figures = self.figures()
        self.phase("checking")
        answer = examined(self, begin, end)
        self.phase("stopping")
        self.restore()
        recording = self.plan.recording(begin, end)
        if load.stopped is not None:  # what was planned for later is nobody's fault
            recording = recording.only(lambda rows: rows.intended <= load.stopped_at)
        recording = recording.beside(answer.stamped.names, answer.stamped.parts(self.plan.stamped))
        if look is not None:
            look(recording)
        sent = requests_sent(statuses(closed), recording)
        said = self.observer.measured(begin, end, sent) if self.observer else Observed()
        result = measure_round(
            recording,
            loop=self.workload.loop,
            resources=resources,
            own={**answer.metrics, **figures, **said.metrics},
            limits=self.workload.good,
            collected=answer.stamped.collected,
            attempts=attempts(reports),
            index=self.index,
        )
        incidents = (*self.timeline.incidents(begin), *noted)
        noted_moments = moments(reports, self.plan.moments, retried=self.workload.retry is not None)
        result = with_impact(result, recording, incidents, noted_moments)
        evidence = gather(
            recording,
            resources,
            loop=self.workload.loop,
            cores=len(self.cores.system or os.sched_getaffinity(0)),
            metrics=result.metrics,
            thresholds=self.workload.thresholds,
            thinks=self.workload.think_times(),
            users=employed(self.workload.loop, [at for report in reports for at in report.ended], begin, end),
            lags=[report.lag for report in reports if report.lag is not None],
        )
        told, checks = details(closed), (*answer.checks, *self.left_behind())
        failed = [detail.first for detail in told if detail.outcome != "rejected"]
        if failed or not all(check.passed for check in checks):
            self.outputs = self._watch.kept(load.began, min(failed, default=None))
        validity = judge(
            recording,
            evidence,
            loop=self.workload.loop,
            component=self.component,
            cores_apart=self.cores.apart or self.component,
            worker_deaths=0,
            faulty=bool(incidents),
        )
        return replace(
            result,
            notes={**result.notes, **said.notes},
            at_least=result.at_least | said.at_least,
            observed=tuple(said.observations),
            statuses=statuses(reports),
            details=told,
            checks=checks,
            outputs=self.outputs,
            validity=doubted(
                validity,
                [
                    *users_doubts(connected, reports),
                    *missed(incidents),
                    *said.doubts,
                    *self._watch.loud(begin, end),
                ],
                [
                    *unawaited(reports),
                    *([] if load.stopped else left_undone(self.workload.loop, self.plan)),
                    *said.faults,
                    *self.room.faults(told),
                    *answer.unmade,
                ],
            ),
            pids=pids,
            evidence=evidence,
            stopped=load.stopped,
            slowest=slow_operations(self, sampler, resources, reports, incidents, begin, end),
            limiter=limiter(
                evidence,
                loop=self.workload.loop,
                component=self.component,
                remote=not self.workload.system.address.on_loopback,
                own=result.metrics,
            ),
        )

    def _idle(self, sampler: Sampler) -> None:
        for group in self.groups():
            sampler.quiet(group)
            sampler.reset_peak(group)


def _ended(index: int, deployed: _Round | None, failure: Failure, *reasons: Reason) -> Round:
    """A round that `failure` ended, for these `reasons`, with what it had measured."""
    partial = (deployed.so_far if deployed else None) or Round(index)
    known = (*reasons, *partial.validity.reasons)
    validity = Validity("invalid", known) if known else partial.validity
    outputs = deployed.outputs if deployed else ()
    return replace(partial, failure=failure, outputs=outputs, validity=validity)


def _told(error: SuiteError, deployed: _Round | None) -> str:
    """What ended the round, and what it could not undo."""
    left = deployed.left_behind() if deployed else []
    return excerpt("\n".join([str(error), *(check.detail for check in left)]), _MOST_TOLD)
