"""Call sites from real recordings: the right ones, with the right growth, and no others."""

import re

import numpy as np
import pytest
from support.traced import HERE, Traced, traced

from suite.leaks.recorded import Stack
from suite.leaks.tracker import Attribution, attribute, too_big
from suite.records.reason import Reason

SIZES = {
    "ten_kilobytes": 10_000,
    "an_array": 4000,
    "wrapped": 3000,
    "ones_of_a_library": 2400,
    "<lambda>": 2000,
    "in_a_thread": 1500,
    "put_kilobyte": 1000,
    "parsed_by_python": 700,
    "spread": 400,
    "hundred_bytes": 100,
}


@pytest.fixture(scope="module")
def leaks(tmp_path_factory):
    return traced(tmp_path_factory.mktemp("leaks"), "traced_leaks")


@pytest.fixture(scope="module")
def found(leaks):
    return leaks.attributed(20_000.0)


@pytest.fixture(scope="module")
def forks(tmp_path_factory):
    return traced(tmp_path_factory.mktemp("forks"), "traced_forks")


def by_function(attribution):
    return {suspect.function: suspect for suspect in attribution.suspects}


def test_each_leak_is_named_and_nothing_else(found):
    """No cache that fills early or was full before, no cycle that the collector frees."""
    assert set(by_function(found)) == set(SIZES)
    assert {suspect.file for suspect in found.suspects} == {"traced_leaks.py"}
    assert {note.kind for note in found.notes} <= {"nameless_growth"}


@pytest.mark.parametrize("function", SIZES)
def test_growth_is_that_of_the_source(found, function):
    """Beyond the payload: an object's header, and room in a list that is appended to."""
    suspect = by_function(found)[function]
    assert SIZES[function] <= suspect.bytes_per_operation <= SIZES[function] * 1.1 + 150
    assert 0.95 <= suspect.blocks_per_operation <= 3.2
    lines = (HERE / "traced_leaks.py").read_text().splitlines()
    assert re.search(r"append\(|return function|lambda", lines[suspect.line - 1])


def test_suspects_are_ranked_and_share_the_growth(found):
    sizes = [suspect.bytes_per_operation for suspect in found.suspects]
    assert [suspect.function for suspect in found.suspects] == list(SIZES)
    assert sizes == sorted(sizes, reverse=True)
    assert sum(suspect.share for suspect in found.suspects) == pytest.approx(1)


def test_stacks_begin_innermost(found):
    named = by_function(found)
    assert [frame.function for frame in named["wrapped"].stack[:3]] == ["wrapped", "inner", "operation"]
    parsed = named["parsed_by_python"].stack
    assert parsed[0].file.startswith("stdlib/json/")
    assert "parsed_by_python" in [frame.function for frame in parsed]
    assert named["ones_of_a_library"].stack[0].file.startswith("site-packages/numpy/")
    assert all(len(suspect.stack) <= 25 for suspect in found.suspects)


def test_what_is_explained_is_not_unattributed(leaks, found):
    known = sum(suspect.bytes_per_operation for suspect in found.suspects)
    assert found.unattributed == 0
    assert leaks.attributed(known + 50_000).unattributed == pytest.approx(50_000, rel=0.03)


def test_without_counters_nothing_is_unattributed(forks):
    assert forks.attributed().unattributed is None


def test_forked_workers_are_one_site_even_killed(forks):
    """Each of the two did half of the operations; neither closed its recording."""
    assert len(forks.recordings) == 3
    found = forks.attributed()
    assert list(by_function(found)) == ["in_a_fork", "in_the_parent"]
    assert by_function(found)["in_a_fork"].bytes_per_operation == pytest.approx(1033, rel=0.1)
    assert by_function(found)["in_the_parent"].bytes_per_operation == pytest.approx(333, rel=0.1)
    assert found.notes == ()


