"""Which functions a regression comes from: profiled, shown as a table, kept as a flame graph."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from suite.ab.profile import kind_of, profile
from suite.ab.sample import Sampler, Task
from suite.ab.side import Name, Side
from suite.comparison import Comparison
from suite.errors import Interrupted, SuiteError
from suite.report.ab import AbReporter
from suite.report.file import write_text
from suite.report.flame import flame_svg


def explain(
    found: Comparison,
    sampler: Sampler,
    sides: Mapping[Name, Side],
    task: Task,
    document: Path,
    reporter: AbReporter,
) -> None:
    """Profile both sides for each kind of regression in `found`, none for none; pictures lie by `document`.

    What can't be profiled is told; the verdict stands without it.
    """
    kinds = dict.fromkeys(
        kind_of(change.metric) for change in found.changes if change.verdict == "regression"
    )
    for kind in kinds:
        unit = "B" if kind == "memory" else "s"
        target = document.with_suffix(".memory.svg" if kind == "memory" else ".svg")

        def doing(side: Name, done: int, total: int) -> None:
            reporter.profiling(found.workload, side, done, total)

        try:
            difference = profile(kind, sampler, sides, task, doing)
            reporter.profiled(difference, unit)
            title = f"{found.workload}: {found.base} to {found.head}"
            write_text(target, flame_svg(difference, title, unit))
            reporter.kept(str(target))
        except Interrupted:
            raise
        except SuiteError as error:
            reporter.fault(f"no profile: {error}")
