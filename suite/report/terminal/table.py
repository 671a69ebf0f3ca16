"""A table for the terminal, whatever its cells say."""

from __future__ import annotations

from rich.console import RenderableType
from rich.style import StyleType
from rich.table import Table
from rich.text import Text

from suite.report.words import FAINT, clean


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
