"""Results of any kind as Markdown: what they came to first, the rest folded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from suite.records.comparison import Comparison
from suite.records.record import Record
from suite.records.run import Run
from suite.records.soak import Soak
from suite.report.documents.markdown import (
    comparison_details,
    escaped,
    flat,
    markdown_table,
    summary,
    with_details,
)
from suite.report.headline import headline
from suite.report.judged import judged
from suite.report.reasons import words
from suite.report.terminal.record import record_text
from suite.report.tiles import tiles

_HEADS = ("workload", "what", "figures", "verdict")
_ROWS, _CELL = 60, 200


def results_markdown(records: Sequence[Record], *, title: str = "Load report") -> str:
    """The whole text, short enough for a comment: details that have no room are left out, and it says so."""
    rows = [_row(record) for record in records[:_ROWS]]
    lines = [f"## {title}", "", *markdown_table(_HEADS, rows)]
    if len(records) > _ROWS:
        lines += ["", f"… and {len(records) - _ROWS} more."]
    return with_details("\n".join(lines) + "\n", map(_details, records), "results")


def _row(record: Record) -> Sequence[str]:
    figures = ", ".join(f"{tile.name} {tile.value}" for tile in tiles(record))
    return _cut(record.workload), record.NAME, figures, headline(record).word


def _details(record: Record) -> Iterator[str]:
    if isinstance(record, Comparison):
        yield from comparison_details(record)
        return
    head = headline(record)
    yield from (summary(_cut(f"{record.workload}: {head.word}")), "", escaped(head.said), "")
    if isinstance(record, Run | Soak):
        rows = [
            tuple(map(_cut, (one.what, one.value, one.limits, one.result))) for one in judged(record)[:_ROWS]
        ]
        if rows:
            yield from (*markdown_table(("what", "value", "limits", "result"), rows), "")
        for reason in record.validity.reasons:
            yield f"- {record.validity.verdict}: {escaped(_cut(words(reason)))}"
    if not isinstance(record, Run):
        # A fence of more backticks than there are in it ends where it should.
        yield from ("````text", record_text(record).replace("````", "'''"), "````")
    yield from ("", "</details>")


def _cut(given: str) -> str:
    shown = flat(given)
    return shown if len(shown) <= _CELL else shown[: _CELL - 1] + "…"
