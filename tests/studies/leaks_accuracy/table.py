"""What is printed."""

from rich.console import Console
from rich.table import Table

_WIDTH = 110
_out = Console(highlight=False)
_out.width = max(_out.width, _WIDTH)  # a log has room
err = Console(stderr=True, highlight=False, soft_wrap=True)


def note(text):
    """One line beside the table."""
    err.print(text, markup=False)


def comparison(trials, rivals, goals):
    """Leaks and how often each was found, what is clean and how often it was accused; then the goals."""
    leaks = [each for each in trials if each.case.leaks]
    clean = [each for each in trials if not each.case.leaks]
    if leaks:
        _out.print(_table("Leaks: found in", leaks, rivals, "right function"))
    if clean:
        _out.print(_table("No leaks: accused in", clean, rivals, None))
    for goal in goals:
        _out.print(f"{'yes' if goal.kept else 'no '}  {goal.words}: {goal.found}", soft_wrap=True)


def _table(title, trials, rivals, named):
    table = Table(title=title, title_justify="left")
    table.add_column("case")
    for name in ("ours", *([named] if named else []), "s of load", "s in all"):
        table.add_column(name, justify="right")
    for name in rivals:
        table.add_column(name, justify="right")
    table.add_column("ours said")
    for each in trials:
        total = len(each.said)
        ours = each.right if each.case.leaks else each.accused
        table.add_row(
            each.case.name,
            _share(ours, total),
            *([_share(each.named, each.accused)] if named else []),
            _seconds(each.load),
            _seconds(each.wall),
            *(_share(sum(each.rivals.get(name, [])), len(each.rivals.get(name, []))) for name in rivals),
            ", ".join(f"{outcome} {count}" for outcome, count in each.outcomes),
        )
    return table


def _share(part, total):
    return "-" if part is None or not total else f"{part}/{total}"


def _seconds(value):
    return "-" if value is None else f"{value:.1f}"
