"""A table for the terminal, whatever its cells say."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.console import Console, RenderableType
from rich.style import StyleType
from rich.table import Table
from rich.text import Text

from suite.foreign_text import clean
from suite.report.words import FAINT

_UNLIMITED = 1000


class PlainTable(Table):
    """A table without lines: they cost columns, and logs garble them.

    Cells that are plain text show as they are: names and units from outside are no markup, and steer
    no terminal.
    """

    def __init__(self) -> None:
        super().__init__(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style=FAINT)

    def add_row(
        self, *cells: RenderableType | None, style: StyleType | None = None, end_section: bool = False
    ) -> None:
        """See `Table`."""
        shown = (Text(clean(cell)) if isinstance(cell, str) else cell for cell in cells)
        super().add_row(*shown, style=style, end_section=end_section)

    def add_left_out(self, count: int, *, before: int = 0, after: str = "") -> None:
        """A last row for so many that are not shown, behind `before` empty cells; none for none."""
        if count > 0:
            self.add_row(*[""] * before, Text(f"and {count} more", FAINT), after)


def narrower(first_to_go: Sequence[str]) -> tuple[frozenset[str], ...]:
    """What narrower and narrower terminals do without: nothing, the first, the first two, ..."""
    return tuple(frozenset(first_to_go[:count]) for count in range(len(first_to_go) + 1))


def widest(
    table: Callable[[frozenset[str]], Table],
    less: Sequence[frozenset[str]],
    console: Console,
    margin: int = 0,
) -> Table:
    """The table without the fewest columns that fits without breaking lines, else the one without most."""
    made = table(less[-1])
    for without in less:
        made = table(without)
        options = console.options.update(width=_UNLIMITED)
        if console.measure(made, options=options).maximum <= console.width - margin:
            break
    return made
