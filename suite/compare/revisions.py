"""Two revisions compared, workload by workload: what `compare` and `gate` judge."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from suite.compare.bills import compare_stored_bills
from suite.compare.canary import MINIMUMS, doubted, stored_shift
from suite.compare.capacities import METRIC, compare_capacities
from suite.compare.compare import compare
from suite.compare.compared import Compared
from suite.compare.pairing import PairedRuns, paired
from suite.compare.reference_distribution import ENOUGH, HEAD_RUNS
from suite.compare.revision import Revision, RevisionResolver, is_dirty
from suite.config.catalog import installed_names
from suite.config.filters import those_like
from suite.config.gate import Budget
from suite.errors import ConfigurationError, Faults
from suite.records.capacity import Capacity
from suite.records.comparison import Comparison
from suite.records.costs import COSTS, CostBill
from suite.records.provenance import provenance_of_both
from suite.records.reason import Reason
from suite.records.run import Run


@dataclass(frozen=True, slots=True)
class ComparisonRequest:
    """What is compared: workloads whose names are like one of `match`, or all; each with its `budget`.

    Where that names no metrics it is the `usual` ones of base and head, or all that are usual.
    """

    budget: Callable[[str], Budget]
    match: tuple[str, ...] = ()
    anywhere: bool = False
    usual: Callable[[Run, Run], Sequence[str]] | None = None

    def workloads(self, names: Sequence[str]) -> list[str]:
        """Those of `names` that are wanted. Raises ConfigurationError if none is."""
        return those_like(names, self.match)


def compare_revisions(ledger: str | Path, base: str, head: str | None, wanted: ComparisonRequest) -> Compared:
    """Compare what two words stand for, the newest state if `head` is None.

    Raises ConfigurationError or StoreError, with what would mend it.
    """
    with RevisionResolver(ledger) as finder:
        sides: list[Revision] = []
        faults = Faults()
        with faults.collected():
            sides.append(finder.find(base))
        with faults.collected():
            sides.append(_newest(finder, wanted) if head is None else finder.find(head))
        faults.check()
        return _compared(sides[0], sides[1], wanted, finder)


def judge_revision(
    ledger: str | Path, base: str, head: str | None, wanted: ComparisonRequest
) -> tuple[Compared, Mapping[str, Run]]:
    """Judge the Runs of HEAD (without git the newest) against a gate's base.

    With it comes, by workload, a Run of head where there are enough to tell what would have been caught.
    Raises ConfigurationError or StoreError: no Runs to judge are no pass.
    """
    with RevisionResolver(ledger) as finder:
        judged = _newest(finder, wanted, at_head=True) if head is None else finder.find(head)
        compared = _compared(_base(finder, base, judged), judged, wanted, finder)
        enough = {
            one.workload: judged.load(one.workload)[0]
            for one in compared.comparisons
            if one.workload in judged.counts and one.changes
            if one.runs[0] >= ENOUGH and one.runs[1] >= HEAD_RUNS
        }
    return compared, enough


def _newest(finder: RevisionResolver, wanted: ComparisonRequest, *, at_head: bool = False) -> Revision:
    sha = finder.commits.sha("HEAD") if at_head else None
    if sha is not None and not finder.has(sha):
        raise ConfigurationError(
            f"there are no runs of HEAD ({sha[:12]}) to judge; make them with: suite run"
        )
    return finder.newest(
        wanted.workloads(finder.ledger.workloads(Run.KIND, Capacity.KIND, CostBill.KIND)), sha
    )


def _base(finder: RevisionResolver, word: str, head: Revision) -> Revision:
    """The side `word`; of a branch the commit where head left it; without Runs the nearest before it."""
    sha = None if word.endswith(".json") else finder.sha(word)
    if sha is None:
        return finder.find(word)
    if head.commit is not None and finder.commits.is_branch(word):
        sha = finder.commits.fork(sha, head.commit) or sha
    line = finder.commits.line(sha)
    if sha == head.commit and not head.changed:
        line = line[1:]  # the branch itself is judged, so what came before is its base
    for candidate in line:
        if finder.has(candidate):
            near = "" if candidate == sha else ", the nearest before it that has runs"
            return finder.committed(candidate, f"{word} ({candidate[:12]}{near})")
    if finder.commits.shallow:
        hint = "this clone is shallow, fetch the rest: git fetch --unshallow"
    elif not line:
        hint = "it is what is judged, and the first commit; give another --base"
    else:
        hint = f"make them with: git checkout {line[0][:12]} && suite run"
    where = f"before {word}" if sha not in line else f"of the base {word} or before it"
    raise ConfigurationError(f"there are no runs {where} ({sha[:12]}); {hint}")


def _compared(
    base: Revision, head: Revision, wanted: ComparisonRequest, finder: RevisionResolver
) -> Compared:
    named = (side for one in (base, head) for side in (one.counts, one.searches, one.bills))
    names = wanted.workloads(sorted({name for side in named for name in side}))
    ran = [name for name in names if name in base.counts or name in head.counts]
    every, lines = paired(base, head, ran, finder, anywhere=wanted.anywhere)
    pairs = [pair for pair in every if pair.workload not in MINIMUMS]
    shifts = dict(
        shift for pair in every if pairs and pair.workload in MINIMUMS for shift in stored_shift(pair)
    )
    pairs = pairs or every  # canaries alone are judged like anything else
    billed = {
        metric
        for side in (base, head)
        for name in names
        for bill in side.bills.get(name, ())
        for metric in bill.costs
    }
    _check_metrics(pairs, billed, wanted, finder)
    comparisons = []
    for pair in pairs:
        budget = wanted.budget(pair.workload)
        metrics: Sequence[str] | None = None
        if budget.metrics is None and wanted.usual is not None and pair.base:
            metrics = wanted.usual(pair.base[0], pair.head[0])
        if budget.metrics is not None:
            known = _metrics(pair)
            metrics = [name for name in budget.metrics if name in known]
            if not metrics:
                lines.append(Reason("no_judged_metric", {"workload": pair.workload}))
                continue
        if pair.refused:
            found = Comparison(
                **provenance_of_both((), pair.head, pair.refused),
                base="",
                head="",
                changes=(),
                runs=(0, len(pair.head)),
                notes=pair.refused,
            )
        else:
            found = compare(
                pair.base,
                pair.head,
                metrics=metrics,
                minimums=budget.minimum,
                among=len(pairs),
                anywhere=wanted.anywhere,
            )
            found = doubted(found, shifts) if shifts else found
        notes = (*found.notes, *pair.notes)
        comparisons.append(replace(found, base=base.name, head=head.name, notes=notes))
    for name in names:
        if (name in base.searches) != (name in head.searches):
            side = "base" if name in head.searches else "head"
            lines.append(Reason("no_search", {"workload": name, "side": side}))
        if (name in base.bills) != (name in head.bills):
            side = "base" if name in head.bills else "head"
            lines.append(Reason("no_bill", {"workload": name, "side": side}))
    comparisons += _capacities(base, head, names, wanted)
    comparisons += _bills(base, head, names, wanted)
    codes = (
        _code(base, [run for pair in pairs for run in pair.base]),
        _code(head, [run for pair in pairs for run in pair.head]),
    )
    return Compared(
        base.name, head.name, tuple(comparisons), tuple(lines), codes, head.changed, _installed(comparisons)
    )


def _capacities(
    base: Revision, head: Revision, names: Sequence[str], wanted: ComparisonRequest
) -> Iterator[Comparison]:
    """Of the workloads whose capacity was searched on both sides."""
    for name in names:
        budget = wanted.budget(name)
        judged = budget.metrics is None or METRIC in budget.metrics
        if judged and name in base.searches and name in head.searches:
            sides = base.searches[name], head.searches[name]
            found = compare_capacities(*sides, minimums=budget.minimum, anywhere=wanted.anywhere)
            yield replace(found, base=base.name, head=head.name)


def _bills(
    base: Revision, head: Revision, names: Sequence[str], wanted: ComparisonRequest
) -> Iterator[Comparison]:
    """Of the workloads whose costs were counted on both sides; no moments, no spread: counts are counts."""
    for name in names:
        budget = wanted.budget(name)
        metrics = [metric for metric in budget.metrics or () if metric in COSTS]
        if name in base.bills and name in head.bills and (budget.metrics is None or metrics):
            sides = base.bills[name], head.bills[name]
            found = compare_stored_bills(
                *sides, metrics=metrics, minimums=budget.minimum, anywhere=wanted.anywhere
            )
            yield replace(found, base=base.name, head=head.name)


def _installed(comparisons: Sequence[Comparison]) -> frozenset[str]:
    """Names of installed workloads, where something is not decided and they are needed for advice."""
    if all(one.changes and one.verdict in ("same", "improvement") for one in comparisons):
        return frozenset()
    return installed_names()


def _code(side: Revision, runs: Sequence[Run]) -> str | None:
    """The commit that has what a side ran, shortened; None if none has, or several."""
    commits = {run.commit for run in runs} if side.commit is None else {side.commit}
    only = commits.pop() if len(commits) == 1 else None
    return only[:12] if only and not side.changed and not any(map(is_dirty, runs)) else None


def _check_metrics(
    pairs: Sequence[PairedRuns], billed: Iterable[str], wanted: ComparisonRequest, finder: RevisionResolver
) -> None:
    """Raise ConfigurationError for metrics that no workload has: else a typo would never fail.

    What a configuration names for workloads that are not looked at now is no typo.
    """
    known = {METRIC, *billed, *(name for pair in pairs for name in _metrics(pair))}
    bases = {name.partition("@")[0] for name in known}
    budgets = [wanted.budget(pair.workload) for pair in pairs]
    asked = {name for budget in budgets for name in budget.metrics or ()} - known
    asked |= {name for budget in budgets for name in budget.minimum} - known - bases
    if asked:
        every = finder.ledger.workloads()
        others = {name for workload in every for name in _newest_metrics(finder, workload)}
        asked -= others | {name.partition("@")[0] for name in others}
    faults = []
    for name in sorted(asked):
        near = get_close_matches(name, sorted(known), 3)
        faults.append(f"no workload has a metric {name}" + (f"; is it {' or '.join(near)}?" if near else ""))
    if faults:
        raise ConfigurationError.of(faults)


def _newest_metrics(finder: RevisionResolver, workload: str) -> Iterable[str]:
    newest = finder.ledger.latest(workload)
    return newest.metrics if newest is not None else ()


def _metrics(pair: PairedRuns) -> set[str]:
    return {name for run in (*pair.base, *pair.head) for name in run.metrics}
