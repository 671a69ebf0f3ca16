"""What a gate accuses is measured again: base and head of it in turns, before it counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from suite.ab.experiment import Experiment, ExperimentObserver, compare_commits
from suite.ab.outcome import TrialResult
from suite.ab.repository import Repository
from suite.ab.task import Task, make_task
from suite.compare.compared import Compared
from suite.compare.confirmed import accused, confirmed, judged_again
from suite.compare.sequential import MOST_METRICS
from suite.config.catalog import CatalogEntry, installed, select
from suite.config.file import Configuration
from suite.config.gate import Budget
from suite.config.layer import SettingsLayer
from suite.config.load_files import load_files
from suite.config.matching import matching
from suite.config.selection import make_plans
from suite.contract.remote import Remote
from suite.errors import Faults
from suite.records.reason import Reason


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What is measured again; of what can't be, why not, by workload."""

    experiment: Experiment | None
    metrics: Mapping[str, tuple[str, ...]]
    without: Mapping[str, Reason]

    @classmethod
    def of(
        cls,
        compared: Compared,
        configuration: Configuration,
        budget: Callable[[str], Budget],
        repository: Repository,
    ) -> Confirmation:
        """Of all that `compared` accuses, with the load that accused it. Raises ConfigurationError."""
        metrics = accused(compared)
        base, head = compared.codes
        if base is None or (head is None and not compared.changed) or (base == head and not compared.changed):
            return cls(None, metrics, dict.fromkeys(metrics, Reason("no_commits")))
        plans = {one.workload: one.plan for one in compared.comparisons if one.workload in metrics}
        entries = _entries(metrics, configuration)
        without: dict[str, Reason] = {}
        tasks: list[Task] = []
        for name, names in metrics.items():
            found = entries.get(name)
            if found is None or isinstance(found.workload.system, Remote):
                without[name] = Reason("not_described" if found is None else "runs_elsewhere")
                continue
            given = _as_measured(plans[name])
            ((entry, settings),) = make_plans([found], configuration, given).runs
            task = make_task(entry, settings, given, repository.root)
            limits = {metric: size for metric, size in budget(name).minimum.items() if metric in names}
            tasks.append(replace(task, metrics=names[:MOST_METRICS], minimums=limits))
        if not tasks:
            return cls(None, metrics, without)
        sides = None if compared.changed else head
        file = configuration.file
        return cls(Experiment(base, sides, tuple(tasks), configuration=file), metrics, without)

    def measured(
        self, compared: Compared, repository: Repository, environments: Path, watch: ExperimentObserver
    ) -> Compared:
        """`compared` with what turns show in place of what accused. Raises as `compare_commits`."""
        results: Iterable[TrialResult] = ()
        if self.experiment is not None:
            results = compare_commits(repository, self.experiment, environments, watch)
        known = {one.trial.workload: one for one in results}
        return replace(
            compared,
            comparisons=tuple(
                confirmed(one, *self._again(one.workload, known)) if one.workload in self.metrics else one
                for one in compared.comparisons
            ),
        )

    def _again(
        self, workload: str, known: Mapping[str, TrialResult]
    ) -> tuple[dict[str, Any], int, Reason | None]:
        """What turns show of a workload, from how many pairs; why not, if they don't."""
        result = known.get(workload)
        if result is None or result.comparison is None or not result.looked:
            cut = None if result is None else result.trial.cut
            return {}, 0, self.without.get(workload) or cut or Reason("no_whole_pair")
        trial = result.trial
        pairs = [(pair.base, pair.head) for pair in trial.pairs]
        found = judged_again(pairs, self.metrics[workload], trial.minimums, trial.alpha)
        found |= {change.metric: change for change in result.comparison.changes}
        return found, len(pairs), None


def _entries(names: Iterable[str], configuration: Configuration) -> dict[str, CatalogEntry]:
    """Those of the project's load files, else those that are installed. Raises ConfigurationError."""
    found: dict[str, CatalogEntry] = {}
    if matching(configuration.files):
        files = load_files(configuration.files, configuration.source).files
        found = {one.workload.name: one for one in select(files)}
    if any(name not in found for name in names):
        found = {**{one.workload.name: one for one in installed(Faults())}, **found}
    return found


def _as_measured(plan: Mapping[str, Any]) -> SettingsLayer:
    """What makes the load of `plan` again, beside what the configuration says."""
    if plan.get("quick"):
        return SettingsLayer(quick=True)
    users = plan.get("users") if plan.get("loop") == "closed" else None
    workers, seed = plan.get("workers", 1), plan.get("seed", 1)
    return SettingsLayer(
        users=users,
        seconds=plan.get("seconds"),
        workers=workers if workers != 1 else None,
        seed=seed if seed != 1 else None,
    )
