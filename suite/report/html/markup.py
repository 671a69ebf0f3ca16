"""What the terminal shows, as HTML: its tables and lines, so that the words are made in one place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from markupsafe import Markup, escape
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from suite.foreign_text import clean
from suite.report.words import BAD, FAINT, GOOD, NOTE, WARNING

ROWS = 40
"""Of a table; the rest is only counted."""
_TEXT, _NUMBER, _NARROW = 8.4, 4.6, 22.4
"""rem: of a column of words and of one of figures, at least, and what a telephone has for all."""
_LONGEST = 400
"""Characters of a cell or a line."""
_SPARK = re.compile("[▁-█ ]+")
"""Of what the terminal draws with letters."""
_CLASSES = {
    GOOD: "good",
    "bold green": "good",
    NOTE: "note",
    WARNING: "warn",
    BAD: "bad",
    FAINT: "faint",
    "bold": "strong",
}


def table(given: Table, rows: int = ROWS, css: str = "") -> Markup:
    """A table of the terminal, with at most so many rows; nothing of one that has none."""
    if not given.row_count:
        return Markup()
    kinds = [" class=number" if column.justify == "right" else "" for column in given.columns]
    heads = [_cell(column.header) for column in given.columns]
    cells = zip(*(column.cells for column in given.columns), strict=True)
    shown = [[_cell(cell) for cell in row] for _, row in zip(range(rows), cells, strict=False)]
    kinds = [
        " class=spark" if all(_SPARK.fullmatch(cell) for cell in column) else kind
        for kind, column in zip(kinds, zip(*shown, strict=True), strict=True)
    ]
    return drawn_table(heads, shown, kinds, left_out=given.row_count - len(shown), css=css)


def drawn_table(
    heads: Iterable[str],
    rows: Iterable[Iterable[str]],
    kinds: Iterable[str],
    *,
    left_out: int = 0,
    css: str = "",
) -> Markup:
    """A table that scrolls where it is too wide; of one that would on a telephone each row is a list there.
    Text is escaped unless it is Markup.
    """
    kinds, heads = list(kinds), list(heads)
    stacked = sum(_NUMBER if kind else _TEXT for kind in kinds) > _NARROW
    if stacked:
        css = f"{css} stacked".lstrip()
    made = [f'<div class="scroll"><table class="{escape(css)}"><thead><tr>']
    made += [f"<th scope=col{kind}>{escape(head)}</th>" for head, kind in zip(heads, kinds, strict=True)]
    made.append("</tr></thead><tbody>")
    plain = [head.striptags() if isinstance(head, Markup) else head for head in heads]
    for row in rows:
        made.append("<tr>")
        for cell, kind, head in zip(row, kinds, plain, strict=True):
            if stacked:
                made.append(
                    f'<td{_css(kind, cell)} data-head="{escape(head)}"><div>{escape(cell)}</div></td>'
                )
            else:
                made.append(f"<td{kind}>{escape(cell)}</td>")
        made.append("</tr>\n")
    if left_out > 0:
        made.append(f'<tr><td colspan="{len(kinds)}"><small>and {left_out:,} more</small></td></tr>')
    made.append("</tbody></table></div>")
    return Markup("".join(made))  # noqa: S704 (each cell is escaped)


def _css(kind: str, cell: str) -> str:
    """A cell without a value is one that a telephone has no line for."""
    if cell != "-":
        return kind
    return ' class="number none"' if kind else " class=none"


def lines(given: Iterable[Text], most: int = ROWS) -> Markup:
    """Lines of the terminal as a list."""
    shown = [*given]  # what the terminal indents stands at the edge here
    made = [f"<li>{_cell(_at_edge(line))}</li>" for line in shown[:most]]
    if len(shown) > most:
        made.append(f"<li><small>and {len(shown) - most:,} more</small></li>")
    return Markup(f'<ul class="lines">{"".join(made)}</ul>' if made else "")  # noqa: S704


def bounded(text: str, longest: int = _LONGEST) -> str:
    """`text` from outside without what would steer anything, cut where it is very long."""
    shown = clean(text)
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def _at_edge(line: Text) -> Text:
    return line[len(line.plain) - len(line.plain.lstrip()) :]


def _cell(given: RenderableType) -> Markup:
    if not isinstance(given, Text):
        return escape(bounded(str(given)))
    return Markup("".join(_spans(given)))  # noqa: S704 (each part is escaped)


def _spans(text: Text) -> Iterator[str]:
    """Its parts, each with the class that stands for its colour."""
    shown = text.copy()
    if len(shown) > _LONGEST:
        shown.truncate(_LONGEST, overflow="ellipsis")
    ends = {0, len(shown), *(end for span in shown.spans for end in (span.start, span.end))}
    for start, end in pairwise(sorted(ends)):
        styles = [shown.style, *(span.style for span in shown.spans if span.start <= start < span.end)]
        css = next((_CLASSES[str(style)] for style in reversed(styles) if str(style) in _CLASSES), "")
        part = escape(clean(shown.plain[start:end]))
        yield f'<span class="{css}">{part}</span>' if css else part
