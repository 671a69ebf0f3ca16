"""Searches of real servers: what leaks is found and named, what does not is left in peace."""

from pathlib import Path

import pytest
from studies.leaks_accuracy.cases import CASES
from support.leaking_program import dies_under, program
from support.processes import EXAMPLES
from support.variants import exhaustive, nightly

from suite import Command, Remote, Workload, closed_loop
from suite.config.catalog import from_file
from suite.config.settings import Settings
from suite.errors import ConfigurationError, SystemFailed
from suite.leaks.session import LeakSettings, find_leaks
from suite.report.terminal.console import Reporter, make_console

BY_NAME = {case.name: case for case in CASES}
QUICK = LeakSettings(ttl=0.2)
QUICKER = LeakSettings(ttl=0.2, requests=50, windows=5)


def searched(name, how=QUICK, **settings):
    return find_leaks(BY_NAME[name].workload(), Settings(**settings), how)


def named(found, case):
    """Its only suspect, which must be the function of `case`."""
    assert found.verdict.outcome == "unbounded"
    assert found.exit_code == 1
    assert found.verdict.held == case.held
    assert found.verdict.bytes_per_operation == pytest.approx(case.bytes, rel=1.5)
    first = found.suspects[0]
    assert first.function == case.function
    assert first.file.endswith("leaky.py")
    assert first.share > 0.8
    assert first.bytes_per_operation == pytest.approx(case.bytes, rel=0.6)
    assert first.stack[0].function == case.function


@pytest.mark.exhaustive
def test_a_clean_server_is_left_in_peace():
    found = searched("clean")
    assert found.verdict.outcome in ("no growth", "bounded")
    assert found.exit_code == 0
    assert found.suspects is None
    assert 0 < found.verdict.detectable < 100
    assert found.verdict.bytes_per_operation == 0


@pytest.mark.exhaustive
@pytest.mark.slow
@pytest.mark.parametrize("name", ["python-100", nightly("held")])
def test_a_leak_of_a_small_program_is_found_and_named(name, tmp_path):
    """The less a program imports the quicker are all its objects looked at."""
    case = BY_NAME[name]
    little = program(case.parameters["behaviour"], case.parameters["size"])
    found = find_leaks(little, Settings(), QUICKER, keep=tmp_path if name == "python-100" else None)
    named(found, case)
    assert [Path(graph).exists() for graph in found.recordings] == [True] * (name == "python-100")


def test_a_file_that_stays_open_now_and_then_is_a_leak(capsys):
    """No allocation tells of it: nothing is traced, and it is said why."""
    found = find_leaks(program("descriptor", 0), Settings(), QUICKER)
    assert found.verdict.outcome == "unbounded"
    assert {growth.counter for growth in found.verdict.growths} == {"descriptors"}
    assert found.verdict.growths[0].per_operation == pytest.approx(0.05, rel=0.1)
    assert (found.verdict.bytes_per_operation, found.suspects) == (0, None)
    assert [note.kind for note in found.notes] == ["no_memory_grows"]
    Reporter(make_console()).print_leaks(found, found.exit_code)
    assert " descriptors/operation: descriptors of process " in capsys.readouterr().out


@pytest.mark.parametrize("name", [exhaustive("python-100"), nightly("spawn-100"), nightly("held")])
def test_a_leak_of_a_server_is_found_and_named(name, tmp_path):
    case = BY_NAME[name]
    found = find_leaks(case.workload(), Settings(), QUICK, keep=tmp_path)
    named(found, case)
    assert any(case.function in Path(graph).read_text() for graph in found.recordings)


@pytest.mark.exhaustive
@pytest.mark.nightly
@pytest.mark.rounds
def test_a_line_that_leaks_in_a_web_shop_is_named(tmp_path):
    """What leaks there comes from freelists that pydantic and starlette fill and empty."""
    source = (EXAMPLES / "shop.py").read_text()
    for old, new in (
        ("orders: list[int] = []", "orders: list[int] = []\nseen: list = []"),
        ("    return list(ITEMS)", '    seen.append({"at": time.time()})\n    return list(ITEMS)'),
    ):
        assert old in source
        source = source.replace(old, new)
    (tmp_path / "shop.py").write_text(source)
    (tmp_path / "load_shop.py").write_text((EXAMPLES / "load_shop.py").read_text())
    (shop,) = from_file(tmp_path / "load_shop.py")
    found = find_leaks(shop.workload, Settings(), QUICK, reference=shop.reference)
    assert found.verdict.outcome == "unbounded"
    first = found.suspects[0]
    assert (first.function, first.file) == ("items", "shop.py")
    assert first.bytes_per_operation == pytest.approx(0.9 * (64 + 120 + 24 + 8), rel=0.1)
    assert first.share > 0.8
    assert 0 <= found.unattributed < found.verdict.bytes_per_operation


@pytest.mark.exhaustive
def test_what_no_tracer_sees_is_unattributed():
    found = searched("malloc-1000")
    assert found.verdict.outcome == "unbounded"
    assert found.unattributed == pytest.approx(1000, rel=0.3)
    assert found.suspects == ()


@pytest.mark.exhaustive
def test_growth_that_expires_was_only_retained():
    found = find_leaks(BY_NAME["expiring-timer"].workload(), Settings(), LeakSettings(ttl=2.5))
    assert found.verdict.outcome != "unbounded"


@pytest.mark.exhaustive
@pytest.mark.parametrize("modes", ["trace", nightly("objects trace")])
def test_a_system_that_dies_under_a_tracer_is_a_note_and_the_verdict_stands(tmp_path, modes):
    """What one of the two told is kept."""
    found = find_leaks(dies_under(modes, tmp_path), None, QUICK)
    assert found.verdict.outcome == "unbounded"
    if modes == "trace":
        assert [suspect.function for suspect in found.suspects] == ["remember_python"]
    else:
        assert found.suspects is None
        assert found.notes[-2].kind == "tracemalloc_failed"
    assert found.notes[-1].kind == "memray_failed"
    assert "no thank you" in str(found.notes[-1].figures["error"])


@pytest.mark.exhaustive
@pytest.mark.nightly
def test_recordings_that_outgrow_their_limit_are_a_note_and_the_verdict_stands():
    found = searched("python-100", LeakSettings(ttl=0.2, most_bytes=100_000))
    assert found.verdict.outcome == "unbounded"
    assert [suspect.function for suspect in found.suspects] == ["remember_python"], "tracemalloc knows"
    assert any(note.kind == "recording_stopped" for note in found.notes), found.notes


def test_a_system_that_does_not_start_is_an_error():
    users = next(iter(BY_NAME["clean"].workload().users))
    system = Command("{python} -c 'raise SystemExit(3)'")
    with pytest.raises(SystemFailed):
        find_leaks(Workload("leaky/dead", system, users, loop=closed_loop(1, operations=10)), None, QUICK)


def test_a_system_that_runs_elsewhere_has_no_memory_to_read():
    users = next(iter(BY_NAME["clean"].workload().users))
    remote = Workload("leaky/far", Remote("http://127.0.0.1:1"), users, loop=closed_loop(1, operations=10))
    with pytest.raises(ConfigurationError, match="can't be read"):
        find_leaks(remote, None, QUICK)
