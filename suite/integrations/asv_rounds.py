"""The rounds that asv's numbers are made of: short, with enough samples, and believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from suite.config.catalog import CatalogEntry
from suite.config.configured import configured
from suite.config.settings import Settings
from suite.contract.loop import ClosedLoop, Loop, OpenLoop, resized
from suite.contract.workload import Workload
from suite.engine.coordinator import run
from suite.engine.progress import Silent
from suite.measure.combine import combine
from suite.records.keeper import Keeper
from suite.records.provenance import provenance_of
from suite.records.reason import Reason
from suite.records.run import Round, Run

_SECONDS = 1.0
"""A timed round's measured part: all benchmarks of a commit must fit into minutes."""
_OPERATIONS = 1_050
"""As many as p99 wants, and some: a counted round's, of a workload that is timed in full, or all of an open
loop's rounds that must be believed."""
_LEAST_BELIEVED = 0.5
"""Of fewer rounds than this share there is no number: the machine was too busy to say anything."""


@dataclass(frozen=True, slots=True)
class AsvRun:
    """A Run of the rounds that can be believed; of those that can't, how many are `invalid`, and `why`
    the first of them is one.

    None of its numbers may be published unless it is `believed`.
    """

    run: Run
    invalid: int = 0
    believed: bool = True
    why: Reason | None = None


class _Rounds(Silent):
    def __init__(self) -> None:
        self.ended: list[Round] = []

    def round_ended(self, workload: str, result: Round) -> None:  # noqa: ARG002
        self.ended.append(result)


def run_for_asv(found: CatalogEntry, rounds: int, keeper: Keeper | None = None) -> AsvRun:
    """Short rounds of a workload. Each that can't be believed was run three times, as in any run.

    `keeper` is given the Run as far as it is.
    """
    watcher = _Rounds()
    settings = settings_for_asv(found.workload, rounds)
    result = run(found.workload, settings, reference=found.reference, progress=watcher, keeper=keeper)
    return without_invalid(configured(found.workload, settings), result, watcher.ended)


def settings_for_asv(workload: Workload, rounds: int) -> Settings:
    """Quick rounds; where the workload is timed in full they last a second, or end with enough for a p99; an
    open loop's last as long as a p99 of them all wants, if they can."""
    settings = Settings(rounds=rounds, quick=True)
    loop = configured(workload, settings).loop
    if (loop.seconds or 0.0) > _SECONDS:
        return replace(settings, seconds=_seconds(loop, rounds))
    if isinstance(loop, ClosedLoop) and workload.loop.seconds and (loop.operations or 0) > _OPERATIONS:
        return replace(settings, loop=resized(loop, operations=_OPERATIONS))
    return settings


def _seconds(loop: Loop, rounds: int) -> float:
    if isinstance(loop, OpenLoop) and loop.rate:
        enough = _OPERATIONS / (loop.rate * rounds * _LEAST_BELIEVED)
        if _SECONDS < enough <= loop.seconds:
            return enough
    return _SECONDS


def without_invalid(workload: Workload, result: Run, rounds: Sequence[Round]) -> AsvRun:
    """`result` made anew of those of its `rounds` that can be believed, if they are enough."""
    kept = [one for one in rounds if one.failure is not None or one.validity.verdict != "invalid"]
    invalid = len(rounds) - len(kept)
    if not invalid:
        return AsvRun(result)
    why = next((reason for one in rounds if one not in kept for reason in one.validity.reasons), None)
    if len(kept) < _LEAST_BELIEVED * len(rounds):
        return AsvRun(result, invalid, believed=False, why=why)
    known = provenance_of(result)
    provenance = {name: known[name] for name in known.keys() - {"workload", "partial"}}
    return AsvRun(replace(combine(workload, kept, **provenance), checks=result.checks), invalid, why=why)
