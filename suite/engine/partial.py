"""A round that something ended early, measured by its own coordinator."""

from __future__ import annotations

import time
from dataclasses import replace

from suite.engine.deployment import Deployment
from suite.engine.merging import attempts, details, statuses
from suite.engine.worker_pool import last_words
from suite.engine.worker_request import WorkerReply
from suite.measure.news_file import News
from suite.measure.partial import last_moment, measured_until
from suite.measure.resources import Resources
from suite.measure.sampler import Sampler
from suite.records.run import Round

_TELLING_SECONDS = 2.0
"""How long those that live may take to tell what they counted."""
_UNSAMPLED = "nothing was sampled beside it"


def partial_round(deployed: Deployment, sampler: Sampler | None, start: int) -> Round | None:
    """What was measured of a round whose load began at `start` (ns), until a worker died, or until now;
    beside a `sampler` or without.

    See `measured_until`.
    """
    plan = deployed.plan
    now = time.monotonic_ns()
    cut = min([now, *_deaths(deployed)])
    told = zip(plan.news, last_words(deployed.workers, _TELLING_SECONDS), strict=True)
    reports = [report or _told(news.read()) for news, report in told]
    found = measured_until(
        cut,
        plan.held(deployed.index),
        plan.files,
        plan.marks,
        start,
        resources=sampler.resources(start, cut) if sampler else Resources.absent(_UNSAMPLED),
        attempts=attempts(reports),
    )
    pids = {name: tuple(roots()) for name, roots in deployed.groups().items()}
    return found and replace(found, statuses=statuses(reports), details=details(reports), pids=pids)


def _told(news: News) -> WorkerReply:
    """What a worker would have told that can't any more."""
    return WorkerReply("tell", details=news.details, statuses=news.statuses)


def _deaths(deployed: Deployment) -> list[int]:
    """When workers that are dead were last at work, in monotonic nanoseconds, those that ever were."""
    alive = [worker.child.running() for worker in deployed.workers]
    last = [last_moment(deployed.plan.files_of(index)) for index, lives in enumerate(alive) if not lives]
    return [moment for moment in last if moment]
