"""Documents as files: whole or not at all, under names that sort by time."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from support.runs import make_run

from suite.formats.document import run_path, write_document
from suite.records.reason import Reason


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


@pytest.mark.parametrize(
    "said",
    [
        {"details": [{"example": "refused"}]},
        {"pairs": [{"order": "AB", "base": {"outputs": [{"tail": "refused"}]}}]},
        {"unfinished": {"measured": [{"details": [{"example": "refused"}]}]}},
        {"looks": [{"reasons": [Reason.of_text("the system died: refused")]}]},
    ],
)
def test_a_document_that_quotes_a_system_however_deep_is_for_its_owner_alone(
    tmp_path: Path, said: dict[str, Any]
) -> None:
    """Documents of comparisons, capacities and failures were readable for all."""
    (tmp_path / "any").touch()
    usual = (tmp_path / "any").stat().st_mode
    for name, data, mode in (("quiet", {}, usual), ("quoting", said, stat.S_IFREG | 0o600)):
        write_document(tmp_path / name, {"results": [{"id": "a", "checks": [], **data}]})
        assert (tmp_path / name).stat().st_mode == mode
