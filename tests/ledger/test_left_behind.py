"""What a killed command had measured is kept for good by the next one, and of what it had started too."""

import os
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from support.ledger import answer, bring_in_as_nobody
from support.records import make_search
from support.runs import make_run

from suite.errors import StoreError
from suite.formats.document import run_path, write_document
from suite.formats.envelope import entry, envelope, read_document
from suite.ledger.journal import Journal
from suite.ledger.left_behind import bring_in
from suite.ledger.store import Ledger
from suite.process.scratch import MARKER, note_round, scratch_directory
from suite.process.sweep import ROUND_VARIABLE, carrying
from suite.records.run import Failure

RUN = replace(make_run(error=Failure("interrupted", "the command ended before this was whole")), partial=True)


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


def test_a_folder_of_results_that_was_moved_has_its_journal_brought_in(tmp_path):
    """As a container's is, which has it at another place: `suite show` said that there were no runs yet."""
    before, after = tmp_path / "before", tmp_path / "after"
    with Ledger(before / "ledger.db") as ledger:
        left(before, ledger, RUN)
        with Ledger(tmp_path / "own.db") as other:  # one that lies elsewhere stays what it is
            left(before, other, replace(RUN, id="other"))
    before.rename(after)
    with Ledger(after / "ledger.db") as ledger:
        (found,) = bring_in(after, ledger)
        assert found.records == (RUN,)
        assert ledger.record(RUN.id) == RUN
    with Ledger(tmp_path / "own.db") as other:
        (found,) = bring_in(after, other)
        assert found.records[0].id == "other"


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


@pytest.fixture
def killed(tmp_path):
    """The results of a command that another had started in its room, where both were killed."""
    with Journal(tmp_path, "ab", "ab") as journal:
        room = journal.room()
        (room / "results-base").mkdir()
        journal._drafts["another"] = room  # as if this were killed
    return room / "results-base"


def test_what_a_command_had_measured_that_it_had_started_is_kept_too(tmp_path, killed):
    left(killed, Ledger(killed / "ledger.db"), RUN)
    (found,) = bring_in(tmp_path, None)
    assert (found.records, found.path.parent) == ((RUN,), tmp_path / "runs")
    assert not (tmp_path / "journal").exists()


def test_a_round_that_nobody_had_taken_is_kept_and_one_that_stands_elsewhere_is_not(tmp_path, killed):
    """The command that had started it was killed when it ended."""
    known, new = RUN, replace(RUN, id="0123456789ab")
    left(tmp_path, Ledger(tmp_path / "ledger.db"), known)
    for run in (known, new):
        write_document(run_path(killed / "runs", run), envelope("run", [entry(run)], exit_code=0))
    (draft,) = tmp_path.glob("journal/*/runs")
    draft.rename(killed.parents[2] / "ab")
    found = {one.path.parent.name: one.records for one in bring_in(tmp_path, None)}
    assert found == {"ab": (known,), "runs": (new,)}


def test_what_a_command_is_at_work_on_is_left_to_it(tmp_path, killed):
    """Of the two only the first was killed."""
    with Journal(killed, "runs", "run") as journal:
        journal.keep(RUN)
        (found,) = bring_in(tmp_path, None)
        assert found.fault.endswith("a command is at work there yet; try again later")
        journal._drafts["another"] = killed
    (found,) = [one for one in bring_in(tmp_path, None) if one.records]
    assert found.records == (RUN,)


@pytest.mark.parametrize("place", [".", "results-base", "results-base/runs", "results-base/journal"])
def test_nothing_is_taken_through_a_link(tmp_path, killed, place):
    away = tmp_path / "away"
    with Journal(away / "results-base", "runs", "run") as journal:
        journal.keep(RUN)
        journal._drafts["another"] = away
    write_document(run_path(away / "results-base/runs", RUN), envelope("run", [entry(RUN)], exit_code=0))
    before = sorted(away.rglob("*"))
    link = killed.parent / place
    killed.rmdir()
    if link == killed.parent:
        link.rmdir()
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(away / place)
    assert [one.records for one in bring_in(tmp_path, None)] == []
    assert sorted(away.rglob("*")) == before


@pytest.mark.parametrize("how", ["no room", "newer", "damaged"])
def test_what_can_not_be_kept_of_a_command_within_is_told_and_stays(tmp_path, killed, how):
    path = run_path(killed / "runs", RUN)
    document = envelope("run", [entry(RUN)], exit_code=0)
    write_document(path, {**document, "schema": 3} if how == "newer" else document)
    if how == "damaged":
        path.write_text("{")
    if how == "no room":
        (tmp_path / "runs").touch()
    (found,) = bring_in(tmp_path, None)
    assert str(path.name) in found.fault
    assert path.exists()
    if how == "no room":
        (tmp_path / "runs").unlink()
        (found,) = bring_in(tmp_path, None)
        assert read_document(found.path).records == (RUN,)
        assert not (tmp_path / "journal").exists()


