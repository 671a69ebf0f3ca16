"""What a round had recorded when something ended it early: a Round, but one to believe nothing of."""

from __future__ import annotations

import time
from dataclasses import replace

from suite.engine.deployment import Deployment
from suite.engine.measured_window import last_at_work, window_until
from suite.engine.merging import attempts, details, statuses
from suite.engine.worker_pool import last_words
from suite.measure.sampler import Sampler
from suite.measure.statistics import measure_round
from suite.records.reason import Reason
from suite.records.recording import Recording
from suite.records.run import Round, Validity

_TELLING_SECONDS = 2.0
"""How long those that live may take to tell what they counted."""


def partial_round(deployed: Deployment, sampler: Sampler, start: int) -> Round | None:
    """What was measured of a round whose load began at `start` (ns), until a worker died, or until now.

    None where it had not come to the measured part. Its failure is for the caller to name.
    """
    plan, workload = deployed.plan, deployed.workload
    cut = min([time.monotonic_ns(), *_deaths(deployed)])
    reports = last_words(deployed.workers, _TELLING_SECONDS)
    window = window_until(plan, workload.loop, start, cut)
    if window is None:
        return None
    plan.name_operations()
    recording = until(plan.recording(*window))
    result = measure_round(
        recording,
        loop=workload.loop,
        resources=sampler.resources(*window),
        limits=workload.good,
        attempts=attempts(reports),
        index=deployed.index,
    )
    return replace(
        result,
        statuses=statuses(reports),
        details=details(reports),
        validity=cut_short(recording),
        pids={name: tuple(roots()) for name, roots in deployed.groups().items()},
    )


def until(recording: Recording) -> Recording:
    """Without what was due after the end of the measured part."""
    return recording.where(recording.intended <= recording.end)


def cut_short(recording: Recording) -> Validity:
    """Of a round that ended early nothing can be believed; how much of it there is."""
    seconds = (recording.end - recording.begin) / 1e9
    counted = len(recording.loop_only().measured())
    return Validity("invalid", (Reason("cut_short", {"seconds": seconds, "operations": counted}),))


def _deaths(deployed: Deployment) -> list[int]:
    """When workers that are dead were last at work, in monotonic nanoseconds."""
    alive = [worker.child.running() for worker in deployed.workers]
    return [last_at_work(deployed.plan, index) for index, lives in enumerate(alive) if not lives]
