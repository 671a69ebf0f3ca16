"""A ledger from before histories takes part in them."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from support.histories import make_history_run

from suite.ledger.store import Ledger
from suite.ledger.timeline_reader import TimelineReader


def test_old_runs_share_a_history_with_new_ones(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger:
        ledger.add(make_history_run("a" * 40))
        ledger.add(make_history_run("b" * 40, dirty=True, environment={}))
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", "suite.ledger:migrations")
        config.attributes["connection"] = connection
        command.downgrade(config, "0003")
    engine.dispose()
    with Ledger(path) as ledger:
        ledger.add(make_history_run("c" * 40, minute=1))
        [line] = TimelineReader(ledger).all()
        assert line.runs == 2
        assert {one.commit for one in TimelineReader(ledger).commits(line)} == {"a" * 40, "c" * 40}
