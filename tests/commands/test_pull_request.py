"""What GitHub is told of a comparison, within its limits."""

import os

import pytest
from rich.console import Console
from support.histories import git, repository
from support.runs import make_comparison

from suite.commands.pull_request import tell_pull_request
from suite.compare.compared import Compared
from suite.errors import StoreError
from suite.records.comparison import Change, Shift
from suite.records.reason import Reason

SLOWER = Change(
    "response.p99", "s", "lower", 0.1, 0.12, "regression", Reason("clear_change"), Shift(0.2, 0.15, 0.25)
)
LONG = "## Load gate: regression\n\n" + "| row |\n" * 9 + "\n<details><summary>\n" + "x" * 3_000


@pytest.fixture
def told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    repository(tmp_path, 1)

    def tell(text=LONG, **more):
        compared = Compared("main", "topic", (make_comparison("shop/browse", changes=(SLOWER,)),))
        tell_pull_request(Console(width=300), compared, text, **more)
        return capsys.readouterr().out

    return tell


def test_a_change_is_at_the_line_of_its_workload(told, tmp_path, monkeypatch):
    (tmp_path / "loads").mkdir()
    (tmp_path / "loads" / "shop,1.py").write_text("\nbrowse = Workload('shop/browse')\n")
    assert told() == ""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    where = "file=loads/shop%2C1.py,line=2,"
    assert told().startswith(f"::error {where}title=shop/browse response.p99 regressed::+20 %25")
    assert told(annotate=False) == ""
    inside = tmp_path / "part"
    inside.mkdir()
    monkeypatch.chdir(inside)
    assert where in told(files=["../loads/*.py"])


def test_where_there_is_no_repository_there_is_no_place(told, tmp_path):
    (tmp_path / "load_shop.py").write_text("browse = Workload('shop/browse')\n")
    git(tmp_path, "status")
    (tmp_path / ".git").rename(tmp_path / "gone")
    assert told(annotate=True).startswith("::error title=")


def test_a_summary_stays_within_what_is_shown(told, tmp_path, monkeypatch):
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    told()
    assert summary.read_text() == LONG
    summary.write_text("y" * (1024 * 1000 - 2_000))
    told()
    assert summary.read_text().endswith("| row |\n\nDetails are in the log of the job.\n")
    summary.write_text("y" * (1024 * 1000 - 20))
    told()
    assert summary.stat().st_size == 1024 * 1000 - 20
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "no" / "such.md"))
    with pytest.raises(StoreError, match="can't write"):
        told()


def test_a_summary_that_is_a_pipe_holds_nobody_up(told, tmp_path, monkeypatch):
    """Where nobody read from it the comparison waited without end."""
    pipe = tmp_path / "summary"
    os.mkfifo(pipe)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(pipe))
    with pytest.raises(StoreError, match="nobody reads from it"):
        told()
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    told("short")
    assert os.read(reader, 100) == b"short"
    os.close(reader)
