"""Trials of all cells, summed up, and the goals."""

import statistics
from dataclasses import dataclass

from studies.costs.cells import EXACT, ITSELF, REPEATED
from studies.costs.planted import CHANGES

INSTRUCTIONS = "cost.instructions"


@dataclass(frozen=True)
class Goal:
    """What counting is held to; `found` says how it was kept, or missed."""

    name: str
    words: str
    kept: bool
    found: str


def values(trials, metric):
    """What fresh starts counted of it; of those that could."""
    return [one["costs"][metric] for one in trials if one["costs"].get(metric) is not None]


def apart(counts):
    """How far the farthest lies from the median, as a share; None of nothing."""
    middle = statistics.median(counts) if counts else 0.0
    return max(abs(one - middle) for one in counts) / middle if middle else None


def accused(trials, limit=None):
    """How many were."""
    return sum(one["accused"] if limit is None else one["accused_at"][str(limit)] for one in trials)


def goals(found):
    """The Goals that these trials, by case and judge, can judge."""
    for workload, most in REPEATED.items():
        trials = found.get((workload, ""), [])
        counts = values(trials, INSTRUCTIONS)
        if len(counts) > 1:
            far, exact = apart(counts), set(values(trials, EXACT))
            yield Goal(
                workload,
                f"fresh starts of {workload} agree within ±{most:.1%} in instructions, exactly in statements",
                far <= most and len(exact) <= 1 and len(counts) == len(trials),
                f"{len(trials)} starts: ±{far:.3%}, {' or '.join(f'{one:g}' for one in sorted(exact))}",
            )
    if same := found.get((ITSELF, "costs")):
        kept = [one for one in same if one["code"] == 0]
        yield Goal(
            ITSELF, "a commit costs the same as itself", len(kept) == len(same), f"{len(kept)}/{len(same)}"
        )
    for case in CHANGES:
        if trials := found.get((case, "costs")):
            right = sum(one["named"] for one in trials)
            yield Goal(
                case, f"{case}: found, and the function named", right == len(trials), f"{right}/{len(trials)}"
            )
