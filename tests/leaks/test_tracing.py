"""Runs under tracemalloc and memray, of real programs and by verdicts made up."""

import pytest
from support.leaking import System, adds, drive, usual
from support.leaking_amounts import done
from support.leaking_program import dies_under, program

from suite.config.catalog import reference_to
from suite.config.settings import Settings
from suite.engine.progress import Silent
from suite.engine.workload_spec import WorkloadSpec
from suite.leaks.tracing import Tracing, trace
from suite.leaks.verdict import Rules

ALL = Tracing(native=False, most_bytes=10**9, keep=None)


def traced(workload, how=ALL, **leak):
    """What is found where a search of a few operations came upon `leak` per operation."""
    steps = []
    rules = Rules(requests=50, windows=5, warmup=2, ttl=0.0)
    verdict = drive(System(1, usual(), adds(done, **leak)), rules, steps)
    assert verdict.outcome == "unbounded"
    spec = WorkloadSpec(reference_to(workload), Settings(rounds=1))
    found, _ = trace(spec, Silent(), how, steps, verdict)
    return found


@pytest.mark.exhaustive
def test_what_no_tracer_sees_is_unattributed():
    found = traced(program("malloc", 1_000), malloc=1_000)
    assert found.unattributed == pytest.approx(1_000, rel=0.3)
    assert found.suspects == ()


@pytest.mark.exhaustive
@pytest.mark.parametrize("modes", ["trace", "objects trace"])
def test_a_system_that_dies_under_a_tracer_is_a_note(tmp_path, modes):
    """What one of the two told is kept."""
    found = traced(dies_under(modes, tmp_path), blocks=2, malloc=100)
    if modes == "trace":
        assert [suspect.function for suspect in found.suspects] == ["remember_python"]
    else:
        assert (found.suspects, found.unattributed) == ((), None)
        assert found.notes[-2].kind == "tracemalloc_failed"
    assert found.notes[-1].kind == "memray_failed"
    assert "no thank you" in str(found.notes[-1].figures["error"])


@pytest.mark.exhaustive
def test_recordings_that_outgrow_their_limit_are_a_note():
    small = Tracing(native=False, most_bytes=100_000, keep=None)
    found = traced(program("python", 100), small, blocks=2, malloc=100)
    assert [suspect.function for suspect in found.suspects] == ["remember_python"], "tracemalloc knows"
    assert any(note.kind == "recording_stopped" for note in found.notes), found.notes
