"""What the ledger and the results folder add to the stories of workloads."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from suite.history.past import Past, accepted, past
from suite.history.store import Ledger, Sighting, since
from suite.leak import LeakSearch
from suite.report.site.capacity_curve import capacity_curve, capacity_words
from suite.report.site.spectrum import MOST as SPECTRA
from suite.report.site.stored_tracks import settings_of, tracks_of
from suite.report.site.story import Brief, Story

Stories = dict[str, Story]
Revisions = Callable[[Iterable[str]], Mapping[str, int]]
"""Where commits are in the history, for those that the repository knows."""

_RUNS, _SEARCHES = 500, 10


def add_ledger(stories: Stories, place: str | Path, revisions: Revisions) -> None:
    """Add Runs and searches for leaks. Raises StoreError if the ledger can't be read."""
    with Ledger(place) as ledger:
        names = {*ledger.workloads(), *(search.workload for search in ledger.leaks(limit=1000))}
        for name in sorted(names):
            story = stories.setdefault(name, Story(name))
            pasts = _ordered(past(ledger, name, _RUNS), revisions)
            labels = settings_of(pasts)
            for setting in dict.fromkeys(labels.values()):
                here = [each for each in pasts if labels[each.id] == setting]
                for track in tracks_of(setting, here):
                    story.add(track)
            story.accept(accepted(ledger, name))
            story.briefs = sorted((_brief(each, labels[each.id]) for each in pasts), key=lambda b: b.started)
            story.runs = [ledger.run(key) for key in _telling(story)]
            story.leaks = ledger.leaks(name, limit=_SEARCHES)
            story.since = dict(_since(ledger, story.leaks[:1]))


def _since(ledger: Ledger, searches: Sequence[LeakSearch]) -> Iterator[tuple[tuple[str, str], Sighting]]:
    for search in searches:
        for suspect in search.suspects or ():
            first = since(ledger.suspect_history(search.workload, suspect.function, suspect.file))
            if first is not None:
                yield (suspect.function, suspect.file), first


def add_capacities(stories: Stories, folder: Path) -> list[str]:
    """Add what `suite capacity` saved in `folder`, newest first; names of files that are no such thing."""
    broken = []
    for path in sorted(folder.glob("*.json"), reverse=True):
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            name = data["capacity"]["workload"]
            for figure in ("p99", "throughput"):  # what can be drawn is one
                capacity_curve(data, figure)
            _ = capacity_words(data), data["capacity"]["started"][:16], (data["commit"] or "")[:8]
            stories.setdefault(name, Story(name)).capacities.append(data)
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            broken.append(path.name)
    return broken


def _ordered(pasts: Sequence[Past], revisions: Revisions) -> list[Past]:
    """As the repository has their commits; by their start where it does not know one of them."""
    known = revisions({each.commit for each in pasts if each.commit})
    if any(each.commit not in known for each in pasts):
        return list(pasts)
    return sorted(pasts, key=lambda each: (known[each.commit or ""], each.started))


def _brief(each: Past, setting: str) -> Brief:
    values = {name: measured.value for name, measured in each.metrics.items()}
    return Brief(
        each.id, each.started, each.commit, setting, each.verdict, each.validity, each.reasons,
        each.outcomes, values,
    )  # fmt: skip


def _telling(story: Story) -> list[str]:
    """Ids of Runs to show whole, newest first, in the newest Run's setting: one per commit, of the newest
    two commits and of those before the latest changes, then of others."""
    if not story.briefs:
        return []
    setting = story.briefs[-1].setting
    briefs = [brief for brief in story.briefs if brief.setting == setting and brief.validity != "invalid"]
    newest = {brief.commit: brief.id for brief in briefs}
    order = [brief.id for brief in reversed(briefs) if newest[brief.commit] == brief.id]
    before = {
        newest[track.points[change.index - 1].commit]
        for track in story.of(setting)
        for change in track.changes
        if track.points[change.index - 1].commit in newest
    }
    chosen = [*order[:2], *(key for key in order[2:] if key in before)]
    chosen = list(dict.fromkeys([*chosen, *order]))[:SPECTRA]
    return [key for key in order if key in chosen]
