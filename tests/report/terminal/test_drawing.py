"""Histories drawn in text."""

from suite.ledger.commit_order import MeasuredCommit
from suite.ledger.detections import Detected
from suite.ledger.metric_history import MetricHistory
from suite.ledger.timeline_reader import Quantity, Timeline
from suite.report.terminal.drawing import drawing
from suite.stats.changepoint import Detection

SHAS = tuple(letter * 40 for letter in "abc")


def drawn(*values, **intervals):
    found = Detected(Quantity("capacity", "1/s", "higher"), Detection((), length=3), (), None)
    commits = tuple(MeasuredCommit(sha, 0.0, 1.0, 1) for sha in SHAS)
    line = Timeline("shop/browse", "machine", "load", 2, 1.0)
    track = MetricHistory(
        line, found, commits, values, {}, "8 cores", intervals={sha: intervals[sha[0]] for sha in SHAS}
    )
    return [row.plain.partition("│ ")[2].ljust(3) for row in drawing(track)][:-2]


def test_what_lies_in_an_interval_is_drawn_in_it():
    rows = drawn(700.0, 735.0, 800.0, a=(660.0, 730.0), b=(700.0, 765.0), c=(None, 800.0))
    columns = ["".join(column) for column in zip(*rows, strict=True)]
    assert columns == ["   ││●││", "  │●││  ", "●       "]  # from 800 /s down to 660 /s


def test_nothing_is_drawn_of_one_value():
    assert drawn(700.0, 700.0, 700.0, a=(), b=(), c=()) == []
