"""Ledgers and documents of older versions stay readable."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text
from support.records import make_search
from support.runs import make_run, validity_of

from suite.formats.structure import dump, load
from suite.ledger.store import Ledger
from suite.records.evidence import Evidence
from suite.records.leak import LeakSearch
from suite.records.reason import Reason
from suite.records.run import Run

_LATER = {"0001": {}, "0002": {"evidence": '[{"wall": 2.0}]', "limiter": '{"kind": "cpu", "text": "x"}'}}
"""Columns of runs that revisions added."""


def _old_ledger(path: Path, revision: str) -> None:
    """A ledger of `revision` that holds one Run with a metric."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", "suite.ledger:migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        row = {
            "id": "ab12", "workload": "shop/browse", "started": "2024-05-01T10:11:12+00:00",
            "started_at": 1.0, "environment": "{}", "environment_hash": "x", "plan": "{}", "rounds": 1,
            "verdict": "pass", "exit_code": 0, "validity": "valid", "reasons": "[]", "pids": "[]",
            **_LATER[revision],
        }  # fmt: skip
        names, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
        connection.execute(text(f"INSERT INTO runs ({names}) VALUES ({marks})"), row)
        connection.execute(
            text("INSERT INTO metrics VALUES ('ab12', 'throughput', 0, '1/s', 'higher', 30, 0, NULL)")
        )
    engine.dispose()


@pytest.mark.parametrize(
    ("revision", "evidence", "limiter"),
    [("0001", (), None), ("0002", (Evidence(wall=2.0),), Reason("cpu", {"text": "x"}))],
)
def test_an_older_ledger_is_upgraded_and_keeps_its_runs(
    tmp_path: Path, revision: str, evidence: tuple[Evidence, ...], limiter: Reason | None
) -> None:
    path = tmp_path / "ledger.db"
    _old_ledger(path, revision)
    new = make_run(
        id="cd34",
        evidence=(Evidence(wall=4.0, worker_cpu=(0.5,)), None),
        limiter=Reason("plan", {"planned": 200.0}),
    )
    with Ledger(path) as ledger:
        old = ledger.run("ab12")
        assert (old.workload, old.evidence, old.limiter) == ("shop/browse", evidence, limiter)
        assert old.metrics["throughput"].value == 30
        assert ledger.records(LeakSearch) == []
        ledger.add(new)
        ledger.add(make_search())
    with Ledger(path) as ledger:
        assert ledger.run("cd34") == new
        assert ledger.records(LeakSearch) == [make_search()]


def test_an_older_document_still_parses() -> None:
    data = json.loads(json.dumps(dump(make_run())))
    del data["evidence"], data["limiter"]
    assert load(Run, data) == make_run()


def test_reasons_that_were_sentences_keep_them() -> None:
    data = dump(make_run())
    data["validity"] = {"verdict": "doubtful", "reasons": ["busy machine: x"]}
    data["limiter"] = {"kind": "cpu", "text": "the system's CPU: one thread"}
    run = load(Run, data)
    assert run.validity == validity_of("doubtful", "busy machine: x")
    assert run.limiter == Reason("cpu", {"text": "the system's CPU: one thread"})
    assert load(Run, dump(run)) == run


def test_figures_of_a_newer_version_are_passed_over() -> None:
    data = dump(make_run(evidence=(Evidence(wall=2.0),)))
    data["evidence"][0]["phase_of_the_moon"] = 0.5
    assert load(Run, data).evidence == (Evidence(wall=2.0),)
