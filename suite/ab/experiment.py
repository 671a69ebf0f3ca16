"""What one `suite ab` command does: build both sides, take turns, keep each result at once, print it."""

from __future__ import annotations

import contextlib
import random
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from suite.ab.build import Builder
from suite.ab.canary import Canaries
from suite.ab.checkout import Checkout, Name
from suite.ab.environments import Wanted, choose, project_in, ready
from suite.ab.explain import explain
from suite.ab.outcome import ExperimentOutcome
from suite.ab.pairs import Trial, measure
from suite.ab.repository import Commit, Repository, take
from suite.ab.sample import ProcessRunner, compile_all
from suite.ab.task import Task
from suite.compare.minimum import Overrides
from suite.compare.sequential import ALPHA
from suite.errors import ConfigurationError, SuiteError, SystemFailed, WorkerFailed
from suite.files import check_writable
from suite.process.guard import interruptible
from suite.process.identity import round_identity
from suite.process.scratch import scratch_directory
from suite.records.comparison import Comparison
from suite.report.documents.target import STDOUT, check_target
from suite.report.terminal.ab import AbReporter, so_far
from suite.report.terminal.console import make_console
from suite.report.verdict import overall


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


@dataclass(frozen=True, slots=True)
class ExperimentResult:
    """The exit code of a comparison of commits, and what it found of each workload that both have."""

    code: int
    comparisons: tuple[Comparison, ...]


def compare_commits(
    results: Path,
    repository: Repository,
    experiment: Experiment,
    *,
    json_file: str | None = None,
    console: Console | None = None,
) -> ExperimentResult:
    """Compare workload by workload, keep documents in `results`/ab, print (to stderr if stdout is for JSON).

    A workload that one side lacks, or whose system fails, ends its own comparison only. What ends the
    command early (Interrupted, a StoreError) is raised after what was found is kept and printed. Raises
    ConfigurationError for what git does not know and a commit that does not build, and StoreError before
    anything runs if a result could not be written.
    """
    folder = results / "ab"
    check_writable(folder / "draft")
    check_target(json_file)
    commits: dict[Name, Commit] = {
        "base": repository.commit(experiment.base),
        "head": repository.commit(experiment.head) if experiment.head is not None else repository.work_tree(),
    }
    fault: SuiteError | None = None
    with interruptible(), AbReporter(console or make_console(stderr=json_file == STDOUT)) as reporter:
        outcome = ExperimentOutcome(commits, folder, reporter)
        kept = (folder / "envs").resolve()
        with _prepared(repository, experiment, commits, kept, reporter) as (sides, sampler):
            for task in experiment.tasks:
                try:
                    _compare(task, sides, sampler, experiment, outcome, reporter)
                except (SystemFailed, WorkerFailed, ConfigurationError) as error:
                    outcome.codes.append(error.exit_code)
                    reporter.fault(str(error))
                except SuiteError as error:
                    fault = error
                    break
        code = overall([*outcome.codes, *([fault.exit_code] if fault else [])])
        outcome.end(code, json_file)
    if fault is not None:
        raise fault
    return ExperimentResult(code, tuple(outcome.comparisons))


@contextlib.contextmanager
def _prepared(
    repository: Repository,
    experiment: Experiment,
    commits: Mapping[Name, Commit],
    kept: Path,
    reporter: AbReporter,
) -> Iterator[tuple[Mapping[Name, Checkout], ProcessRunner]]:
    """Both sides, checked out and built; nothing of them is left afterwards but environments in `kept`."""
    here = Path.cwd().resolve().relative_to(repository.root)
    with contextlib.ExitStack() as held:
        scratch = held.enter_context(scratch_directory())
        held.enter_context(round_identity(scratch))
        checkouts: dict[Name, Path] = {}
        for name, commit in commits.items():
            reporter.doing(f"checking out {name}")
            checkouts[name] = held.enter_context(repository.checked_out(commit, scratch / name))
            for path in experiment.taken():
                take(repository.root, checkouts[name], path)
        project = project_in(repository.root / here, repository.root)
        chosen = choose(experiment.wanted, checkouts, project, repository.root, experiment.python)
        extras = experiment.extras or ("all" if chosen.brings_suite else "")
        builder = Builder(experiment.python or sys.executable, extras, scratch)
        reporter.doing("making ready")
        sides = held.enter_context(ready(chosen, commits, checkouts, project, builder, kept))
        for side in sides.values():
            compile_all(side, scratch)
        notes = [str(chosen), *(f"{side.name}: {side.note}" for side in sides.values() if side.note)]
        reporter.start(str(commits["base"]), str(commits["head"]), notes)
        configuration = None if chosen.brings_suite else _configuration(experiment, scratch)
        yield sides, ProcessRunner(repository.root, here, scratch, configuration)


def _configuration(experiment: Experiment, scratch: Path) -> Path:
    """A copy of the configuration file of the work tree for both sides; where there is none, an empty one."""
    if experiment.configuration is None:
        empty = scratch / "loadledger.toml"
        empty.touch()
        return empty
    copy = scratch / experiment.configuration.name
    shutil.copy(experiment.configuration, copy)
    return copy


def _compare(
    task: Task,
    sides: Mapping[Name, Checkout],
    sampler: ProcessRunner,
    experiment: Experiment,
    outcome: ExperimentOutcome,
    reporter: AbReporter,
) -> None:
    """Compare one workload; whatever ends it, the pairs that it has are kept and printed."""
    base, head = (str(side.commit) for side in sides.values())
    # The workloads of a command share its error.
    trial = Trial(
        task.name,
        (base, head),
        seed=random.SystemRandom().randrange(2**32),
        alpha=ALPHA / len(experiment.tasks),
        metrics=experiment.metrics,
        minimums=experiment.minimums,
    )
    begun = time.monotonic()
    try:
        with Canaries(sampler.scratch) as canaries:
            measure(
                trial, lambda name: canaries.beside(lambda: sampler.take(sides[name], task)), _Watch(reporter)
            )
    except SuiteError as error:
        trial.cut = f"ended early: {error}".splitlines()[0]
        raise
    finally:
        if trial.pairs:
            outcome.keep(trial, time.monotonic() - begun)
    if not trial.pairs:
        outcome.gave_up(trial)
    elif experiment.profile and (
        found := explain(trial.judged()[1], sampler, sides, task, outcome.path(trial), reporter)
    ):
        outcome.explained(trial, found)


class _Watch:
    """Tells the reporter, in its own words, what goes on."""

    def __init__(self, reporter: AbReporter) -> None:
        self._reporter = reporter

    def sampling(self, trial: Trial, side: Name) -> None:
        self._reporter.sampling(trial.workload, len(trial.pairs), side, _standing(trial))

    def paired(self, trial: Trial) -> None:
        self._reporter.paired(trial.workload, len(trial.pairs), _standing(trial))

    def repeated(self, trial: Trial, reason: str) -> None:
        self._reporter.repeated(trial.workload, reason)


def _standing(trial: Trial) -> str:
    return so_far({name: trial.middles(name) for name in trial.metrics})
