"""Stored Runs as graphs: a point per commit, of Runs that may share a history, as `suite history` has it."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from suite.contract.observe import unasked
from suite.ledger.summaries import RunSummary
from suite.records.better import Better
from suite.records.classes import counted, versions_in
from suite.report.charts.graph import Graph, GraphPoint
from suite.report.reasons import all_words
from suite.report.site.lineage import Lineage, LineageStep
from suite.units import seconds_since_epoch

_TWICE = ("time_per_operation", "offered")
"""Not shown: throughput says it, or the plan does."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place on the axis: all Runs of a commit that count, or one Run that does not, and why."""

    step: LineageStep
    pasts: tuple[RunSummary, ...]
    why: str = ""


def slots_of(pasts: Sequence[RunSummary], lineage: Lineage) -> tuple[list[Slot], set[str]]:
    """The places of `pasts`, Runs of one setting, in order; and commits of other branches, left out.

    Runs without a commit have a place only where there is no other order than time.
    """
    groups: dict[str, list[RunSummary]] = {}
    for each in pasts:
        if each.commit or not lineage.in_git:
            groups.setdefault(each.commit or each.id, []).append(each)
    steps, left = lineage.arranged(
        {commit: min(seconds_since_epoch(each.started) for each in group) for commit, group in groups.items()}
    )
    slots = [slot for step in steps for slot in _slots(step, groups[step.commit])]
    return slots, {commit for commit in left if any(not _discounted(each) for each in groups[commit])}


def graphs_of(setting: str, slots: Sequence[Slot]) -> Iterator[Graph]:
    """All metrics of the Runs of one setting, in their order."""
    pasts = [each for slot in slots for each in slot.pasts]
    for name in dict.fromkeys(name for each in pasts for name in each.metrics):
        if name.partition("@")[0] in _TWICE:
            continue
        sample = next(each.metrics[name] for each in reversed(pasts) if name in each.metrics)
        if unasked(name, sample.better):
            continue
        told = [versions_in(each.plan).get(name) for each in reversed(pasts)]
        version = next((one for one in told if one is not None), None)
        points = tuple(_point(slot, name, version) for slot in slots)
        yield Graph(name, sample.unit, cast(Better, sample.better), setting, points)


def _slots(step: LineageStep, pasts: Sequence[RunSummary]) -> Iterator[Slot]:
    reasons = [_discounted(each) for each in pasts]
    yield from (Slot(step, (each,), why) for each, why in zip(pasts, reasons, strict=True) if why)
    good = tuple(each for each, why in zip(pasts, reasons, strict=True) if not why)
    if good:
        yield Slot(step, good)


def _point(slot: Slot, metric: str, version: str | None) -> GraphPoint:
    """The median of the Runs that count; a lower bound or what does not count is only shown.

    Another `version` of the metric is another metric.
    """
    found = [
        each.metrics[metric]
        for each in slot.pasts
        if metric in each.metrics and versions_in(each.plan).get(metric, version) == version
    ]
    whole = [one.value for one in found if one.value is not None and not one.at_least]
    bounds = [one.value for one in found if one.value is not None and one.at_least]
    commit, when, rank = slot.pasts[0].commit, slot.step.when, slot.step.rank
    if slot.why or not whole:
        shown = [*whole, *bounds]
        note = slot.why or ("a lower bound" if bounds else "")
        return GraphPoint(
            commit, when, None, shown=min(shown, default=None), note=note, rank=rank, at_least=bool(bounds)
        )
    doubtful = any(each.validity == "doubtful" for each in slot.pasts)
    notes = ["doubtful"] if doubtful else []
    notes += [f"the median of {len(whole)} Runs"] if len(whole) > 1 else []
    notes += [f"{len(bounds)} more with a lower bound"] if bounds else []
    low, high = (min(whole), max(whole)) if len(whole) > 1 else (None, None)
    middle, note = statistics.median(whole), ", ".join(notes)
    return GraphPoint(commit, when, middle, low, high, note=note, doubtful=doubtful, rank=rank)


def _discounted(each: RunSummary) -> str:
    """Why a Run says nothing of its commit; nothing if it does."""
    if counted(each.dirty, each.verdict, each.validity):
        return "" if each.commit else "no commit"
    if each.validity == "invalid":
        return "invalid: " + all_words(each.reasons)
    return "changes that were not committed" if each.dirty else "ended early"
