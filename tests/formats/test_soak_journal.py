"""The journal of a soak has every window that ended, whatever ended the soak."""

import errno
import os
import shutil
import tracemalloc

import pytest
from support.soaks import make_head, make_window

from suite.errors import ConfigurationError, StoreError
from suite.formats import soak_journal
from suite.formats.soak_journal import SoakJournal, read, unfinished


@pytest.fixture
def journal(tmp_path):
    """Of a soak with three windows, which nobody writes any more."""
    with SoakJournal.create(tmp_path, make_head()) as one:
        for index in range(3):
            one.append(make_window(index))
    return one.path


def test_what_was_appended_is_there_and_more_comes_behind(journal):
    with SoakJournal.continued(journal) as again:
        assert again.head == make_head()
        assert again.windows == [make_window(index) for index in range(3)]
        again.append(make_window(3))
        assert len(again.windows) == 4
    assert [window.index for window in read(journal)[1]] == [0, 1, 2, 3]


@pytest.mark.parametrize("left", [1, 40, -1])
def test_a_line_that_was_broken_off_counts_for_nothing_and_goes(journal, left):
    """As a full disk or a power cut leaves it."""
    whole = journal.read_bytes()
    last = whole.rindex(b"\n", 0, -1) + 1
    journal.write_bytes(whole[:last] + whole[last:-1][:left])
    assert len(read(journal)[1]) == 2
    with SoakJournal.continued(journal) as again:
        again.append(make_window(2))
    assert [window.index for window in read(journal)[1]] == [0, 1, 2]


@pytest.mark.parametrize("back", [False, True])
def test_what_is_removed_while_a_soak_runs_is_written_anew(tmp_path, back):
    """All windows went into a file that had no name any more: nothing was there to go on with."""
    with SoakJournal.create(tmp_path / "soak", make_head()) as one:
        one.append(make_window(0))
        before = one.path.read_bytes()
        shutil.rmtree(tmp_path / "soak")
        if back:
            one.path.parent.mkdir()
            one.path.write_bytes(before)
        for index in range(1, 3):
            one.append(make_window(index))
        with pytest.raises(ConfigurationError, match="runs already"):
            SoakJournal.continued(one.path)
    assert read(one.path) == (make_head(), [make_window(index) for index in range(3)])
    assert [*unfinished(tmp_path / "soak", make_head().workload)] == [one.path]


def test_only_one_process_at_a_time_goes_on_with_it(journal):
    with (
        SoakJournal.continued(journal),
        pytest.raises(ConfigurationError, match="this soak runs already, in another process"),
    ):
        SoakJournal.continued(journal)
    SoakJournal.continued(journal).close()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "it has no head"),
        (b"{}\n", "a line has no soak"),
        (b"no JSON\n", "Expecting value"),
        (b'{"soak":{}}\n', "there is no id"),
        (b"[" * 100_000 + b"\n", "it is nested without end"),
    ],
)
def test_another_file_is_no_journal(tmp_path, text, why):
    path = tmp_path / "x.journal"
    path.write_bytes(text)
    with pytest.raises(StoreError, match=f"x.journal is no journal of a soak, or a damaged one: .*{why}"):
        SoakJournal.continued(path)
    assert list(unfinished(tmp_path, "shop/browse")) == []


def test_a_line_without_end_takes_no_memory(journal, monkeypatch):
    """All of a file that somebody sent was read at once: one of 20 GB, mere zeros, took all the memory."""
    monkeypatch.setattr(soak_journal, "LARGEST", 1 << 16)
    with journal.open("ab") as file:
        file.truncate(1 << 33)
    tracemalloc.start()
    with pytest.raises(StoreError, match=r"damaged one: a line of it is larger than 0 MiB"):
        read(journal)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 24


@pytest.mark.parametrize("broken", [0, 1, 99, 100, 101, 1000])
def test_what_is_broken_off_goes_however_long_it_is(journal, monkeypatch, broken):
    """It is looked for in pieces: of a journal of more than 2 GB the rest of its whole lines went too."""
    monkeypatch.setattr(soak_journal, "_PIECE", 100)
    whole = journal.read_bytes()
    journal.write_bytes(whole + b"x" * broken)
    SoakJournal.continued(journal).close()
    assert journal.read_bytes() == whole


def test_a_journal_that_lacks_a_window_is_damaged(journal):
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([*lines[:2], *lines[3:]]))
    with pytest.raises(StoreError, match="damaged one: window 1 is missing"):
        read(journal)


def test_one_with_a_damaged_window_is_not_passed_over(journal):
    """Of hours of load was said that no soak was cut off."""
    first, second, *rest = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([first, second[:50] + b"\n", *rest]))
    assert list(unfinished(journal.parent, "shop/browse")) == [journal]
    with pytest.raises(StoreError, match="damaged one: window 0 can't be read: "):
        SoakJournal.continued(journal)


def test_one_that_is_gone_is_said_so(tmp_path):
    with pytest.raises(StoreError, match=r"can't read .*no.journal: No such file"):
        read(tmp_path / "no.journal")


def test_the_newest_of_the_workload_that_nobody_writes_comes_first(tmp_path):
    for hour, workload in ((1, "shop/browse"), (2, "shop/browse"), (3, "shop/buy")):
        head = make_head(id=f"{hour:012}", started=f"2024-05-01T0{hour}:00:00+00:00", workload=workload)
        SoakJournal.create(tmp_path, head).close()
    found = [read(path)[0].id[-1] for path in unfinished(tmp_path, "shop/browse")]
    assert found == ["2", "1"]
    with SoakJournal.continued(next(unfinished(tmp_path, "shop/browse"))):
        assert [read(path)[0].id[-1] for path in unfinished(tmp_path, "shop/browse")] == ["1"]


def test_a_full_disk_is_told_and_nothing_that_was_kept_is_lost(journal, monkeypatch):
    with SoakJournal.continued(journal) as again:

        def full(_file, text):
            monkeypatch.undo()
            os.write(again._file, text[:10])
            raise OSError(errno.ENOSPC, "no space left")

        monkeypatch.setattr("suite.formats.soak_journal.os.write", full)
        with pytest.raises(StoreError, match=r"can't write .*journal: the disk is full; free some space"):
            again.append(make_window(3))
        assert len(again.windows) == 3
    assert len(read(journal)[1]) == 3


def test_one_that_is_removed_is_gone(journal):
    with SoakJournal.continued(journal) as again:
        again.remove()
    assert not journal.exists()


def test_a_pipe_is_no_journal_and_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "x.journal")
    assert list(unfinished(tmp_path, "shop/browse")) == []
