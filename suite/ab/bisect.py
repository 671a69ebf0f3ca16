"""What `suite blame --bisect` does: measure commits of a range in turns until one is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from suite.ab.experiment import Experiment, compare_commits
from suite.ab.repository import Repository
from suite.ab.task import Task
from suite.commands.blaming import Blame, blame_document, print_blame
from suite.errors import ConfigurationError, SystemFailed, WorkerFailed
from suite.git import git
from suite.records.comparison import Shift
from suite.report.documents.target import STDOUT, check_target, deliver
from suite.report.terminal.console import make_console
from suite.report.words import WARNING, clean, many, short_commit
from suite.stats.bisection import Bounds, Side, bisect, questions, side

_UNSEEN = 3


@dataclass(frozen=True, slots=True)
class BisectionStep:
    """A commit that was measured against the last good one: which end it is like, and how far it lies."""

    commit: str
    side: Side
    shift: Shift | None


def narrow(
    found: Blame,
    task: Task,
    repository: Repository,
    results: Path,
    *,
    configuration: Path | None = None,
    json_file: str | None = None,
) -> int:
    """Measure commits of the range in turns with the last good one until one is left; the exit code.

    3 if the change does not show here. What can't be built or run is passed over. Raises what ends a
    comparison early, when what is known by then is told.
    """
    check_target(json_file)
    console = make_console(stderr=json_file == STDOUT)
    print_blame(console, found)
    if not found.between:
        ends = f"{short_commit(found.place.good)} and {short_commit(found.place.bad)}"
        raise ConfigurationError(
            f"git can't tell what lies between {ends}; in a shallow clone git fetch --unshallow brings more"
        )
    line = _first_parents(found.place.good, found.place.bad) or list(found.between)
    experiment = Experiment(
        found.place.good, None, (task,), configuration=configuration, metrics=(found.metric,)
    )
    search = _Search(console, found, line, experiment, repository, results)
    try:
        code = search.run()
    finally:
        search.tell()
        deliver({**blame_document(found), "bisection": search.document()}, json_file)
    return code


class _Search:
    """The course of one bisection."""

    def __init__(
        self,
        console: Console,
        found: Blame,
        line: Sequence[str],
        experiment: Experiment,
        repository: Repository,
        results: Path,
    ) -> None:
        self._console = console
        self._found = found
        self._line = line
        self._experiment = experiment
        self._repository = repository
        self._results = results
        self._whole: Shift | None = None
        self._unseen = ""
        self._steps: list[BisectionStep] = []

    def run(self) -> int:
        """Both ends first, then what is between them; the exit code."""
        self._say("both ends")
        whole, code = self._shift(self._line[-1])
        self._steps.append(BisectionStep(self._line[-1], "unclear", whole))
        if whole is None:
            self._unseen = "can't be measured here"
            return code or _UNSEEN
        if whole.low <= 0 <= whole.high:
            self._unseen = "does not differ here"
            return _UNSEEN
        if whole.estimate * self._found.point.change < 0:
            self._unseen = "moved the other way here"
            return _UNSEEN
        self._whole = whole
        self._steps[0] = replace(self._steps[0], side="bad")
        bisect(len(self._line), self._ask)
        return 0

    def tell(self) -> None:
        """What is known by now."""
        if not self._steps:
            return
        if self._whole is None:
            good, bad = short_commit(self._found.place.good), short_commit(self._found.place.bad)
            text = f"{self._found.metric} of {good} and {bad} {self._unseen}: nothing to narrow"
            self._console.print(Text(text, WARNING), soft_wrap=True)
            return
        good, left = self._range()
        names = "first bad" if len(left) == 1 else f"one of these {len(left)}"
        self._console.print(f"last good  {short_commit(good)}", soft_wrap=True, highlight=False)
        for sha in left:
            subject = clean(self._found.between.get(sha, ""))
            self._console.print(
                Text.assemble((names, "bold"), f"  {short_commit(sha)}  {subject}"), soft_wrap=True
            )

    def document(self) -> dict[str, Any]:
        """For scripts: every step, the last good commit, and those of which one is the first bad."""
        good, left = self._range() if self._whole is not None else (None, [])
        return {"steps": [asdict(step) for step in self._steps], "good": good, "bad": left}

    def _range(self) -> tuple[str, list[str]]:
        known = {step.commit: step.side for step in self._steps}
        first = next(at for at, sha in enumerate(self._line) if known.get(sha) == "bad")
        last = max((at for at in range(first) if known.get(self._line[at]) == "good"), default=-1)
        good = self._line[last] if last >= 0 else self._found.place.good
        return good, list(self._line[last + 1 : first + 1])

    def _ask(self, place: int) -> Side:
        good, left = self._range()
        more = many(questions(Bounds(0, len(left))), "more step")
        self._say(f"{len(left)} commits left after {short_commit(good)}, about {more}")
        shift, _ = self._shift(self._line[place])
        answer = "unclear" if shift is None or self._whole is None else side(shift, self._whole)
        self._steps.append(BisectionStep(self._line[place], answer, shift))
        self._say(f"{short_commit(self._line[place])} is {answer}")
        return answer

    def _shift(self, sha: str) -> tuple[Shift | None, int]:
        """How far a commit lies from the last good one, None if that can't be measured; the exit code."""
        try:
            experiment = replace(self._experiment, head=sha)
            answer = compare_commits(self._results, self._repository, experiment, console=self._console)
        except (ConfigurationError, SystemFailed, WorkerFailed) as error:
            self._console.print(Text(clean(str(error)), WARNING), soft_wrap=True)
            return None, error.exit_code
        shifts = [change.shift for one in answer.comparisons for change in one.changes]
        return next(iter(shifts), None), answer.code

    def _say(self, text: str) -> None:
        self._console.print(Text(clean(text), "bold"), soft_wrap=True)
        self._console.print()


def _first_parents(good: str, bad: str) -> list[str]:
    """The line that merges went into: a bad merge is one step of it, as it landed."""
    listed = git(Path.cwd(), "rev-list", "--reverse", "--first-parent", f"{good}..{bad}")
    return listed.text.split()
