"""What the ledger and the results folder add to the stories of workloads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from suite.errors import StoreError
from suite.formats.envelope import read_document
from suite.ledger.sightings import Sighting, since, suspect_history
from suite.ledger.store import Ledger
from suite.ledger.summaries import RunSummary, accepted, past
from suite.records.capacity import Capacity
from suite.records.leak import LeakSearch
from suite.records.overload import OverloadRecovery
from suite.records.resilience import Resilience
from suite.records.run import Run
from suite.records.soak import Soak
from suite.report.charts.brief import Brief
from suite.report.charts.spectrum import MOST as SPECTRA
from suite.report.reasons import words
from suite.report.site.lineage import Lineage
from suite.report.site.setting import settings_of
from suite.report.site.stored_graphs import graphs_of, slots_of
from suite.report.site.workload_page import Told, WorkloadPage
from suite.report.words import many

Stories = dict[str, WorkloadPage]

_RUNS, _SEARCHES = 500, 10
_TOLD: tuple[type[Told], ...] = (Resilience, OverloadRecovery, Soak)
"""Kinds of which the newest record is shown as its command prints it."""


def add_ledger(stories: Stories, place: str | Path, lineages: Iterable[Lineage]) -> list[str]:
    """Add Runs, searches for leaks and for the capacity; what is wrong with records that are left out.

    Raises StoreError if the ledger can't be read.
    """
    lineages = list(lineages)
    damaged: list[StoreError] = []
    with Ledger(place) as ledger:
        for name in ledger.workloads(Run.KIND, *(kind.KIND for kind in (LeakSearch, Capacity, *_TOLD))):
            story = stories.setdefault(name, WorkloadPage(name))
            pasts = past(ledger, name, _RUNS)
            briefs: dict[str, Brief] = {}
            for lineage in lineages:
                _add_runs(story, pasts, lineage, briefs)
            story.accept(accepted(ledger, name))
            story.briefs = sorted(briefs.values(), key=lambda brief: (brief.started, brief.id))
            for key in _telling(story):
                try:
                    story.runs.append(ledger.run(key))
                except StoreError as error:
                    damaged.append(error)
            story.leaks = ledger.records(LeakSearch, name, _SEARCHES, damaged)
            story.capacities = ledger.records(Capacity, name, _SEARCHES, damaged)
            story.told = [newest for kind in _TOLD for newest in ledger.records(kind, name, 1, damaged)]
            story.since = dict(_since(ledger, story.leaks[:1]))
            story.notes += _notes(pasts, len(ledger.ids(Run.KIND, name)), lineages)
    return [str(error) for error in damaged]


def add_capacities(stories: Stories, folder: Path) -> list[str]:
    """Add what `suite capacity` saved in `folder` and no ledger had; names of files that are nothing such."""
    broken = []
    for path in sorted(filter(Path.is_file, folder.glob("*.json")), reverse=True):
        try:
            found = [one for one in read_document(path).records if isinstance(one, Capacity)]
        except StoreError:
            found = []
        for one in found:
            known = stories.setdefault(one.workload, WorkloadPage(one.workload)).capacities
            if one.id not in {other.id for other in known}:
                known.append(one)
                known.sort(key=lambda capacity: capacity.started, reverse=True)
        if not found:
            broken.append(path.name)
    return broken


def _add_runs(
    story: WorkloadPage, pasts: Sequence[RunSummary], lineage: Lineage, briefs: dict[str, Brief]
) -> None:
    """Add the Runs of one branch, and in short to `briefs`; those of other branches are in neither."""
    names = settings_of(pasts)
    for told in dict.fromkeys(names.values()):
        setting = f"{told}, {lineage.name}" if lineage.name else told
        here = [each for each in pasts if names[each.id] == told]
        slots, left = slots_of(here, lineage)
        for graph in graphs_of(setting, slots):
            story.add(graph)
        story.leave(setting, left)
        shown = {each.id for slot in slots for each in slot.pasts}
        for each in here:
            if each.id in shown or each.commit is None:
                briefs.setdefault(each.id, _brief(each, setting))


def _notes(pasts: Sequence[RunSummary], total: int, lineages: Sequence[Lineage]) -> Iterator[str]:
    if len(pasts) < total:
        yield f"only the newest {many(len(pasts), 'Run')} of {total:,} are here"
    homeless = sum(each.commit is None for each in pasts)
    if homeless and any(lineage.in_git for lineage in lineages):
        yield f"{many(homeless, 'Run')} without a commit can be in no history"


def _since(ledger: Ledger, searches: Sequence[LeakSearch]) -> Iterator[tuple[tuple[str, str], Sighting]]:
    for search in searches:
        for suspect in search.suspects or ():
            first = since(suspect_history(ledger, search.workload, suspect.function, suspect.file))
            if first is not None:
                yield (suspect.function, suspect.file), first


def _brief(each: RunSummary, setting: str) -> Brief:
    return Brief(
        each.id, each.started, each.commit, setting, each.verdict, each.validity,
        tuple(map(words, each.reasons)),
        each.outcomes, each.metrics,
    )  # fmt: skip


def _telling(story: WorkloadPage) -> list[str]:
    """Ids of Runs to show whole, that of the newest commit first, in the newest Run's setting: one per
    commit, of the newest two commits and of those before the latest changes, then of others."""
    if not story.briefs:
        return []
    setting = story.briefs[-1].setting
    graphs = story.of(setting)
    briefs = [brief for brief in story.briefs if brief.setting == setting and brief.validity != "invalid"]
    at = {point.commit: index for index, point in enumerate(graphs[0].points if graphs else ())}
    briefs.sort(key=lambda brief: at.get(brief.commit, -1))  # those of one commit stay by their start
    newest = {brief.commit: brief.id for brief in briefs}
    order = [brief.id for brief in reversed(briefs) if newest[brief.commit] == brief.id]
    before = {
        newest[graph.points[change.index - 1].commit]
        for graph in graphs
        for change in graph.changes
        if graph.points[change.index - 1].commit in newest
    }
    chosen = [*order[:2], *(key for key in order[2:] if key in before)]
    chosen = list(dict.fromkeys([*chosen, *order]))[:SPECTRA]
    return [key for key in order if key in chosen]
