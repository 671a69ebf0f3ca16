"""A ledger from before histories takes part in them."""

from __future__ import annotations

from pathlib import Path

from support.histories import make_history_run
from support.old_ledgers import write_old_ledger

from suite.ledger.store import Ledger
from suite.ledger.timeline_reader import TimelineReader


def test_old_runs_share_a_history_with_new_ones(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    runs = make_history_run("a" * 40), make_history_run("b" * 40, dirty=True, environment={})
    write_old_ledger(path, *runs, revision="0003")
    with Ledger(path) as ledger:
        ledger.add(make_history_run("c" * 40, minute=1))
        [line] = TimelineReader(ledger).all()
        assert line.runs == 2
        assert {one.commit for one in TimelineReader(ledger).commits(line)} == {"a" * 40, "c" * 40}
