"""The matrix itself, and a small part of it."""

import pytest
from matrix.cells import FAULTS, PHASES, Cell, cells, sample
from matrix.faults import codes
from matrix.play import play
from matrix.results import Played, add, read, reasons, table

ONE = Cell("SIGTERM", "run", "closed", "running")


def test_each_cell_is_there_once_and_what_does_not_apply_has_a_reason():
    every = list(cells(every_phase=True))
    assert len({cell.name for cell in every}) == len(every)
    assert {cell.fault for cell in every} == set(FAULTS)
    assert {cell.phase for cell in every} == set(PHASES)
    applied = [cell for cell in every if not cell.left_out()]
    assert 400 < len(applied) < len(every)
    assert all(codes(cell) for cell in applied)


def test_each_fault_and_each_command_comes_in_each_phase_that_it_can():
    every, chosen = cells(every_phase=True), list(cells())
    could = [cell for cell in every if not cell.left_out()]
    apply = [cell for cell in chosen if not cell.left_out()]
    assert len({(cell.fault, cell.command, cell.load) for cell in chosen}) == len(chosen)
    assert {(cell.fault, cell.command, cell.load) for cell in apply} == {
        (cell.fault, cell.command, cell.load) for cell in could
    }
    assert {(cell.fault, cell.phase) for cell in apply} == {(cell.fault, cell.phase) for cell in could}
    assert {(cell.command, cell.phase) for cell in apply} == {(cell.command, cell.phase) for cell in could}


def test_a_sample_is_always_the_same_and_spread_over_all_faults():
    chosen = sample(10)
    assert chosen == sample(10)
    assert not any(cell.left_out() for cell in chosen)
    assert len({cell.fault for cell in chosen}) > 12


def test_results_are_kept_line_by_line_and_one_that_was_cut_off_is_none(tmp_path):
    kept = Played(ONE.name, 143, left=("7",))
    add(tmp_path / "kept", Played(ONE.name, 1))
    add(tmp_path / "kept", kept)
    with (tmp_path / "kept").open("a") as file:
        file.write('{"name": "cut')
    assert read(tmp_path / "kept") == {ONE.name: kept}
    assert not kept.good


def test_what_was_not_tried_is_no_success_of_the_table():
    asked = [
        ONE,
        other := Cell("SIGTERM", "run", "open", "running"),
        Cell("SIGTERM", "costs", "closed", "checking"),
    ]
    played = {ONE.name: Played(ONE.name, 143, lost=2), other.name: Played(other.name, skipped="no root")}
    head, run, costs = table(asked, played)
    assert head.split()[2:7] == ["cells", "tried", "lost", "left", "wrong"]
    assert run.split() == ["SIGTERM", "run", "2", "1", "2", "0", "0", "143"]
    assert costs.split() == ["SIGTERM", "costs", "0", "0", "0", "0", "0", "-"]
    assert {line.split(maxsplit=1)[1] for line in reasons(asked, played)} == {
        "no root",
        "costs makes no checks",
    }


@pytest.mark.exhaustive
@pytest.mark.nightly
@pytest.mark.parametrize("cell", sample(60), ids=lambda cell: cell.name)
def test_nothing_is_lost_or_left(cell):
    """A sixtieth of what `tox -e faults` plays."""
    found = play(cell)
    if found.skipped:
        pytest.skip(found.skipped)
    assert found.good, found
