"""Tallies add up to what one count of all would be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suite.errors import StoreError
from suite.measure.tally import Tally
from suite.records.histogram import Histogram
from suite.records.outcome import Outcome
from suite.records.recording import Recording

NAMES = ("look", "change", "connect")


def recording(rows):
    """Rows are (operation, outcome, duration in ns, by the loop)."""
    n = len(rows)
    started = np.full(n, 1_000, np.int64)
    return Recording(
        NAMES,
        np.array([row[0] for row in rows], np.uint16),
        np.array([row[1] for row in rows], np.uint8),
        started,
        np.zeros(n, np.int64),
        started,
        started + np.array([row[2] for row in rows], np.int64),
        np.array([row[3] for row in rows], np.bool_),
        0,
        10**9,
    )


ROWS = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 2]), st.sampled_from(list(Outcome)), st.integers(1, 10**10), st.booleans()
    ),
    max_size=30,
)


@given(ROWS, ROWS)
def test_a_sum_of_parts_is_the_whole(first, second):
    whole = Tally.of(recording([*first, *second]))
    assert Tally.merged([Tally.of(recording(first)), Tally.of(recording(second))]) == whole
    assert Tally.unpack(whole.pack()) == whole


def test_totals_are_of_what_the_loop_started_and_names_of_all():
    tally = Tally.of(recording([(0, 0, 5_000_000, True), (0, 0, 7_000_000, False), (2, 3, 1, False)]))
    sheet = tally.sheet(2.0)
    assert sheet.metrics["throughput"] == 0.5
    assert sheet.metrics["throughput@look"] == 1.0
    assert sheet.outcomes["connect"]["failed"] == 1
    assert sheet.outcomes[""]["ok"] == 1
    assert sheet.metrics["response.max"] == pytest.approx(0.005)
    assert sheet.histograms["service@look"] == sheet.histograms["response@look"]


def test_what_is_planned_is_late_and_has_service_times():
    rows = recording([(0, 0, 5_000_000, True)] * 40)
    rows.dispatched[:] = rows.intended + 2_000
    tally = Tally.of(rows, planned=True)
    assert tally.sheet(1.0).metrics["lateness.p50"] == pytest.approx(2e-6, rel=1e-3)
    assert tally.started["look"].service == Histogram.of(np.full(40, 5_000_000, np.int64))
    assert Tally.unpack(tally.pack()) == tally


def test_of_nothing_it_is_empty():
    assert Tally.merged([]) == Tally()
    assert Tally().sheet(0.0).metrics["throughput"] is None


@pytest.mark.parametrize("packed", [{}, {"started": 3}, {"started": {"a": [{"odd": 1}, [], None]}}])
def test_what_is_no_tally_is_said_to_be_none(packed):
    with pytest.raises(StoreError, match="tally"):
        Tally.unpack({"late": None, "beside": {}, **packed})
