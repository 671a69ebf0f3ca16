"""What a command has measured is there whatever becomes of it, and the next one keeps it for good."""

import subprocess
import sys
from dataclasses import replace

import pytest
from support.records import make_search
from support.runs import make_run

from suite.formats.envelope import read_document
from suite.ledger.journal import Journal, bring_in
from suite.ledger.store import Ledger
from suite.records.run import Failure

RUN = replace(make_run(error=Failure("interrupted", "the command was killed")), partial=True)


@pytest.fixture
def ledger(tmp_path):
    with Ledger(tmp_path / "ledger.db") as store:
        yield store


def left(tmp_path, ledger, *records, kind="run", place="runs"):
    """A journal that nobody owns any more, with drafts of `records`."""
    with Journal(tmp_path, place, kind, ledger.identity) as journal:
        for record in records:
            journal.keep(record)
    return journal


def test_what_a_killed_command_had_measured_is_kept_by_the_next_one_once(tmp_path, ledger):
    later = replace(RUN, rounds=RUN.rounds + 1)
    left(tmp_path, ledger, RUN, later)
    (found,) = bring_in(tmp_path, ledger)
    assert found.records == (later,)
    assert found.path.parent == tmp_path / "runs"
    assert read_document(found.path).records == (later,)
    assert ledger.record(later.id) == later
    assert not (tmp_path / "journal").exists()
    assert list(bring_in(tmp_path, ledger)) == []


def test_another_kind_is_kept_where_such_results_lie(tmp_path, ledger):
    search = make_search()
    left(tmp_path, ledger, search, kind="leaks", place="leaks")
    (found,) = bring_in(tmp_path, ledger)
    assert found.path.parent == tmp_path / "leaks"
    assert ledger.leak(search.id) == search


def test_nothing_is_taken_from_a_command_that_runs(tmp_path, ledger):
    with Journal(tmp_path, "runs", "run", ledger.identity) as journal:
        journal.keep(RUN)
        assert list(bring_in(tmp_path, ledger)) == []
        journal.settled(RUN)
    assert not (tmp_path / "journal").exists()


def test_only_the_ledger_that_would_have_had_it_gets_it(tmp_path, ledger):
    left(tmp_path, ledger, RUN)
    with Ledger(tmp_path / "other.db") as other:
        assert list(bring_in(tmp_path, other)) == []
        assert list(bring_in(tmp_path, None)) == []
        assert other.runs() == []
    assert len(list(bring_in(tmp_path, ledger))) == 1


def test_a_result_that_was_kept_whole_is_not_replaced_by_its_draft(tmp_path, ledger):
    left(tmp_path, ledger, RUN)
    list(bring_in(tmp_path, ledger))
    left(tmp_path, ledger, replace(RUN, rounds=1))
    (found,) = bring_in(tmp_path, ledger)
    assert read_document(found.path).records == (RUN,)
    assert ledger.record(RUN.id) == RUN


def test_a_damaged_draft_is_told_and_keeps_nothing_else_back(tmp_path, ledger):
    journal = left(tmp_path, ledger, RUN, other := replace(RUN, id="0123456789ab"))
    journal.drafts[0].write_text("{")
    faults, kept = zip(*((one.fault, one.records) for one in bring_in(tmp_path, ledger)), strict=True)
    assert sorted(map(bool, faults)) == [False, True]
    assert (other,) in kept
    assert journal.drafts[0].exists()


def test_a_full_disk_is_told_once_and_raises_nothing(tmp_path, ledger, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("suite.files.os.fsync", full)
    with Journal(tmp_path, "runs", "run", ledger.identity) as journal:
        journal.keep(RUN)
        journal.keep(RUN)
    assert str(journal.fault).endswith("the disk is full; free some space")


KILLED = """
import os, sys
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


def test_where_nothing_can_be_locked_there_is_no_journal_and_one_fault(tmp_path, ledger, monkeypatch):
    def no_locks(*_):
        raise OSError(37, "No locks available")

    monkeypatch.setattr("suite.ledger.journal.owned", no_locks)
    with Journal(tmp_path, "runs", "run", ledger.identity) as journal:
        journal.begin(RUN)
        journal.keep(RUN)
    assert "No locks available" in str(journal.fault)
    assert not (tmp_path / "journal").exists()
