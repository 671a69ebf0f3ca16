"""What is printed."""

import statistics

from rich.console import Console
from rich.table import Table

_WIDTH = 110
_SHARED = 0.05
_out = Console(highlight=False)
_out.width = max(_out.width, _WIDTH)  # a log has room
_err = Console(stderr=True, highlight=False, soft_wrap=True)


def note(text):
    """One line beside the table."""
    _err.print(text, markup=False)


def progress(text):
    """Where we are; only for who looks on."""
    if _err.is_terminal:
        note(text)


def comparison(server, load, rounds, rows, goals):
    """CPU per request, throughput, what each tool reports; then the goals."""
    table = Table(
        title=f"{load.connections} connections to {server}, {rounds} rounds of {load.seconds} s, medians",
        title_justify="left",
    )
    table.add_column("generator")
    for name in ("CPU µs/request", "from-to", "v ours", "waited", "requests/s", "its p50", "its p99"):
        table.add_column(name, justify="right")
    for row in rows:
        low, high = row.spread
        table.add_row(
            row.label + (f" ({row.failures} failures)" if row.failures else ""),
            f"{row.cpu * 1e6:.1f}",
            f"{low * 1e6:.1f}-{high * 1e6:.1f}",
            "" if row.ratio is None else f"{row.ratio:.2f}",
            f"{row.waited:.0%}",
            f"{row.rate:,.0f}",
            _milliseconds(row.p50),
            _milliseconds(row.p99),
        )
    _out.print(table)
    for goal in goals:
        kept = "yes" if goal.ratio <= goal.limit else "no "
        found, least = _factor(goal.ratio, goal.limit), _factor(goal.least, goal.limit)
        _out.print(f"{kept}  {goal.words}: {found} (lowest: {least})", soft_wrap=True)
    if rows and statistics.median(row.waited for row in rows) > _SHARED:
        _out.print(
            "The machine was shared: generators waited for a core. Repeat it on a quiet one.", soft_wrap=True
        )


def stalls(server, rows):
    """Each tool's p99 beside the true one."""
    table = Table(title=f"{server} stopped for 1 s within 8 s, 1,000/s where a tool knows rates",
                  title_justify="left")  # fmt: skip
    table.add_column("generator")
    for name in ("its p50", "its p99", "true p99", "sent of the plan"):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(
            row.label,
            _milliseconds(row.p50),
            _milliseconds(row.p99),
            _milliseconds(row.truth),
            "no rate" if row.sent is None else f"{row.sent:.0%}",
        )
    _out.print(table)


def _milliseconds(seconds):
    return f"{seconds * 1e3:.2f} ms" if seconds < 0.1 else f"{seconds * 1e3:.0f} ms"


def _factor(found, limit):
    return f"{found:.2f} ×" if limit >= 1 else f"{1 / found:.1f} ×"
