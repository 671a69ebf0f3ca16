"""Two commits' costs: both are counted at the same time, as often as it takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Protocol

from suite.ab.checkout import Checkout, Name
from suite.ab.experiment import Experiment, PreparationObserver, both_commits, prepared
from suite.ab.outcome import ITS_OWN, nothing_compared
from suite.ab.repository import Repository
from suite.ab.sample import ProcessRunner
from suite.ab.task import Task
from suite.compare.accepted import FILE, Acceptance, accepted, newly_accepted
from suite.compare.bills import compare_bills, costs_untold
from suite.errors import SuiteError
from suite.git import git
from suite.records.comparison import Comparison
from suite.records.costs import CostBill
from suite.records.reason import Reason

_MOST = 3
"""Bills of each side at most; a change has to show in two."""
_COMMAND = Path("suite/commands/costs.py")


class BillObserver(PreparationObserver, Protocol):
    """Who is told how far counting is, and given each result the moment that it is there."""

    def counting(self, workload: str, number: int) -> None:
        """Bill `number` (from 1) of both sides is made."""

    def so_far(self, found: Comparison) -> None:
        """The bills that there are have been compared, and one more of each side is to be made."""

    def cut_short(self, workload: str, side: Name, bill: CostBill, error: SuiteError) -> None:
        """What had been counted when `error` ended it, which is raised after this."""

    def billed(self, found: Comparison) -> None:
        """The bills of a workload have been compared."""

    def failed(self, workload: str, error: SuiteError) -> None:
        """A workload whose bills could not be made, while others can."""


def compare_costs(
    repository: Repository, experiment: Experiment, kept: Path, words: Iterable[str], watch: BillObserver
) -> None:
    """Count workload by workload on both sides; `words` are options of `suite costs`.

    Environments of their own are `kept` there. What head's `costs-accepted.toml` has and base's has not is
    meant to grow. A workload whose system fails ends its own comparison only.
    Raises ConfigurationError for what git does not know and a commit that does not build, and Interrupted.
    """
    commits = both_commits(repository, experiment)
    with prepared(repository, experiment, commits, kept, watch) as (sides, runner):
        files = [side.folder / runner.cwd / FILE for side in sides.values()]
        wanted = newly_accepted(*files)
        for task in experiment.tasks:
            try:
                found = _lacking(repository, sides, task)
                watch.billed(found or _counted(runner, sides, task, experiment, tuple(words), wanted, watch))
            except ITS_OWN as error:
                watch.failed(task.name, error)


def _counted(
    runner: ProcessRunner,
    sides: Mapping[Name, Checkout],
    task: Task,
    experiment: Experiment,
    words: tuple[str, ...],
    wanted: Iterable[Acceptance],
    watch: BillObserver,
) -> Comparison:
    bills: dict[Name, list[CostBill]] = {"base": [], "head": []}
    open_ones: Iterable[str] = experiment.metrics
    while True:
        watch.counting(task.name, len(bills["base"]) + 1)
        cut = partial(watch.cut_short, task.name)
        counted = runner.count(sides.values(), task, *words, *_only(open_ones, sides), cut=cut)
        for name, bill in counted.items():
            bills[name].append(bill)
        found = compare_bills(
            bills["base"], bills["head"], metrics=experiment.metrics, minimums=experiment.minimums
        )
        found = accepted(found, wanted)
        count = len(bills["base"])
        if any(bill.exit_code for side in bills.values() for bill in side):
            return found  # operations fail: another bill would say no more
        open_ones = costs_untold(found, count)
        if count == _MOST or not open_ones or (count > 1 and found.verdict != "inconclusive"):
            return found
        watch.so_far(found)


def _only(metrics: Iterable[str], sides: Mapping[Name, Checkout]) -> list[str]:
    """Options of `suite costs` that leave out what is known already, where both sides know them."""
    commands = [side.folder / _COMMAND for side in sides.values()]
    if any(own.is_file() and "--metric" not in own.read_text(errors="replace") for own in commands):
        return []
    return [word for metric in metrics for word in ("--metric", metric)]


def _lacking(repository: Repository, sides: Mapping[Name, Checkout], task: Task) -> Comparison | None:
    """Nothing compared, where a side brings a Loadledger of its own that can't count yet."""
    lacking = [
        name
        for name, side in sides.items()
        if (side.folder / _COMMAND.parent).is_dir() and not (side.folder / _COMMAND).is_file()
    ]
    if not lacking:
        return None
    words = ("--all", "--diff-filter=A", "--reverse", "--format=%h", "--", str(_COMMAND))
    known = git(repository.root, "log", *words).text.split()
    why = Reason("no_costs_yet", {"side": lacking[0], "first": known[0] if known else None})
    base, head = (side.commit for side in sides.values())
    return nothing_compared(task.name, base, head, (why,))
