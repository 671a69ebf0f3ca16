"""Stored Runs as tracks: a point per commit, of Runs that may share a history, as `suite history` has it."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from typing import cast

from suite.history.classes import counted, load_class, machine_class
from suite.history.past import Past
from suite.metric import Better
from suite.report.site.track import Point, Track
from suite.report.words import plan_words

_TWICE = ("time_per_operation", "offered")
"""Not shown: throughput says it, or the plan does."""


def settings_of(pasts: Sequence[Past]) -> dict[str, str]:
    """The setting of each Run, by id: equal for Runs of like machines under equal loads."""
    keys = {each.id: (machine_class(each.environment), load_class(each.plan)) for each in pasts}
    labels: dict[tuple[str, str], str] = {}
    for each in pasts:
        words = _words(each)
        same = sum(label.startswith(words) for key, label in labels.items() if key != keys[each.id])
        labels.setdefault(keys[each.id], f"{words} ({same + 1})" if same else words)
    return {run: labels[key] for run, key in keys.items()}


def tracks_of(setting: str, pasts: Sequence[Past]) -> Iterator[Track]:
    """All metrics of Runs of one setting, in their order."""
    for name in dict.fromkeys(name for each in pasts for name in each.metrics):
        if name.partition("@")[0] in _TWICE:
            continue
        sample = next(each.metrics[name] for each in pasts if name in each.metrics)
        groups: dict[str | None, list[Past]] = {}
        for each in pasts:
            groups.setdefault(each.commit or each.id, []).append(each)
        points = tuple(point for group in groups.values() for point in _points(group, name))
        yield Track(name, sample.unit, cast(Better, sample.better), setting, points)


def _points(pasts: Sequence[Past], metric: str) -> Iterator[Point]:
    """One for all Runs of a commit that count, and one each for the others."""
    good: list[tuple[Past, float]] = []
    for each in pasts:
        measured = each.metrics.get(metric)
        value = measured.value if measured is not None else None
        why = _discounted(each)
        if measured is not None and measured.at_least:
            why = why or "a lower bound"
        if value is None or why:
            yield Point(each.commit, each.started, None, shown=value, note=why)
        else:
            good.append((each, value))
    if good:
        last, values = good[-1][0], [value for _, value in good]
        several = len(good) > 1
        notes = [each.validity for each, _ in good if each.validity == "doubtful"][:1]
        notes += [f"the median of {len(good)} Runs"] if several else []
        low, high = (min(values), max(values)) if several else (None, None)
        value = statistics.median(values)
        yield Point(last.commit, last.started, value, low, high, note=", ".join(notes))


def _discounted(each: Past) -> str:
    """Why a Run says nothing of its commit; nothing if it does."""
    if counted(each.environment, each.verdict, each.validity):
        return "" if each.commit else "no commit"
    if each.validity == "invalid":
        return "invalid: " + "; ".join(each.reasons)
    return "changes that were not committed" if each.environment.get("dirty") else "ended early"


def _words(each: Past) -> str:
    cores = each.environment.get("cores")
    machine = f"{each.environment.get('cpu') or 'unknown CPU'}{f', {cores} cores' if cores else ''}"
    return f"{machine}: {plan_words(each.plan)}{', quick' if each.plan.get('quick') else ''}"
