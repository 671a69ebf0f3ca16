"""Pools that a system tells of, by what its figures are called; and whether one of them held it back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from suite.contract.observe import OBSERVED
from suite.records.evidence import Evidence
from suite.records.reason import Figure

_WORDS = {
    "out": "checked_?out|in_use|used|active|busy|acquired|borrowed",
    "size": "size|max_?size|capacity|max|limit",
    "overflow": "max_overflow",
    "waits": "waits|wait_count",
    "waited": "waite?d?_seconds|seconds_waited|wait_time_seconds|wait_duration_seconds",
    "timeouts": "timeouts|exhausted",
    "busy": "busy_seconds|seconds_busy",
}
_FIGURES = "|".join(f"(?P<{kind}>{words})" for kind, words in _WORDS.items())
_NAME = re.compile(rf"(?P<pool>.*pool.*?)[._](?:{_FIGURES})(?:_total|_sum)?(?:\.(?P<form>max|mean|rate))?")
_WAITED, _WAITS = 0.05, 0.01
"""Share of the time of operations that was waited for it, or else of those that waited, from which on a pool
is what there is to say."""
_FULL = 0.9


@dataclass(frozen=True, slots=True)
class ObservedPool:
    """Figures of one pool in a round: places out at most and on average, places there are, and, over the
    measured part, how often and for how many seconds somebody waited for one, waits that were given up,
    seconds for which places were out. None is what the system doesn't say.
    """

    name: str
    out: float | None = None
    mean: float | None = None
    size: float | None = None
    waits: float | None = None
    waited: float | None = None
    timeouts: float | None = None
    busy: float | None = None

    def holds_back(self, evidence: Evidence) -> bool:
        """Whether operations waited for it, or all of it was taken nearly all the time."""
        wall = max(evidence.wall, 1e-9)
        if self.waited is not None and evidence.little:
            if self.waited >= _WAITED * evidence.little * wall:
                return True
        elif self.waits and self.waits >= _WAITS * evidence.delivered * wall:
            return True
        share = self.busy / wall if self.busy is not None else self.mean
        return bool(self.size) and (share or 0.0) >= _FULL * (self.size or 0.0)

    def figures(self) -> dict[str, Figure]:
        """What is known of it, as a reason has it."""
        known = ["size", "waits", "waited", "timeouts"]
        if not self.waits or (self.out or 0.0) >= (self.size or 0.0):
            known.insert(0, "out")  # else no reading was taken at a moment when somebody waited
        named = {name: getattr(self, name) for name in known}
        return {"pool": self.name, **{name: value for name, value in named.items() if value is not None}}


def pools(metrics: Mapping[str, float | None]) -> list[ObservedPool]:
    """All pools among the metrics `observed.…`, the one that was waited for longest first."""
    found: dict[str, dict[str, float]] = {}
    for name, value in metrics.items():
        match = _NAME.fullmatch(name.removeprefix(OBSERVED)) if name.startswith(OBSERVED) else None
        if match is None or value is None or match["form"] == "rate":
            continue
        kind = next(kind for kind in _WORDS if match[kind])
        if kind == "out" and match["form"] == "mean":
            kind = "mean"
        elif match["form"] == "mean":
            continue
        found.setdefault(match["pool"].strip("._"), {})[kind] = value
    made = [_pool(name, figures) for name, figures in found.items()]
    return sorted(made, key=lambda pool: (-(pool.waited or 0.0), -(pool.waits or 0.0)))


def _pool(name: str, figures: dict[str, float]) -> ObservedPool:
    more = figures.pop("overflow", 0.0)
    if "size" in figures:
        figures["size"] += max(more, 0.0)
    return ObservedPool(name, **figures)
