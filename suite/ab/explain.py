"""Which functions a regression comes from: profiled, shown as a table, kept as a flame graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from suite.ab.checkout import Checkout, Name
from suite.ab.profile import Kind, kind_of, profile
from suite.ab.sample import ProcessRunner
from suite.ab.task import Task
from suite.compare.profilediff import Difference
from suite.errors import Interrupted, SuiteError
from suite.files import write_text
from suite.records.comparison import Comparison
from suite.report.documents.flame import flame_svg
from suite.report.terminal.ab import AbReporter

_COSTS: Mapping[Kind, tuple[str, str]] = {
    "time": ("CPU time per operation", "s"),
    "waiting": ("time of all threads per operation, waiting too,", "s"),
    "memory": ("memory at the peak", "B"),
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a profile of both sides shows: costs in `unit`, and where the flame graph lies."""

    kind: Kind
    unit: str
    difference: Difference
    picture: Path

    def document(self) -> dict[str, Any]:
        """For scripts: the functions that changed, likeliest causes first."""
        return {
            "kind": self.kind,
            "unit": self.unit,
            "whole": self.difference.whole._asdict(),
            "functions": [
                {**row.function._asdict(), "own": row.own._asdict(), "total": row.total._asdict()}
                for row in self.difference.rows
            ],
            "flame_graph": self.picture.name,
        }


def explain(
    found: Comparison,
    sampler: ProcessRunner,
    sides: Mapping[Name, Checkout],
    task: Task,
    document: Path,
    reporter: AbReporter,
) -> list[Explanation]:
    """Profile both sides for each kind of regression in `found`, none for none; pictures lie by `document`.

    Where no function takes more of the CPU, waiting is looked at too. What can't be profiled is told; the
    verdict stands without it.
    """
    one = _Explained(found, sampler, sides, task, document, reporter)
    changes = [change for change in found.changes if change.verdict == "regression"]
    explanations: list[Explanation] = []
    try:
        for kind in dict.fromkeys(kind_of(change.metric) for change in changes):
            explanations.append(one.profiled(kind))
            if not explanations[-1].difference.slower and kind == "time":
                explanations.append(one.profiled("waiting"))
    except Interrupted:
        raise
    except SuiteError as error:
        reporter.fault(f"no profile: {error}")
    return explanations


@dataclass(frozen=True, slots=True)
class _Explained:
    found: Comparison
    sampler: ProcessRunner
    sides: Mapping[Name, Checkout]
    task: Task
    document: Path
    reporter: AbReporter

    def profiled(self, kind: Kind) -> Explanation:
        """Measure, show, keep."""

        def doing(side: Name, done: int, total: int) -> None:
            self.reporter.profiling(self.found.workload, side, done, total)

        difference = profile(kind, self.sampler, self.sides, self.task, doing)
        what, unit = _COSTS[kind]
        self.reporter.profiled(difference, what, unit)
        target = self.document.with_suffix(".svg" if kind == "time" else f".{kind}.svg")
        title = f"{self.found.workload}, {what.rstrip(',')}: {self.found.base} to {self.found.head}"
        write_text(target, flame_svg(difference, title, unit))
        self.reporter.kept(str(target))
        return Explanation(kind, unit, difference, target)
