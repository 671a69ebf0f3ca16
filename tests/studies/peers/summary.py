"""Trials of all rounds, summed up: medians with their spread, and ratios to ours."""

import statistics
from dataclasses import dataclass

OURS = "user"
GOALS = (
    ("raw", "wrk", 1.0, "raw costs at most {goal:g} × wrk"),
    ("user", "wrk", 1.6, "a User's operation costs at most {goal:g} × wrk"),
    ("raw", "fast", 1 / 10, "raw is at least {factor:g} × cheaper than FastHttpUser"),
    ("user", "fast", 1 / 6, "a User's operation is at least {factor:g} × cheaper than FastHttpUser"),
)


@dataclass(frozen=True)
class Row:
    """One generator over all rounds: medians, `spread` is lowest and highest CPU per request.

    `ratio` is the median over rounds of its CPU over ours: what shares a round shares its neighbours.
    """

    name: str
    label: str
    cpu: float
    spread: tuple[float, float]
    rate: float
    p50: float
    p99: float
    ratio: float | None
    waited: float
    failures: int


def rows(labels, rounds):
    """A Row per generator that was in any of `rounds`, which map names to Trials; cheapest first."""
    return sorted(
        (_row(name, label, rounds) for name, label in labels.items() if any(name in each for each in rounds)),
        key=lambda row: row.cpu,
    )


def _row(name, label, rounds):
    trials = [each[name] for each in rounds if name in each]
    costs = [trial.cpu for trial in trials]
    return Row(
        name,
        label,
        statistics.median(costs),
        (min(costs), max(costs)),
        statistics.median(trial.rate for trial in trials),
        statistics.median(trial.said.p50 for trial in trials),
        statistics.median(trial.said.p99 for trial in trials),
        ratio(rounds, name, OURS),
        statistics.median(trial.waited for trial in trials),
        sum(trial.said.failures for trial in trials),
    )


def ratio(rounds, name, other):
    """Median over rounds of the CPU per request of `name` over that of `other`; None without both."""
    found = [each[name].cpu / each[other].cpu for each in rounds if name in each and other in each]
    return statistics.median(found) if found else None


def least(rounds, name, other):
    """The same of the lowest of each: others on the machine can only add to what a request costs."""
    costs = [[each[which].cpu for each in rounds if which in each] for which in (name, other)]
    return min(costs[0]) / min(costs[1]) if all(costs) else None


@dataclass(frozen=True)
class Goal:
    """What the engine is held to, with the `ratio` found in medians and in the `least` of each."""

    words: str
    limit: float
    ratio: float
    least: float


def goals(rounds):
    """The Goals that can be judged by these rounds."""
    for name, other, limit, words in GOALS:
        found = ratio(rounds, name, other)
        if found is not None:
            words = words.format(goal=limit, factor=1 / limit)
            yield Goal(words, limit, found, least(rounds, name, other))
