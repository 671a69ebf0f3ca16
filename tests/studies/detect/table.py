"""What is printed."""

from rich.console import Console
from rich.table import Table
from studies.detect.made import KINDS

_WIDTH = 110
_out = Console(highlight=False)
_out.width = max(_out.width, _WIDTH)  # a log has room
_err = Console(stderr=True, highlight=False, soft_wrap=True)


def note(text):
    """One line beside the tables."""
    _err.print(text, markup=False)


def progress(text):
    """Where we are; only for who looks on."""
    if _err.is_terminal:
        note(text)


def accuracy(rows):
    """Per length what was found of the steps, and how much of what was found is one."""
    lengths = sorted({n for row in rows for n in row.scores})
    table = _table("steps of 2 to 50 %, spread 1 to 10 %: precision, recall, F1", rows)
    for n in lengths:
        table.add_column(f"n = {n:,}", justify="right", no_wrap=True)
    for row in rows:
        cells = (row.scores[n] for n in lengths)
        table.add_row(row.label, *(f"{s.precision:.3f} {s.recall:.3f} {s.f1:.3f}" for s in cells))
    _out.print(table)


def alarms(rows):
    """False alarms, how soon a plain step is found, and the time it takes."""
    table = _table("false alarms per 1,000 values without a change; delay in values; time", rows)
    for name in (*KINDS, "delay", "10,000 values"):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(
            row.label,
            *(f"{row.alarms[kind]:.3f}" for kind in KINDS),
            f"{row.delay:g}",
            f"{row.seconds:.2f} s",
        )
    _out.print(table)


def alone(drift, wrongly, growth):
    """What only we do."""
    _out.print(f"drift: found in {drift:.1%}, said of {wrongly:.1%} of series with steps or nothing")
    _out.print(f"one value more: {growth:.2f} × the cost at 10,000 than at 100")


def judged(goals):
    """Each goal and whether it is kept."""
    for goal in goals:
        kept = "yes" if goal.kept else "no "
        _out.print(f"{kept}  {goal.words}: {goal.found:.3f} (goal {goal.limit:.3f})", soft_wrap=True)


def _table(title, rows):
    table = Table(title=title, title_justify="left")
    table.add_column(f"{len(rows)} detectors")
    return table