def test_a_command_within_that_was_killed_before_it_owned_anything_keeps_nothing_back(tmp_path, killed):
    (killed / "journal/0123456789ab").mkdir(parents=True)
    assert list(bring_in(tmp_path, None)) == []
    assert not (tmp_path / "journal").exists()


def test_a_draft_that_is_not_called_as_results_are_becomes_no_file_of_another_program(tmp_path, ledger):
    """Where results go may be a link that came with a checkout."""
    (draft,) = left(tmp_path, ledger, RUN).drafts
    away = tmp_path / "away"
    away.mkdir()
    (tmp_path / "runs").symlink_to(away)
    named = draft.rename(draft.with_name("settings.json.journal"))
    (found,) = bring_in(tmp_path, ledger)
    assert found.fault.endswith("not called as results are; move it away if you know what it is")
    assert list(away.iterdir()) == []
    named.rename(draft)
    (found,) = bring_in(tmp_path, ledger)
    assert list(away.iterdir()) == [found.path.resolve()]


def test_a_room_is_kept_where_who_has_it_could_not_keep_something_itself(tmp_path):
    """The disk was full when the first round of a comparison was to be kept, not when it was measured."""
    with Journal(tmp_path, "ab", "ab") as journal:
        room = journal.room()
        write_document(run_path(room / "results-base/runs", RUN), envelope("run", [entry(RUN)], exit_code=0))
        journal.fault = StoreError("the disk is full")
    (found,) = bring_in(tmp_path, None)
    assert found.records == (RUN,)
    assert not (tmp_path / "journal").exists()


def test_a_ledger_whose_path_is_no_text_gets_what_was_left(tmp_path):
    """Every command in such a folder ended with an error of ours."""
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    with Ledger(folder / "ledger.db") as ledger:
        left(folder, ledger, RUN)
        (found,) = bring_in(folder, ledger)
        assert found.records == (RUN,)
        assert ledger.record(RUN.id) == RUN


def test_what_lies_where_nothing_can_be_written_stays_and_is_told_in_one_line_for_all():
    """Each draft was completed, in vain, and named a ledger or a file that could not be written."""
    with tempfile.TemporaryDirectory() as name:  # not tmp_path: nobody can't enter root's
        results = Path(name) / "results"
        for number in range(2):
            with Journal(results, "runs", "run") as journal:
                journal.keep(replace(RUN, id=f"run{number}"))
        folders = [results, results / "journal", *(results / "journal").iterdir()]
        before = sorted(results.rglob("*"))
        for folder in folders:
            folder.chmod(0o555)
        results.parent.chmod(0o755)
        try:
            said = answer(bring_in_as_nobody, results)
        finally:
            for folder in folders:
                folder.chmod(0o755)
        stays = f"{results / 'journal'} may not be written: it stays there"
        assert said == f"{stays}; where {results} can be written suite show keeps it"
        assert sorted(results.rglob("*")) == before
        assert len([*bring_in(results, None)]) == 2


def test_what_rounds_left_in_another_place_for_temporary_files_goes_with_the_journal(tmp_path, monkeypatch):
    """Each job of a CI has a place of its own: what a job's round left there stayed, with its processes."""
    first, second, results = tmp_path / "first", tmp_path / "second", tmp_path / "results"
    for place in (first, second):
        place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(first))
    with Journal(results, "runs", "run") as journal, scratch_directory() as at_work:
        journal.keep(RUN)
        dead, foreign = first / "loadledger-dead", first / "loadledger-of-somebody"
        dead.mkdir()
        foreign.mkdir()
        (dead / MARKER).touch()  # nobody holds its lock
        note_round(dead, "a round of a job")
        child = subprocess.Popen(["sleep", "60"], env={**os.environ, ROUND_VARIABLE: "a round of a job"})
        assert carrying("a round of a job") == [child.pid]
        monkeypatch.setattr(tempfile, "tempdir", str(second))
        assert list(bring_in(results, None)) == []  # the command is at work
        assert dead.is_dir()
        journal._held.close()
        (found,) = bring_in(results, None)
        assert found.records == (RUN,)
        assert carrying("a round of a job") == []
        child.wait(30)
        assert sorted(first.iterdir()) == sorted([at_work, foreign])


@pytest.mark.parametrize("said", [b"", b"relative", b"/nowhere/at/all", b"/dev/null", b"/a\0b", b"\xff"])
def test_a_journal_from_elsewhere_may_name_any_place(tmp_path, ledger, said):
    journal = left(tmp_path, ledger, RUN)
    (journal._own() / "temporary").write_bytes(said)
    (found,) = bring_in(tmp_path, ledger)
    assert found.records == (RUN,)
