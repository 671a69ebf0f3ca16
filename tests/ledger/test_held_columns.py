"""The coordinator is killed in the midst of a round: its watchman has the columns, the next command a Run."""

import json
import mmap
import os
import shutil
import signal
from array import array
from dataclasses import replace

import pytest
from support.processes import Suite, wait_for
from support.runs import make_run
from support.variants import exhaustive

from suite.errors import StoreError
from suite.ledger.held_columns import held_round
from suite.ledger.journal import Journal
from suite.ledger.left_behind import bring_in
from suite.measure.column_file import ColumnFile
from suite.measure.columns import ROW_BYTES
from suite.measure.news_file import NewsFile
from suite.records.detail import Detail
from suite.records.held_round import HeldColumns, HeldRound
from suite.records.outcome import Outcome
from suite.records.run import Run

LOAD = """
import time
from pathlib import Path
from load_echo import *

class Counting(Talker):
    done, until = 0, 0.0

    @operation
    async def echo(self):
        await super().echo()
        Counting.done += 1
        if Counting.done == 1:
            Counting.until = time.monotonic() + 2.5
        if Counting.done > 200 and time.monotonic() > Counting.until:
            Path("there").touch()
        elif Counting.done < 10:
            raise Rejected("not yet")

long = Workload("killed/here", echo_server(delay=0.01), Counting, loop=closed_loop(4, seconds=600))
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, exhaustive(signal.SIGQUIT)])
def test_a_coordinator_killed_in_its_first_round_leaves_a_partial_run(tmp_path, command, number):
    """Or by Ctrl-\\ in its terminal, which signals the whole group, and ends it at once as well."""
    command.example("load_echo.py")
    load = command.file("load_killed.py", LOAD)
    suite = Suite(tmp_path, "run", load, "-k", "killed", "--rounds", "3")
    wait_for((tmp_path / "there").exists)
    os.killpg(suite.process.pid, number)
    assert suite.finish() == -number
    assert suite.left_behind() == []
    said = command("show")
    (path,) = tmp_path.glob("results/runs/*.json")
    note = f"what it had measured of killed/here is {path.relative_to(tmp_path)}"
    assert said.err == f"suite: note: a command ended before all was kept; {note}\n"
    assert "killed/here" in said.out
    (run,) = json.loads(path.read_text())["results"]
    assert (run["partial"], run["rounds"]) == (True, 1)
    assert run["validity"]["verdict"] == "invalid"
    assert run["error"]["kind"] == "interrupted"
    assert run["outcomes"]["ok"] > 180
    assert (run["outcomes"]["rejected"], run["details"][0]["count"]) == (9, 9)
    assert run["details"][0]["example"] == "not yet"
    assert run["metrics"]["response.p50"]["value"] > 0
    assert not (tmp_path / "results/journal").exists()
    assert command("show").err == ""
    assert suite.left_behind() == []


S = 1_000_000_000
START = 100 * S
OPEN = HeldRound(
    3,
    "open",
    warmup=1.0,
    seconds=10.0,
    names=("browse", "buy"),
    columns=(HeldColumns(20, 20, True, due=20, choices=HeldColumns.coded(array("H", [0, 1]).tobytes())),),
    row_bytes=ROW_BYTES,
)


@pytest.fixture
def written(tmp_path):
    """A planned start every half second, of which the first ten were made; the eighth and ninth ended badly,
    the tenth not at all. Died four seconds and a half after the start.
    """
    file, news = ColumnFile.create(20), NewsFile.create()
    (columns,) = file
    for row in range(20):
        columns.intended[row] = START + row * S // 2
        if row < 10:
            columns.dispatched[row] = columns.started[row] = columns.intended[row] + 1000
            columns.finished[row] = 0 if row == 9 else columns.started[row] + S // 10
            columns.outcome[row] = Outcome.failed if row in (7, 8) else Outcome.ok
    news.write([Detail("failed", "reset", "buy", 2, 3.6, "reset by peer")], [("buy", "500", 2)])
    for name, one in (("columns-0", file), ("news-0", news)):
        size = os.fstat(one.descriptor).st_size
        (tmp_path / name).write_bytes(os.pread(one.descriptor, size, 0))
        one.close()
    (tmp_path / "ended").write_text(f"{START} {START + 46 * S // 10}")
    return tmp_path


def test_a_round_is_made_of_the_columns_alone(written):
    found = held_round(OPEN, written)
    (reason,) = found.validity.reasons
    assert (reason.kind, reason.figures["operations"]) == ("cut_short", 8)  # two were warm-up
    assert reason.figures["seconds"] == pytest.approx(3.5)
    outcomes = {name: count for name, count in found.outcomes[""].items() if count}
    assert outcomes == {"ok": 5, "failed": 2, "unfinished": 1}  # what was due later is not dropped
    assert found.outcomes["buy"]["ok"] == 2
    assert found.metrics["response.min"] == pytest.approx(0.1, rel=0.01)
    assert [(one.kind, one.count) for one in found.details] == [("reset", 2)]
    assert found.statuses == {"buy": {"500": 2}}
    assert (found.index, found.failure.kind) == (3, "interrupted")


@pytest.mark.parametrize("rounds", [1, 4])
def test_it_is_added_to_the_run_once_whoever_is_killed_at_that(written, tmp_path, rounds):
    run = replace(make_run(), id="0123456789ab", rounds=rounds, partial=True)
    with Journal(tmp_path, "runs", "run") as journal:
        (journal.begin if rounds == 1 else journal.keep)(run)
        folder = journal.hold(OPEN)
        for name in ("columns-0", "news-0", "ended"):
            shutil.copy(written / name, folder / name)
        journal._drafts["another"] = folder  # as if this were killed
    (command,) = tmp_path.glob("journal/*")
    shutil.copytree(command, tmp_path / "before")
    (first,) = bring_in(tmp_path, None)
    again = tmp_path / "journal" / "again"
    shutil.copytree(tmp_path / "before", again)
    shutil.copy(first.path, next(again.glob("runs/*")))  # killed when it had that far
    first.path.unlink()
    (second,) = bring_in(tmp_path, None)
    assert first.records == second.records
    (found,) = first.records
    assert isinstance(found, Run)
    assert found.outcomes["failed"] == 2 + (run.outcomes["failed"] if rounds > 1 else 0)
    assert (found.rounds, found.validity.verdict) == (rounds, "invalid")


@pytest.mark.parametrize("place", ["round", "round/columns-0", "round/news-0"])
def test_a_file_that_a_link_leads_to_is_not_taken_for_columns(written, tmp_path, place):
    """Names of operations are written into columns: `suite show` in a checkout changed any file with it."""
    with Journal(tmp_path, "runs", "run") as journal:
        journal.begin(replace(make_run(), rounds=1, partial=True))
        folder = journal.hold(OPEN)
        for name in ("columns-0", "news-0", "ended"):
            shutil.copy(written / name, folder / name)
        journal._drafts["another"] = folder  # as if this were killed
    link = folder.parent / place
    away = link.rename(tmp_path / "away")
    link.symlink_to(away)
    file = away / "columns-0" if place == "round" else away
    before = file.read_bytes()
    found = list(bring_in(tmp_path, None))
    assert [one.records for one in found] in ([], [()])
    assert file.read_bytes() == before


def test_secrets_stay_out_of_what_is_brought_in(written, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", "correct-horse")
    (written / "news-0").unlink()
    news = NewsFile.create()
    news.write([Detail("failed", "reset", "buy", 2, 3.6, "correct-horse was refused")], [])
    (written / "news-0").write_bytes(os.pread(news.descriptor, 1 << 20, 0))
    news.close()
    (detail,) = held_round(OPEN, written).details
    assert "correct-horse" not in detail.example
    assert detail.example.endswith(" was refused")


def test_the_warm_up_of_a_counted_loop_is_left_out(written):
    columns = (replace(OPEN.columns[0], due=0, warm=6),)
    found = held_round(replace(OPEN, loop="closed", seconds=None, columns=columns), written)
    assert found.validity.reasons[0].figures["operations"] == 4


def test_what_died_in_its_warm_up_measured_nothing(written):
    assert held_round(replace(OPEN, warmup=5.0), written) is None


def test_columns_that_are_not_whole_are_none(written):
    (written / "ended").unlink()
    assert held_round(OPEN, written) is None


@pytest.mark.parametrize("name", ["ended", "news-0", "columns-0"])
def test_damaged_ones_are_told(written, name):
    if name == "columns-0":
        (written / name).unlink()
    else:
        (written / name).write_bytes(b"damaged " * 4)
    if name == "news-0":  # no news are good enough
        assert held_round(OPEN, written).details == ()
    else:
        with pytest.raises(StoreError, match=r"ended is damaged|can't read .*columns-0: No such file"):
            held_round(OPEN, written)


@pytest.mark.parametrize("said", ["-1 5", "5 -1", f"{1 << 62} 5"])
def test_an_end_that_no_clock_gives_is_damage(written, said):
    (written / "ended").write_text(said)
    with pytest.raises(StoreError, match="ended is damaged"):
        held_round(OPEN, written)


@pytest.mark.parametrize("said", [b"12345678", b"damaged", (1 << 62).to_bytes(8, "little") * 4])
def test_damaged_marks_are_told(written, said):
    (written / "marks-0").write_bytes(said)
    (held,) = OPEN.columns
    with pytest.raises(StoreError, match="marks-0 is damaged"):
        held_round(replace(OPEN, columns=(replace(held, marks=True),)), written)


@pytest.mark.parametrize("column", ["outcome", "operation"])
def test_an_outcome_or_an_operation_that_there_is_not_is_damage(written, column):
    (held,) = OPEN.columns
    descriptor = os.open(written / "columns-0", os.O_RDWR)
    file = ColumnFile(descriptor, held.rows, held.planned)
    getattr(next(iter(file)), column)[3] = 200
    file.close()
    opened = OPEN if column == "outcome" else replace(OPEN, columns=(replace(held, choices=""),))
    with pytest.raises(
        StoreError, match="columns-0 is damaged: it has outcomes or operations that there are"
    ):
        held_round(opened, written)


@pytest.mark.parametrize("column", ["intended", "dispatched", "started", "finished"])
@pytest.mark.parametrize("moment", [-(1 << 62), 1 << 62])
def test_a_moment_that_no_clock_gives_is_damage(written, column, moment):
    """Differences of such moments are no numbers of 64 bits, and ended what read them with 70."""
    (held,) = OPEN.columns
    file = ColumnFile(os.open(written / "columns-0", os.O_RDWR), held.rows, held.planned)
    getattr(next(iter(file)), column)[3] = moment
    file.close()
    with pytest.raises(StoreError, match="columns-0 is damaged: it has moments that no clock gives"):
        held_round(OPEN, written)


def test_columns_that_an_older_version_wrote_are_read(written):
    """Its rows had 35 bytes, for nothing in them said whose they were."""
    now = held_round(OPEN, written)
    whole = (written / "columns-0").read_bytes()
    rows = OPEN.columns[0].rows
    older = whole[: 32 * rows] + whole[36 * rows : ROW_BYTES * rows]
    (written / "columns-0").write_bytes(older.ljust(mmap.PAGESIZE, bytes(1)))
    assert held_round(replace(OPEN, row_bytes=35), written) == now


def test_columns_of_another_version_are_told_and_stay(written, tmp_path):
    """Their rows are of another size: what would be read of them is nonsense."""
    with pytest.raises(StoreError, match="has 47 bytes an operation, here they are 39: another version"):
        held_round(replace(OPEN, row_bytes=47), written)
    assert (written / "columns-0").exists()
