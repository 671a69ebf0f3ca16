"""Metrics that are one sum over another, so that rounds merge by adding up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from suite.measure.distribution import Point

RATIOS: dict[str, tuple[str, str, str]] = {
    "throughput": ("completed", "seconds", "no time was measured"),
    "offered": ("planned", "seconds", "no time was measured"),
    "time_per_operation": ("seconds", "completed", "nothing completed"),
    "failures": ("bad", "due", "nothing was due"),
    "rejected": ("rejected", "due", "nothing was due"),
    "dropped": ("dropped", "due", "nothing was due"),
    "good": ("good", "due", "nothing was due"),
    "cpu.per_operation": ("cpu.system", "completed", "nothing completed"),
    "generator.cpu_per_operation": ("cpu.workers", "completed", "nothing completed"),
    "retry.amplification": ("attempts", "tried", "nothing was tried"),
    "gc.pause.per_operation": ("gc.pause", "completed", "nothing completed"),
}
"""Metric: numerator and denominator among a round's sums, and why there is none if the latter is 0."""
AMPLIFICATION = "retry.amplification"
IF_COUNTED = (AMPLIFICATION, "good")
"""Only where operations are tried again, and where there are limits for good ones."""
PER_OPERATION = ("throughput", "time_per_operation", "failures", "rejected", "dropped")


def ratio(name: str, sums: Sequence[Mapping[str, float]]) -> Point | None:
    """The metric `name` (maybe `name@operation`) over the sums of rounds; None if none of them has it.

    A round without the numerator (its CPU could not be read) is left out of the denominator too.
    """
    base, at, operation = name.partition("@")
    above, below, why = RATIOS[base]
    above, below = above + at + operation, below + at + operation
    known = [each for each in sums if above in each and below in each]
    if not known:
        return None
    denominator = sum(each[below] for each in known)
    if denominator <= 0:
        return Point(None, note=why)
    return Point(sum(each[above] for each in known) / denominator)
