"""What the workloads of one comparison of commits come to: judged, printed, kept."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from suite.ab.checkout import Name
from suite.ab.explain import Explanation
from suite.ab.pairs import Trial
from suite.ab.repository import Commit
from suite.compare.sequential import ALPHA
from suite.formats.codec import encode_run
from suite.measure.environment import fingerprint
from suite.records.comparison import Comparison
from suite.report.compared import Compared
from suite.report.documents.run import SCHEMA, run_path, write_document
from suite.report.documents.target import deliver
from suite.report.terminal.ab import AbReporter
from suite.report.terminal.calibration import hint, told
from suite.report.verdict import verdict_word


class ExperimentOutcome:
    """What the workloads came to so far; keeps and prints each."""

    def __init__(self, commits: Mapping[Name, Commit], folder: Path, reporter: AbReporter) -> None:
        self._commits = commits
        self._folder = folder
        self._reporter = reporter
        self.comparisons: list[Comparison] = []
        self.broken: list[str] = []
        self.codes: list[int] = []
        self._entries: list[dict[str, Any]] = []

    def keep(self, trial: Trial, seconds: float) -> None:
        """Judge, write and print; a step that fails does not keep the others from being tried."""
        standing, found = trial.judged()
        broken = trial.broken_checks()
        code = 1 if broken or found.verdict == "regression" else 3 if found.verdict == "inconclusive" else 0
        entry = _entry(trial, standing.looked, found)
        self.comparisons.append(found)
        self.broken += [f"{trial.workload}: {name}" for name in broken]
        self.codes.append(code)
        self._entries.append(entry)
        path = self.path(trial)
        with contextlib.ExitStack() as last_first:
            last_first.callback(self._reporter.result, found, seconds, self._promise(trial, found))
            write_document(path, self._document([entry], code))

    def gave_up(self, trial: Trial) -> None:
        """Tell that no pair of rounds could be believed, which decides nothing."""
        self.codes.append(3)
        self._entries.append({"workload": trial.workload, "verdict": "inconclusive", "cut": trial.cut})
        self._reporter.fault(f"{trial.workload}: no pair of rounds can be believed; {trial.cut}")

    def explained(self, trial: Trial, found: Sequence[Explanation]) -> None:
        """Add to the document of the workload kept last which functions its regression comes from."""
        entry, code = self._entries[-1], self.codes[-1]
        entry["profiles"] = [one.document() for one in found]
        write_document(self.path(trial), self._document([entry], code))

    def _promise(self, trial: Trial, found: Comparison) -> str:
        if trial.cut:
            return ""
        alone = trial.alpha < ALPHA
        caught = told(self._folder.parent, trial.pairs[0].base, found, "ab", alone=alone)
        return caught or hint([trial.workload])

    def path(self, trial: Trial) -> Path:
        """Where the document of a workload with pairs lies."""
        return run_path(self._folder, trial.pairs[0].base)

    def end(self, code: int, json_file: str | None) -> None:
        """Print the verdict on all, and write it where it is asked for."""
        names = [str(commit) for commit in self._commits.values()]
        compared = Compared(names[0], names[1], tuple(self.comparisons))
        saved = str(self._folder) if self.comparisons else ""
        self._reporter.end(compared, code, self.broken, saved)
        deliver(self._document(self._entries, code), json_file)

    def _document(self, entries: Sequence[Mapping[str, Any]], code: int) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "environment": fingerprint(),
            "verdict": verdict_word(code),
            "exit_code": code,
            **{name: asdict(commit) for name, commit in self._commits.items()},
            "ab": list(entries),
        }


def _entry(trial: Trial, looked: int, found: Comparison) -> dict[str, Any]:
    return {
        "workload": trial.workload,
        "verdict": found.verdict,
        "looked": looked,
        "seed": trial.seed,
        "alpha": trial.alpha,
        "metrics": trial.metrics,
        "comparison": asdict(found),
        "pairs": [
            {"order": pair.order, "base": encode_run(pair.base), "head": encode_run(pair.head)}
            for pair in trial.pairs
        ],
        "repeated": trial.repeated,
        "cut": trial.cut or None,
    }
