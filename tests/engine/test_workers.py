"""Many workers: what they recorded, put together, is what one would have recorded."""

import itertools

import numpy as np
import pytest
from examples.load_echo import Refused, Talker, echo_server
from hypothesis import given
from hypothesis import strategies as st
from support.recordings import kept
from support.variants import exhaustive

from suite import Workload, closed_loop, open_loop
from suite.config.catalog import reference_to
from suite.config.settings import Settings
from suite.engine.progress import Silent
from suite.engine.round import run_round
from suite.engine.workload_spec import WorkloadSpec
from suite.measure.column_file import ColumnFile
from suite.measure.recording import from_files
from suite.measure.resources import Resources
from suite.measure.statistics import measure_round
from suite.records.histogram import Histogram

MS = 1_000_000
operations = st.tuples(st.integers(1, 900 * MS), st.integers(1, 50 * MS), st.sampled_from([0, 0, 0, 1, 2, 3]))


def measured(parts):
    """What is measured of columns, one for each part's (start, time taken, outcome)."""
    opened = []
    for rows in parts:
        file = ColumnFile.create(len(rows) + 1)
        (columns,) = file
        for i, (start, taken, outcome) in enumerate(rows):
            columns.started[i], columns.finished[i], columns.outcome[i] = start, start + taken, outcome
        opened.append(file)
    few = [True] * len(parts), [0] * len(parts)
    recording = from_files(opened, ["ask"], by_loop=few[0], planned=few[1], begin=0, end=1000 * MS)
    found = measure_round(recording, loop=closed_loop(4, seconds=1), resources=Resources(1.0))
    for file in opened:
        file.close()
    return found


@given(st.lists(st.lists(operations, max_size=60), min_size=2, max_size=4))
def test_counts_and_percentiles_of_several_workers_are_those_of_all_their_rows(parts):
    whole, together = measured([list(itertools.chain(*parts))]), measured(parts)
    assert together.outcomes == whole.outcomes
    assert together.metrics == whole.metrics
    assert together.histograms == whole.histograms
    alone = [measured([part]) for part in parts]
    merged = Histogram.merged(one.histograms["response"] for one in alone if "response" in one.histograms)
    for quantile in (0.0, 0.1, 0.5, 0.9, 0.99, 1.0):
        (value, bound), (other, other_bound) = (
            histogram.percentile(quantile) for histogram in (together.histograms["response"], merged)
        )
        assert bound == other_bound
        assert value == other or value == pytest.approx(other, rel=1 / 512)  # buckets are 1/1024 wide
    for outcome, count in together.outcomes[""].items():
        assert count == sum(one.outcomes[""][outcome] for one in alone)


@pytest.mark.parametrize("workers", [1, 2, exhaustive(4)])
def test_a_plan_is_carried_out_whole_by_any_number_of_workers(workers):
    """The same starts, each once, and as many of each operation as were drawn."""
    workload = Workload(
        "many/open",
        echo_server(),
        {Talker: 1, Refused: 1},
        loop=open_loop(300, seconds=0.6, arrivals="poisson", users=8),
    )
    seen = []
    settings = Settings(rounds=1, workers=workers)
    result = run_round(
        WorkloadSpec(reference_to(workload), settings),
        0,
        Silent(),
        lambda recording: seen.append(kept(recording)),
    )
    assert result.failure is None, result.failure
    assert len(result.pids["workers"]) == workers
    rows = seen[0].loop_only()
    planned = np.sort(rows.intended - rows.intended.min())
    assert sum(result.outcomes[""].values()) == len(rows)
    assert len(np.unique(rows.intended)) == len(rows)
    assert result.outcomes[""]["ok"] + result.outcomes[""]["rejected"] >= 0.9 * len(rows)
    STARTS.setdefault("planned", planned)
    assert np.array_equal(planned, STARTS["planned"])


STARTS: dict[str, np.ndarray] = {}
"""The starts that the first number of workers had; all others must have them too."""
