"""A recording in columns is analysed piece by piece, to the same as all of its rows at once."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from types import ModuleType
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import whole
from support.moments import noted
from support.recordings import NOTHING

from suite.capacity.backlog import backlog_of
from suite.contract.loop import closed_loop, open_loop
from suite.measure import at_once, column_recording, order_statistics, populations, slowest, thirds
from suite.measure.column_file import ColumnFile
from suite.measure.evidence import gather
from suite.measure.joined import joined
from suite.measure.mark_file import MarkFile
from suite.measure.phases import RetryTimes
from suite.measure.recording import from_files
from suite.measure.recovery import with_impact
from suite.measure.stamped_rows import stamp
from suite.measure.statistics import measure_round
from suite.measure.validity import judge
from suite.records import recording as records
from suite.records.incident import Incident
from suite.records.recording import Recording
from suite.records.row import Row

MS = 10**6
BEGIN, END = 5_000 * MS, 6_000 * MS
NAMES = ("read", "write", "inner", "connect")
DROPPED, UNFINISHED = 4, 5
PIECES = [1, 2, 7, 1 << 16]
LOOPS = [
    closed_loop(3, seconds=1, think=0.01),
    open_loop(40, 1),
    open_loop(40, 1, users=4, busy="drop"),
]
INCIDENTS = [Incident("Partition", "system", 0.3, began=0.3, ended=0.5)]
rows = st.lists(
    st.tuples(
        st.one_of(st.integers(0, 1200), st.sampled_from([300, 600])),  # due, ms after the warm-up began
        st.integers(0, 40),  # late
        st.integers(1, 400),  # taken
        st.sampled_from([0, 0, 0, 0, 1, 2, 3, DROPPED, UNFINISHED]),
        st.integers(0, 1),
        st.lists(st.integers(1, 90), max_size=2),  # chunks
    ),
    max_size=40,
)
inner = st.lists(st.tuples(st.integers(0, 1100), st.integers(0, 1200), st.integers(2, 3)), max_size=6)


@contextmanager
def looked_at(piece: int, kept: int) -> Iterator[None]:
    """In pieces of so many rows, and as if more than `kept` values were too many to keep."""
    wanted: list[tuple[ModuleType, str, int]] = [
        *((module, "PIECE", piece) for module in (records, column_recording, slowest)),
        (column_recording, "_MARKED", piece),
        (order_statistics, "KEPT", kept),
        (populations, "KEPT", kept),
        (at_once, "_WINDOW", max(kept, 4)),
        (at_once, "_CELLS", max(kept, 16)),
    ]
    with ExitStack() as stack:
        for module, name, value in wanted:
            stack.enter_context(mock.patch.object(module, name, value))
        yield


def written(group: list[Any], *, planned: bool) -> tuple[ColumnFile, MarkFile]:
    """A group's columns, in segments of four rows, and its marks."""
    group = sorted(group, key=lambda row: row[0])
    file, marks = ColumnFile.create(len(group) if planned else None, rows=4), MarkFile.create()
    for number, (due, late, taken, outcome, code, chunks) in enumerate(group):
        columns, place = file.reach(number // file.rows), number % file.rows
        at = BEGIN + (due - 200) * MS
        begun = at + late * MS if planned else at
        columns.operation[place] = code
        if planned:
            columns.intended[place], columns.dispatched[place] = at, begun
        if outcome == DROPPED and planned:
            continue
        columns.started[place] = begun
        if outcome != UNFINISHED:
            columns.finished[place] = begun + taken * MS
            columns.outcome[place] = 0 if outcome == DROPPED else outcome
        since = 0
        for chunk in chunks:
            marks.add(number, -1, since, (since or begun) + chunk * MS)
            since = (since or begun) + chunk * MS
    return file, marks


def nested(group: list[Any]) -> ColumnFile:
    file = ColumnFile.create(None, rows=4)
    for number, (begun, taken, code) in enumerate(sorted(group)):
        columns, place = file.reach(number // file.rows), number % file.rows
        columns.started[place] = BEGIN + (begun - 200) * MS
        columns.finished[place] = columns.started[place] + taken * MS
        columns.operation[place] = code
    return file


def analysed(recording: Recording, loop: Any, limits: dict[str, float], *, faulty: bool) -> dict[str, Any]:
    """All that is said of it."""
    found = measure_round(recording, loop=loop, resources=NOTHING, limits=limits, collected={"seen"})
    retries = RetryTimes(np.arange(BEGIN, END, 50 * MS), np.arange(BEGIN, END, 50 * MS) + MS)
    if faulty:
        found = with_impact(found, recording, INCIDENTS, noted((), retries))
    evidence = gather(recording, NOTHING, loop=loop, metrics=found.metrics, cores=1)
    validity = judge(recording, evidence, loop=loop, component=False, cores_apart=True, worker_deaths=0)
    return {
        **asdict(found) | {"histograms": found.histograms},
        "evidence": asdict(evidence),
        "validity": asdict(validity),
        "backlog": backlog_of(recording),
        "counts": [recording.counts(), len(recording.of("read")), len(recording.measured())],
    }


@settings(deadline=None, max_examples=15)
@given(
    groups=st.lists(st.tuples(rows, inner), max_size=3),
    loop=st.sampled_from(LOOPS),
    limits=st.sampled_from([{}, {"response": 0.1, "first@write": 0.05}]),
    stamped=st.lists(st.integers(0, 1000), max_size=3),
    piece=st.sampled_from(PIECES),
    kept=st.sampled_from([0, 5]),
)
def test_all_that_is_said_of_a_round_is_said_of_its_pieces(groups, loop, limits, stamped, piece, kept):
    planned = loop.kind == "open"
    with ExitStack() as opened:
        files, marks, by_loop, due = list[ColumnFile](), list[MarkFile | None](), [], []
        for group, beside in groups:
            file, mark = written(group, planned=planned)
            files += [file, nested(beside)]
            marks += [mark, None]
            by_loop += [True, False]
            due += [len(group) if planned else 0, 0]
        elsewhere = ColumnFile.create(rows=2)
        for file in (*files, elsewhere):
            opened.callback(file.close)
        for mark in filter(None, marks):
            opened.callback(mark.close)
        seen = [Row("seen", BEGIN + at * MS, BEGIN + at * MS, BEGIN + 2 * at * MS) for at in stamped]
        told = stamp(elsewhere, seen, NAMES)
        assert told.rows == len(seen)

        def recorded() -> Recording:
            found = from_files(files, NAMES, by_loop=by_loop, planned=due, begin=BEGIN, end=END, marks=marks)
            return found.beside(told.names, told.parts(elsewhere))

        everything = recorded()
        at_hand = joined([*everything.pieces()], everything.names, BEGIN, END)
        if not planned and not stamped:
            at_hand = replace(at_hand, intended=at_hand.started)
        expected = analysed(at_hand, loop, limits, faulty=len(groups) > 1)
        with looked_at(piece, kept):
            found = analysed(recorded(), loop, limits, faulty=len(groups) > 1)
        assert_same(found, expected)
        at_hand = replace(at_hand, until=at_hand.last_moment)
        total = at_hand.loop_only().measured()
        truth = whole.metrics("response", "", whole.distribution(total))
        truth |= whole.metrics("service", "", whole.distribution(total, service=planned))
        truth |= whole.metrics("response", "@connect", whole.distribution(at_hand.of("connect")))
        for name, (value, at_least) in truth.items():
            if name in found["metrics"]:
                assert found["metrics"][name] == pytest.approx(value), name
                assert (name in found["at_least"]) == at_least
        for name, values in whole.series(at_hand).items():
            assert found["series"].get(name, ()) == pytest.approx(values)
        assert found["evidence"]["at_once"] == pytest.approx(whole.at_once(whole.flying(at_hand, loop)))


def assert_same(found: Any, expected: Any) -> None:
    if isinstance(expected, dict):
        assert list(found) == list(expected)
        for name in expected:
            assert_same(found[name], expected[name])
    elif isinstance(expected, list | tuple):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other)
    elif isinstance(expected, float):
        assert found == pytest.approx(expected)
    else:
        assert found == expected


@settings(deadline=None, max_examples=5)
@given(
    st.integers(0, 99),
    st.integers(1390, 1480),
    st.sampled_from([19, 100]),
    st.sampled_from([0, 50, 1 << 20]),
)
def test_twelve_blocks_whose_edges_fall_among_starts_at_one_moment(seed, count, piece, kept):
    random = np.random.default_rng(seed)
    due, taken = random.integers(0, 30, count), random.integers(1, 10**7, count)
    some, none = np.arange(len(due)) % 7 == 3, np.zeros(len(due), np.int64)
    recording = Recording(
        ("a",), none.astype(np.uint16), np.where(some, 3, 0).astype(np.uint8), BEGIN + due * MS, none,
        BEGIN + due * MS, BEGIN + due * MS + taken, np.ones(len(due), np.bool_), BEGIN, END,
    )  # fmt: skip
    with looked_at(piece, kept):
        found = thirds.thirds(recording)
    assert found == whole.thirds(recording)


def written_columns(count: int, rows: int) -> ColumnFile:
    file = ColumnFile.create(None, rows=rows)
    for index in range(-(-count // file.rows)):
        columns, some = file.reach(index), min(file.rows, count - index * file.rows)
        begun = BEGIN + (np.arange(some) + index * file.rows) * ((END - BEGIN) // count)
        np.frombuffer(columns.started, np.int64)[:some] = begun
        np.frombuffer(columns.finished, np.int64)[:some] = begun + 1 + begun % 9973
    return file


def peak_of_analysis(file: ColumnFile) -> int:
    """Bytes that are held at most while all is made of these columns."""
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()
    recording = from_files([file], NAMES, by_loop=[True], planned=[0], begin=BEGIN, end=END)
    analysed(recording, LOOPS[0], {}, faulty=True)
    _, most = tracemalloc.get_traced_memory()
    file.close()
    return most - before


def test_three_times_the_operations_take_no_more_memory_to_analyse():
    """Nor does what a piece was read into wait for the garbage collector."""

    def peak(count: int) -> int:
        with looked_at(1 << 12, 1 << 14):
            return peak_of_analysis(written_columns(count, 1 << 16))

    gc.disable()
    tracemalloc.start()
    try:
        peak(10_000)
        few, many = peak(40_000), peak(120_000)
    finally:
        tracemalloc.stop()
        gc.enable()
    assert many < 1.2 * few


def test_an_analysis_takes_little_beside_the_columns():
    """However many operations there are: it took 24 MB."""
    tracemalloc.start()
    try:
        assert peak_of_analysis(written_columns(300_000, 1 << 18)) < 10e6
    finally:
        tracemalloc.stop()
