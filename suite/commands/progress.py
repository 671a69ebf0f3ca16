"""How rounds in turns go on, shown and kept: for `suite ab`, and for `suite blame --bisect`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from suite.ab.calibration_store import caught
from suite.ab.checkout import Name
from suite.ab.explain import Explanation
from suite.ab.outcome import TrialResult, nothing_compared
from suite.ab.pairs import Repeated, Trial
from suite.ab.repository import Commit
from suite.commands.output import Output
from suite.commands.pull_request import tell_pull_request
from suite.compare.compared import Compared
from suite.errors import SuiteError
from suite.files import write_text
from suite.formats.document import run_path, write_document
from suite.formats.envelope import entry, envelope
from suite.records.reason import Reason
from suite.records.run import Run
from suite.report.documents.flame import flame_svg
from suite.report.documents.markdown import markdown
from suite.report.documents.profile import profile_document
from suite.report.reasons import error_words, words
from suite.report.terminal.ab import AbReporter, so_far
from suite.report.terminal.calibration import hint, promise
from suite.report.terminal.profile import COSTS
from suite.report.verdict import overall
from suite.report.words import many, short_commit

UNFINISHED = Reason.of_text("the command ended before this was whole").behind("ended_early")
"""Why a comparison that is kept before it is whole is not."""


class Turns:
    """Shows how two commits take turns and keeps what they come to, each workload at once.

    An ExperimentObserver and a BisectionObserver. Use it as a context manager.
    """

    def __init__(self, out: Output, results: Path, files: Sequence[str] = (), *, told: bool = True) -> None:
        """`files` are the load files that are configured; what ends may be `told` to a pull request."""
        self._files = files
        self._told = told
        self._reporter = AbReporter(out.console)
        self._out = out
        self._results = results
        self._commits: Mapping[Name, Commit] = {}
        self._entries: dict[str, dict[str, Any]] = {}
        self._written = False
        self._first: Run | None = None
        """The first round of a workload: what is journalled of it has its name."""
        self._half: dict[str, Any] = {}
        """What a document says of the round that has no other half yet."""

    def __enter__(self) -> Self:
        self._reporter.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._reporter.__exit__(kind, error, traceback)

    @property
    def begun(self) -> bool:
        """Whether both sides could be prepared."""
        return bool(self._commits)

    def document(self, code: int) -> dict[str, Any]:
        """All that was compared so far."""
        return self._document([*self._entries.values()], code)

    def room(self) -> Path | None:
        """See `PreparationObserver`."""
        return self._out.journal.room()

    def preparing(self, what: str) -> None:
        """See `ExperimentObserver`."""
        self._reporter.doing(what)

    def prepared(self, commits: Mapping[Name, Commit], notes: Iterable[str]) -> None:
        """See `ExperimentObserver`."""
        self._commits = commits
        self._out.journal.about = self._sides()
        self._reporter.start(str(commits["base"]), str(commits["head"]), notes)

    def sampling(self, trial: Trial, side: Name) -> None:
        """See `TrialObserver`."""
        self._reporter.sampling(trial.workload, len(trial.pairs), side, _standing(trial))

    def halved(self, trial: Trial, side: Name, run: Run) -> None:
        """See `TrialObserver`; it is kept beside the pairs that there are."""
        if not trial.pairs:
            if self._first is not None:  # of a pair that could not be believed
                self._out.journal.settled(self._first)
            self._first = run
        self._half = {"unpaired": [{"side": side, "run": entry(run)}]}
        self._keep(trial, **self._half)

    def cut_short(self, trial: Trial, side: Name, run: Run) -> None:
        """See `TrialObserver`; it is kept beside the pairs that there are, and the other round of its own."""
        if self._first is None:
            self._first = run
        self._half = {"unpaired": [*self._half.get("unpaired", ()), {"side": side, "run": entry(run)}]}
        self._keep(trial, **self._half)

    def paired(self, trial: Trial) -> None:
        """See `TrialObserver`; what the pairs say until now is kept."""
        self._reporter.paired(trial.workload, len(trial.pairs), _standing(trial))
        self._half = {}
        self._keep(trial)

    def _keep(self, trial: Trial, **more: Any) -> None:
        if trial.pairs:
            _, found = trial.judged()
        else:
            found = nothing_compared(trial.workload, self._commits["base"], self._commits["head"])
        found = replace(found, partial=True, notes=(*found.notes, UNFINISHED))
        self._out.journal.keep(found, named=self._first, **_told(trial, len(trial.pairs)), **more)

    def repeated(self, trial: Trial, again: Repeated) -> None:
        """See `TrialObserver`."""
        self._reporter.repeated(trial.workload, again.side, again.reasons)

    def compared(self, result: TrialResult) -> None:
        """See `ExperimentObserver`; a step that fails does not keep the others from being tried."""
        trial, found = result.trial, result.comparison
        self._out.codes += result.codes
        if found is None and self._first is not None:
            if result.error is not None:  # half a pair is all that there is
                self._written = bool(self._out.journal.kept_apart()) or self._written
            else:
                self._out.journal.settled(self._first)
        if found is not None:
            self._entries[trial.workload] = {**_entry(result), **self._half}
            with contextlib.ExitStack() as last_first:
                last_first.callback(self._reporter.result, found, result.seconds, self._promise(result))
                self._write(result)
        elif result.error is None:
            found = nothing_compared(trial.workload, self._commits["base"], self._commits["head"])
            self._entries[trial.workload] = entry(found, cut=trial.cut)
            why = "" if trial.cut is None else f"; {words(trial.cut)}"
            self._reporter.fault(f"{trial.workload}: no pair of rounds can be believed{why}")
        self._half = {}
        if result.error is not None and result.alone:
            self._reporter.fault(error_words(result.error))

    def profiling(self, workload: str, side: Name, done: int, total: int) -> None:
        """See `ProfileObserver`."""
        self._reporter.profiling(workload, side, done, total)

    def explained(self, result: TrialResult, explanation: Explanation) -> None:
        """See `ProfileObserver`; the picture lies beside the document, which has the functions too."""
        assert result.comparison is not None
        kind, unit, difference = explanation.kind, explanation.unit, explanation.difference
        self._reporter.profiled(difference, kind, unit)
        target = self._path(result).with_suffix(".svg" if kind == "time" else f".{kind}.svg")
        found = result.comparison
        title = f"{found.workload}, {COSTS[kind].rstrip(',')}: {found.base} to {found.head}"
        write_text(target, flame_svg(difference, title, unit))
        self._reporter.kept(str(target))
        profiles = self._entries[found.workload].setdefault("profiles", [])
        profiles.append(profile_document(kind, unit, difference, target.name))
        self._write(result)

    def unexplained(self, result: TrialResult, error: SuiteError) -> None:  # noqa: ARG002
        """See `ProfileObserver`."""
        self._reporter.fault(f"no profile: {error}")

    def ended(self, results: Iterable[TrialResult], error: SuiteError | None) -> None:
        """See `ExperimentObserver`."""
        done = list(results)
        codes = [code for one in done for code in one.codes] + ([error.exit_code] if error else [])
        found = tuple(one.comparison for one in done if one.comparison is not None)
        broken = [f"{one.trial.workload}: {name}" for one in done for name in one.trial.broken_checks()]
        names = [str(commit) for commit in self._commits.values()]
        saved = str(self._folder) if self._written else ""
        compared = Compared(names[0], names[1], found)
        self._reporter.end(compared, overall(codes), broken, saved)
        if self._told:
            text = markdown(compared, title="Load benchmarks in turns")
            tell_pull_request(self._out.console, compared, text, files=self._files)

    def at_both_ends(self) -> None:
        """See `BisectionObserver`."""
        self._reporter.heading("both ends")

    def asking(self, left: int, good: str, steps: int) -> None:
        """See `BisectionObserver`."""
        more = many(steps, "more step")
        self._reporter.heading(f"{left} commits left after {short_commit(good)}, about {more}")

    def answered(self, commit: str, side: str) -> None:
        """See `BisectionObserver`."""
        self._reporter.heading(f"{short_commit(commit)} is {side}")

    def passed_over(self, commit: str, error: SuiteError) -> None:  # noqa: ARG002
        """See `BisectionObserver`."""
        self._reporter.warn(error_words(error))

    @property
    def _folder(self) -> Path:
        return self._results / "ab"

    def _path(self, result: TrialResult) -> Path:
        return run_path(self._folder, result.trial.pairs[0].base)

    def _promise(self, result: TrialResult) -> str:
        if result.trial.cut or result.comparison is None:
            return ""
        found = caught(self._results, result.trial.pairs[0].base, result.comparison, "ab")
        return promise(found, alone=result.shared) or hint([result.trial.workload])

    def _write(self, result: TrialResult) -> None:
        own = self._entries[result.trial.workload]
        write_document(self._path(result), self._document([own], result.own_code))
        self._written = True
        if self._first is not None:
            self._out.journal.settled(self._first)

    def _document(self, entries: Sequence[Mapping[str, Any]], code: int) -> dict[str, Any]:
        return envelope("ab", entries, exit_code=code, **self._sides())

    def _sides(self) -> dict[str, Any]:
        return {name: asdict(commit) for name, commit in self._commits.items()}


def _standing(trial: Trial) -> str:
    return so_far({name: trial.middles(name) for name in trial.metrics})


def _entry(result: TrialResult) -> dict[str, Any]:
    assert result.comparison is not None
    return entry(result.comparison, **_told(result.trial, result.looked))


def _told(trial: Trial, looked: int) -> dict[str, Any]:
    """What a document says of a comparison beside its record."""
    return {
        "looked": looked,
        "seed": trial.seed,
        "alpha": trial.alpha,
        "metrics": list(trial.metrics),
        "pairs": [
            {"order": pair.order, "base": entry(pair.base), "head": entry(pair.head)} for pair in trial.pairs
        ],
        "repeated": trial.repeated,
        "cut": trial.cut,
    }