def test_what_can_not_be_read_is_a_note(forks, tmp_path):
    (tmp_path / "empty").touch()
    (tmp_path / "junk").write_bytes(b"junk" * 1000)
    bad = {1: tmp_path / "empty", 2: tmp_path / "junk", 3: tmp_path / "missing"}
    found = attribute({**forks.recordings, **bad}, forks.marks, growth=None)
    assert list(by_function(found)) == ["in_a_fork", "in_the_parent"]
    assert [(note.kind, note.figures["process"]) for note in found.notes] == [
        ("recording_unreadable", pid) for pid in (1, 2, 3)
    ]
    alone = attribute(bad, forks.marks, growth=10.0)
    assert (alone.suspects, alone.unattributed, len(alone.notes)) == ((), None, 3)
    assert attribute({}, forks.marks, growth=10.0) == Attribution((), None, ())


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.97])
def test_a_recording_that_breaks_off_tells_what_it_can(leaks, tmp_path, share):
    """No prefix is a fault, none names a wrong site, and what is left out is said."""
    ((pid, path),) = leaks.recordings.items()
    content = path.read_bytes()
    content = content.rstrip(b"\0")
    cut = tmp_path / path.name
    cut.write_bytes(content[: int(len(content) * share)])
    found = Traced({pid: cut}, leaks.marks, leaks.notes).attributed()
    assert set(by_function(found)) <= set(SIZES)
    if found.suspects:
        assert set(by_function(found)) >= {"ten_kilobytes", "an_array", "wrapped"}
        assert by_function(found)["ten_kilobytes"].bytes_per_operation == pytest.approx(10_060, rel=0.1)
    short = {"recordings_useless", "recordings_short", "recordings_cut", "recording_unreadable"}
    assert short & {note.kind for note in found.notes}


def test_one_of_several_that_breaks_off_counts_as_ended(forks, tmp_path):
    workers = sorted(forks.recordings, key=lambda pid: forks.recordings[pid].stat().st_size)[:2]
    path = forks.recordings[workers[0]]
    content = path.read_bytes().rstrip(b"\0")
    cut = tmp_path / path.name
    cut.write_bytes(content[: len(content) * 4 // 5])
    found = attribute({**forks.recordings, workers[0]: cut}, forks.marks, growth=None, roots=[HERE])
    assert "in_the_parent" in by_function(found)
    assert Reason("recordings_cut", {"recordings": 1, "process": workers[0]}) in found.notes


@pytest.mark.parametrize("words", [(), ("native",)])
def test_what_memray_does_not_see_is_unattributed(tmp_path, words):
    """libc's own use of malloc is seen and mmap is, but not malloc by its address, through ctypes."""
    run = traced(tmp_path, "traced_native", *words)
    seen = 8192 + 1501
    found = run.attributed(seen + 5000.0)
    named = by_function(found)
    assert list(named) == ["mapped", "strdup"]
    assert named["strdup"].bytes_per_operation == pytest.approx(1501)
    assert found.unattributed == pytest.approx(5000, rel=0.1)
    native = [frame for frame in named["strdup"].stack if frame.file.endswith(".c")]
    assert bool(native) == bool(words)


@pytest.mark.exhaustive
def test_what_python_made_is_told_by_objects_alone(tmp_path):
    """A site of theirs takes the place of memray's own, which may have found a freelist empty."""
    run = traced(tmp_path, "traced_leaks")
    sizes = 100 * SIZES["put_kilobyte"] * np.arange(9.0)
    python = (("maker", str(HERE / "traced_leaks.py"), 7),)
    made = Stack(python, (), np.stack([sizes, sizes / 1000, 1.04 * sizes]), pythonic=True)
    alone, both = run.attributed(10_000.0), run.attributed(10_000.0, objects=[made])
    asks_malloc = tuple(map(int, np.__version__.split(".")[:2])) < (2, 5)  # Python's allocators since then
    by_numpy = ["an_array", "ones_of_a_library"] if asks_malloc else []
    assert list(by_function(both)) == [*by_numpy, "maker"]
    assert by_function(both)["maker"].bytes_per_operation == 1000
    for name in by_numpy[:1]:
        part, whole = by_function(both)[name], by_function(alone)[name]
        assert part.bytes_per_operation < whole.bytes_per_operation
    assert sum(suspect.share for suspect in both.suspects) == pytest.approx(1)
    assert alone.unattributed == 0
    assert 0 < both.unattributed < 10_000 - (1040 if asks_malloc else 1039)
    assert attribute({}, run.marks, growth=10_000.0, objects=[made]).unattributed == pytest.approx(8960)


def test_two_marks_are_too_few_to_tell(forks):
    assert attribute(forks.recordings, forks.marks[:2], growth=None).suspects == ()


def test_the_disk_limit_is_said(tmp_path):
    paths = {pid: tmp_path / f"memray.{pid}" for pid in (1, 2, 3)}
    paths[1].write_bytes(bytes(600_000))
    paths[2].write_bytes(bytes(600_000))
    assert too_big(paths, 1_200_000) is None
    figures = {"processes": 3, "bytes": 1_200_000, "limit": 1_000_000}
    assert too_big(paths, 1_000_000) == Reason("recording_stopped", figures)
