"""What is printed."""

import statistics

from rich.console import Console
from rich.table import Table
from studies.costs.cells import ITSELF, REPEATED
from studies.costs.planted import CHANGES
from studies.costs.rivals import LIMITS
from studies.costs.summary import accused, apart, values

_WIDTH = 110
_out = Console(highlight=False)
_out.width = max(_out.width, _WIDTH)  # a log has room
err = Console(stderr=True, highlight=False, soft_wrap=True)
_SHOWN = ("instructions", "system_calls", "allocations", "calls", "statements")


def note(text):
    """One line beside the tables."""
    err.print(text, markup=False)


def comparison(found, goals):
    """Fresh starts, who accused whom, the goals."""
    if any((workload, "") in found for workload in REPEATED):
        _out.print(_repeats(found))
    judges = dict.fromkeys(judge for _, judge in found if judge)
    if judges:
        _out.print(_verdicts(found, judges))
    for goal in goals:
        _out.print(f"{'yes' if goal.kept else 'no '}  {goal.words}: {goal.found}", soft_wrap=True)


def _repeats(found):
    table = Table(title="Fresh starts: the farthest from the median", title_justify="left")
    table.add_column("workload")
    for name in ("starts", *_SHOWN, "s"):
        table.add_column(name, justify="right")
    for workload in REPEATED:
        if trials := found.get((workload, "")):
            spread = [apart(values(trials, f"cost.{name}")) for name in _SHOWN]
            table.add_row(
                workload,
                str(len(trials)),
                *("-" if far is None else f"±{far:.3%}" for far in spread),
                f"{statistics.median(one['seconds'] for one in trials):.0f}",
            )
    return table


def _verdicts(found, judges):
    table = Table(title="Said to cost more, or to be slower", title_justify="left")
    table.add_column("planted")
    columns = [(judge, limit) for judge in judges for limit in (LIMITS if _by_limit(judge) else (None,))]
    for judge, limit in columns:
        table.add_column(judge if limit is None else f"{judge} {limit} %", justify="right")
    for case in (ITSELF, *CHANGES):
        cells = []
        for judge, limit in columns:
            trials = found.get((case, judge), [])
            cells.append(f"{accused(trials, limit)}/{len(trials)}" if trials else "-")
        table.add_row("nothing" if case == ITSELF else case, *cells)
    return table


def _by_limit(judge):
    return judge in ("median", "pytest-benchmark")
