"""Documents as files: whole or not at all, under names that sort by time."""

from __future__ import annotations

import json
from pathlib import Path

from support.runs import make_run

from suite.formats.document import run_path, write_document


def test_a_document_is_written_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "x.json"
    write_document(path, {"a": 1})
    write_document(path, {"a": 2})
    assert json.loads(path.read_text()) == {"a": 2}
    assert [item.name for item in path.parent.iterdir()] == ["x.json"]


def test_the_name_of_a_runs_file_sorts_by_time(tmp_path: Path) -> None:
    run = make_run(workload="shop/browse:ü", started="2024-05-01T02:00:00.123+02:00", id="ab12")
    assert run_path(tmp_path, run) == tmp_path / "20240501T000000Z-shop-browse--ab12.json"
    assert run_path(tmp_path, make_run(workload="../../x")).parent == tmp_path
    write_document(run_path(tmp_path, make_run(workload="x" * 500)), {})
