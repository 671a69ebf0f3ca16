"""Two commits compared: both are built, take turns in each workload, and are judged."""

from __future__ import annotations

import contextlib
import random
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

from suite.ab.build import Builder
from suite.ab.canary import Canaries
from suite.ab.checkout import Checkout, Name
from suite.ab.environments import Wanted, choose, project_in, ready
from suite.ab.explain import ProfileObserver, explain
from suite.ab.outcome import TrialResult
from suite.ab.pairs import Trial, TrialObserver, measure
from suite.ab.repository import Commit, Repository, take
from suite.ab.sample import ProcessRunner, compile_all
from suite.ab.task import Task
from suite.compare.minimum import Overrides
from suite.compare.sequential import ALPHA
from suite.errors import SuiteError
from suite.files import below
from suite.process.identity import round_identity
from suite.process.scratch import scratch_directory
from suite.records.reason import Reason
from suite.records.run import Run


@dataclass(frozen=True, slots=True)
class Experiment:
    """What to compare, and how.

    `tasks` run alike on both sides. What is `carried` (relative to the repository) both take from the work
    tree, as they do load files; `configuration` is the work tree's own file, if it has one.
    """

    base: str
    head: str | None
    tasks: tuple[Task, ...]
    carried: tuple[Path, ...] = ()
    configuration: Path | None = None
    metrics: tuple[str, ...] = ()
    minimums: Overrides = field(default_factory=dict)
    wanted: Wanted = "auto"
    extras: str = ""
    python: str | None = None
    profile: bool = False

    def taken(self) -> Iterable[Path]:
        """Files and folders that both sides take from the work tree."""
        files = (task.load_file for task in self.tasks)
        return dict.fromkeys((*(file for file in files if file is not None), *self.carried))


class PreparationObserver(Protocol):
    """Who is told how two commits are made ready, and keeps what comes of it."""

    def room(self) -> Path | None:
        """A new folder for what rounds find, where it is looked for if we are killed; None for no such."""

    def preparing(self, what: str) -> None: ...

    def prepared(self, commits: Mapping[Name, Commit], notes: Iterable[str]) -> None:
        """Both sides are ready to run; `notes` say how."""


class ExperimentObserver(PreparationObserver, TrialObserver, ProfileObserver, Protocol):
    """Who is told how far a comparison is, and given each result the moment that it is there."""

    def compared(self, result: TrialResult) -> None:
        """The turns of a workload have ended. What is raised here ends the comparison."""

    def ended(self, results: Iterable[TrialResult], error: SuiteError | None) -> None:
        """No more results come; `error` is what ended all of it."""


def compare_commits(
    repository: Repository, experiment: Experiment, environments: Path, watch: ExperimentObserver
) -> tuple[TrialResult, ...]:
    """Compare workload by workload; environments of their own are kept in `environments`.

    A workload that one side lacks, or whose system fails, ends its own comparison only. What ends all
    (Interrupted, a fault of ours) is raised after `watch` has what was measured. Raises ConfigurationError
    for what git does not know and a commit that does not build.
    """
    commits = both_commits(repository, experiment)
    results: list[TrialResult] = []
    fault: SuiteError | None = None
    with prepared(repository, experiment, commits, environments, watch) as (sides, runner):
        try:
            for task in experiment.tasks:
                result = _measured(task, sides, runner, experiment, watch)
                results.append(result)
                watch.compared(result)
                if result.error is not None and not result.alone:
                    raise result.error
                if experiment.profile and result.comparison is not None and result.error is None:
                    explain(result, runner, sides, task, watch)
        except SuiteError as error:
            fault = error
        watch.ended(results, fault)
    if fault is not None:
        raise fault
    return tuple(results)


def both_commits(repository: Repository, experiment: Experiment) -> dict[Name, Commit]:
    """What is compared; head is the work tree where no commit is named. Raises ConfigurationError."""
    head = repository.work_tree() if experiment.head is None else repository.commit(experiment.head)
    return {"base": repository.commit(experiment.base), "head": head}


@contextlib.contextmanager
def prepared(
    repository: Repository,
    experiment: Experiment,
    commits: Mapping[Name, Commit],
    kept: Path,
    watch: PreparationObserver,
) -> Iterator[tuple[Mapping[Name, Checkout], ProcessRunner]]:
    """Both sides, checked out and built; nothing of them is left afterwards but environments in `kept`.

    Raises StoreError where that is a link elsewhere: of what is there the oldest would go.
    """
    environments = below(kept.parent, kept).resolve()
    here = Path.cwd().resolve().relative_to(repository.root)
    with contextlib.ExitStack() as held:
        scratch = held.enter_context(scratch_directory())
        held.enter_context(round_identity(scratch))
        checkouts: dict[Name, Path] = {}
        for name, commit in commits.items():
            watch.preparing(f"checking out {name}")
            checkouts[name] = held.enter_context(repository.checked_out(commit, scratch / name))
            for path in experiment.taken():
                take(repository.root, checkouts[name], path)
        project = project_in(repository.root / here, repository.root)
        chosen = choose(experiment.wanted, checkouts, project, repository.root, experiment.python)
        extras = experiment.extras or ("all" if chosen.brings_suite else "")
        builder = Builder(experiment.python or sys.executable, extras, scratch)
        watch.preparing("making ready")
        sides = held.enter_context(ready(chosen, commits, checkouts, project, builder, environments))
        for side in sides.values():
            compile_all(side, scratch)
        watch.prepared(
            commits, [str(chosen), *(f"{side.name}: {side.note}" for side in sides.values() if side.note)]
        )
        configuration = None if chosen.brings_suite else _configuration(experiment, scratch)
        yield sides, ProcessRunner(repository.root, here, scratch, configuration, watch.room())


def _configuration(experiment: Experiment, scratch: Path) -> Path:
    """A copy of the configuration file of the work tree for both sides; where there is none, an empty one."""
    if experiment.configuration is None:
        empty = scratch / "loadledger.toml"
        empty.touch()
        return empty
    copy = scratch / experiment.configuration.name
    shutil.copy(experiment.configuration, copy)
    return copy


def _measured(
    task: Task,
    sides: Mapping[Name, Checkout],
    runner: ProcessRunner,
    experiment: Experiment,
    watch: ExperimentObserver,
) -> TrialResult:
    """The turns of one workload, judged; what ended them early is in the result."""
    base, head = (str(side.commit) for side in sides.values())
    # The workloads of a command share its error.
    trial = Trial(
        task.name,
        (base, head),
        seed=random.SystemRandom().randrange(2**32),
        alpha=ALPHA / len(experiment.tasks),
        metrics=task.metrics or experiment.metrics,
        minimums=task.minimums or experiment.minimums,
    )
    begun = time.monotonic()
    fault: SuiteError | None = None
    try:
        with Canaries(runner.scratch) as canaries:

            def take(name: Name) -> Run:
                cut = partial(watch.cut_short, trial, name)
                return canaries.beside(lambda: runner.take(sides[name], task, cut))

            measure(trial, take, watch)
    except SuiteError as error:
        trial.cut = Reason.of_text(str(error)).behind("ended_early")
        fault = error
    return TrialResult.of(trial, time.monotonic() - begun, fault)
