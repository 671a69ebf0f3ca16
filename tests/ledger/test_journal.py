"""What a command has measured is there whatever becomes of it, and the next one keeps it for good."""

import subprocess
import sys
from dataclasses import replace

import pytest
from support.runs import make_run

from suite.ledger.journal import Journal
from suite.ledger.left_behind import bring_in
from suite.ledger.store import Ledger
from suite.records.run import Failure

RUN = replace(make_run(error=Failure("interrupted", "the command ended before this was whole")), partial=True)


@pytest.fixture
def ledger(tmp_path):
    with Ledger(tmp_path / "ledger.db") as store:
        yield store


def test_a_full_disk_is_told_once_and_raises_nothing(tmp_path, ledger, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("suite.files.os.fsync", full)
    with Journal(tmp_path, "runs", "run", ledger.identity) as journal:
        journal.keep(RUN)
        journal.keep(RUN)
    assert str(journal.fault).endswith("the disk is full; free some space")


KILLED = """
import os, shutil, sys
from suite.ledger.journal import Journal
from support.runs import make_run
with Journal(Path(sys.argv[1]), "runs", "run", "") as journal:
    journal.keep(make_run())
    os.kill(os.getpid(), 9)
"""


def test_the_owner_of_a_journal_may_be_killed(tmp_path):
    """What is kept is there although nothing was closed."""
    program = f"import sys\nfrom pathlib import Path\nsys.path[:] = {sys.path!r}\n{KILLED}"
    assert subprocess.run([sys.executable, "-c", program, str(tmp_path)]).returncode == -9
    (found,) = bring_in(tmp_path, None)
    assert found.records[0].workload == make_run().workload


@pytest.mark.parametrize("change", ["shutil.rmtree(place)", "place.rename(place.with_name('old'))"])
def test_results_that_are_removed_or_moved_take_no_later_round_with_them(tmp_path, change):
    """The journal went on in a folder that no owner had: the next command did not bring it in."""
    again = KILLED.replace(
        "    os.kill",
        f"    place = Path(sys.argv[1])\n    {change}\n    journal.keep(make_run())\n    os.kill",
    )
    program = f"import sys\nfrom pathlib import Path\nsys.path[:] = {sys.path!r}\n{again}"
    results = tmp_path / "results"
    assert subprocess.run([sys.executable, "-c", program, str(results)]).returncode == -9
    (found,) = bring_in(results, None)
    assert found.records[0].workload == make_run().workload
    assert [*bring_in(results, None)] == []


def test_where_nothing_can_be_locked_there_is_no_journal_and_one_fault(tmp_path, ledger, monkeypatch):
    def no_locks(*_):
        raise OSError(37, "No locks available")

    monkeypatch.setattr("suite.ledger.journal.owned", no_locks)
    with Journal(tmp_path, "runs", "run", ledger.identity) as journal:
        journal.begin(RUN)
        journal.keep(RUN)
    assert "No locks available" in str(journal.fault)
    assert not (tmp_path / "journal").exists()
