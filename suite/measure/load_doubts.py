"""Rules about a load and its machine that need no more than sums: they hold while it runs too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from suite.contract.metric import QUANTILES
from suite.measure.distribution import SHOW, Distribution, samples_wanted
from suite.records.evidence import Evidence
from suite.records.reason import Figure, Reason
from suite.records.run import ValidityVerdict

_SLACK = {"invalid": (1e-3, 0.25), "doubtful": (2e-4, 0.10)}
"""Seconds, and share of a percentile, by which the generator may lengthen it before a verdict falls."""
_UNDELIVERED = {"invalid": 0.01, "doubtful": 0.001}
DELAY = 0.10
"""Runnable but waiting for a core, share of wall time: quiet machines show 1 %, contended ones 30 %."""
_STEAL = 0.05
_OTHERS = 0.10
_THROTTLED = 0.01
"""Of one core: a period of a limit is a tenth of a second, and who is stopped waits for the rest of it."""
_MEMORY = 0.05


class Doubt(NamedTuple):
    """A reason not to believe a round, or not quite."""

    verdict: ValidityVerdict
    reason: Reason

    @classmethod
    def of(cls, verdict: ValidityVerdict, kind: str, **figures: Figure) -> Doubt:
        """One of this kind."""
        return cls(verdict, Reason(kind, figures))


def late_sends(reported: Distribution, fair: Distribution, lateness: Distribution) -> Iterator[Doubt]:
    """Compare each percentile `reported` with what a punctual generator would have seen, the `fair` one.

    The rule looks at the reported figure rather than at lateness as such: 2 ms late is nothing to a
    response of a second and everything to one of 500 µs. Invalid if a percentile up to p99 is longer
    by both 1 ms and a quarter, doubtful from 200 µs and a tenth on.
    """
    shown = {
        name: quantile for name, quantile in QUANTILES.items() if fair.count >= samples_wanted(quantile, SHOW)
    } or {"p50": QUANTILES["p50"]}
    worst: tuple[float, Doubt] | None = None
    for name, quantile in shown.items():
        long, short = reported.percentile(quantile)[0], fair.percentile(quantile)[0]
        if long is None or short is None:
            continue
        verdict = slack_verdict(long - short, short)
        if verdict is not None and (worst is None or long - short > worst[0]):
            # One hiccup of ours may decide a p999; that alone is no reason to throw the round away.
            worst = (
                long - short,
                Doubt.of(
                    "doubtful" if name == "p999" else verdict,
                    "late_sends",
                    lateness_p99=lateness.percentile(0.99)[0],
                    metric=f"response.{name}",
                    reported=long,
                    punctual=short,
                ),
            )
    if worst is not None:
        yield worst[1]


def missed_starts(missed: float, due: int) -> Iterator[Doubt]:
    """Of `due` planned starts the generator never came to this share."""
    if missed > _UNDELIVERED["doubtful"]:
        yield Doubt.of(
            "invalid" if missed > _UNDELIVERED["invalid"] else "doubtful",
            "missed_starts",
            missed=round(missed * due),
            due=due,
            share=1 - missed,
        )


def slack_verdict(longer: float, than: float) -> ValidityVerdict | None:
    """What to think of a percentile that should be `than` seconds and is reported so much `longer`."""
    for verdict in ("invalid", "doubtful"):
        least, share = _SLACK[verdict]
        if longer > max(least, share * than):
            return "invalid" if verdict == "invalid" else "doubtful"
    return None


def noisy(evidence: Evidence) -> Iterator[Doubt]:
    """Others on the machine who took what the system needed."""
    wall = evidence.wall
    if wall <= 0:
        return
    if evidence.steal is not None and evidence.steal > _STEAL * wall:
        yield Doubt.of("doubtful", "steal", share=evidence.steal / wall)
    others, delay = evidence.others, evidence.system_delay
    if others is not None and delay is not None and others > _OTHERS and delay > DELAY * wall:
        yield Doubt.of("doubtful", "machine_busy", others=others, waited=delay, wall=wall)
    throttled = evidence.throttled
    if throttled is not None and throttled > _THROTTLED * wall:
        yield Doubt.of("doubtful", "throttled", times=evidence.throttles, share=throttled / wall)
    memory = evidence.pressure_memory
    if memory is not None and memory > _MEMORY:
        yield Doubt.of("doubtful", "memory_short", share=memory)
