"""Drawings hold for any values: well-formed, inside their frame, every value there."""

import math
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support.capacities import look, make_capacity

from suite.records.capacity import Goal, SearchResult
from suite.records.histogram import Histogram
from suite.report.charts.capacity_curve import capacity_curve
from suite.report.charts.graph import Graph, GraphPoint
from suite.report.charts.history_chart import history_chart, sparkline
from suite.report.charts.spectrum import curve_of, spectrum
from suite.report.charts.svg import HEIGHT, LEFT, RIGHT, WIDTH, Axis
from suite.report.charts.thin import thinned

finite = st.floats(-1e12, 1e12)
positive = st.floats(1e-9, 1e12)
words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
points = st.builds(
    GraphPoint,
    commit=st.none() | st.text("0123456789abcdef", min_size=40, max_size=40),
    when=st.just("2024-05-01T10:11:12"),
    value=st.none() | st.floats(-1e9, 1e9),
    shown=st.none() | st.floats(-1e9, 1e9),
    note=words,
    at_least=st.booleans(),
)


@given(st.lists(finite, min_size=1, max_size=20))
def test_an_axis_spans_its_values_with_ticks_inside(values):
    axis = Axis.over(values, 100.0, 0.0)
    places = [axis(value) for value in sorted(values)]
    assert all(-0.1 <= place <= 100.1 for place in places)
    assert places == sorted(places, reverse=True)
    ticks = axis.ticks()
    assert 1 <= len(ticks) <= 8
    slack = (axis.high - axis.low) * 1e-6
    assert all(axis.low - slack <= tick <= axis.high + slack for tick in ticks)


@given(st.lists(positive, min_size=1, max_size=20))
def test_a_logarithmic_axis_too(values):
    axis = Axis.over(values, 0.0, 100.0, log=True)
    assert all(0 <= axis(value) <= 100 for value in values)
    ticks = axis.ticks()
    assert len(ticks) <= 26
    assert ticks == sorted(ticks)
    assert all(axis.low * 0.999 <= tick <= axis.high * 1.001 for tick in ticks)


@given(st.lists(points, min_size=1, max_size=30), words)
def test_a_history_has_a_mark_for_each_value(some, name):
    graph = Graph(name, "s", "lower", "here", tuple(some))
    drawn = ElementTree.fromstring(history_chart(graph))
    marks = drawn.findall("circle")
    assert len(marks) == sum(p.value is not None or p.shown is not None for p in some)
    for mark in marks:
        assert 0 <= float(mark.attrib["cx"]) <= WIDTH
        assert 0 <= float(mark.attrib["cy"]) <= HEIGHT
    spark = sparkline(graph)
    assert bool(spark) == any(point.level is not None for point in some)
    if spark:
        ElementTree.fromstring(spark)


@given(
    st.lists(st.integers(1, 10**12), min_size=1, max_size=60), st.lists(st.integers(1, 10**12), max_size=5)
)
def test_a_spectrum_never_falls_and_ends_where_ten_values_decide(ok, beyond):
    curve = curve_of("a", Histogram.of(np.array(ok, np.int64), np.array(beyond, np.int64)))
    assume(curve is not None)
    quantiles = [quantile for quantile, _ in curve.points]
    values = [value for _, value in curve.points]
    assert quantiles == sorted(set(quantiles))
    assert values == sorted(values)
    count = len(ok) + len(beyond)
    assert curve.largest <= max(1 - 10 / count, 0.5) + 1e-6
    drawn = ElementTree.fromstring(spectrum([curve], "words"))
    assert drawn.findall("path")


def test_no_histogram_no_curve():
    assert curve_of("a", Histogram.of(np.zeros(0, np.int64))) is None


def test_an_axis_of_equal_values_has_them_in_the_middle():
    for value in (0.0, 5.0, -5.0):
        axis = Axis.over([value, value], 0.0, 100.0)
        assert math.isfinite(axis(value))
        assert axis.high > axis.low


@given(st.lists(points, max_size=60), st.integers(1, 20))
def test_thinned_points_span_all_that_they_stand_for(some, most):
    fewer, size = thinned(some, most)
    assert len(fewer) <= most
    assert (size - 1) * most < max(len(some), 1) <= max(size * most, 1)
    values = [point.value for point in some if point.value is not None]
    if size == 1:
        assert fewer == some
    elif values:
        assert min(point.low for point in fewer if point.low is not None) == min(values)
        assert max(point.high for point in fewer if point.high is not None) == max(values)
        assert {point.value for point in fewer} - {None} <= set(values)


def test_a_long_history_is_drawn_whole_with_all_its_changes():
    rng = np.random.default_rng(1)
    levels = np.repeat([1.0, 1.5, 1.2], 400)
    values = levels * np.exp(rng.normal(0, 0.02, len(levels)))
    some = tuple(GraphPoint(f"{i:08d}", "2024-05-01", float(value)) for i, value in enumerate(values))
    graph = Graph("response.p99", "s", "lower", "here", some)
    drawn = ElementTree.fromstring(history_chart(graph))
    assert len(drawn.findall("circle")) == 300
    labels = [element.text for element in drawn.findall("text") if "label" in element.attrib["class"]]
    assert [label.split()[-1] for label in labels] == ["00000400", "00000800"]
    assert ["▲" in labels[0], "▼" in labels[1]] == [True, True]


def test_a_metric_that_leaves_nothing_has_no_infinite_change():
    some = tuple(GraphPoint(f"{i:08d}", "2024-05-01", 5.0 + i % 3 if i >= 20 else 0.0) for i in range(40))
    graph = Graph("pool.waits", "1", "lower", "here", some)
    assert [change.change for change in graph.changes] == [math.inf]
    drawn = history_chart(graph)
    assert "▲ from nothing at 00000020" in drawn
    assert "inf" not in drawn


def test_a_metric_that_came_late_is_drawn_from_its_first_value_on():
    some = tuple(GraphPoint(f"{i:08d}", "2024-05-01", None if i < 30 else 1.0 + i % 3) for i in range(40))
    drawn = ElementTree.fromstring(history_chart(Graph("fps", "1/s", "higher", "here", some)))
    marks = [float(mark.attrib["cx"]) for mark in drawn.findall("circle")]
    assert len(marks) == 10
    assert marks[0] < LEFT + 30
    assert marks[-1] > WIDTH - RIGHT - 30


@pytest.mark.parametrize("most", [2, 3, 7, 15])
def test_an_axis_of_users_has_whole_users_only_each_once(most):
    looks = tuple(look(load) for load in range(1, most + 1))
    found = make_capacity(found=SearchResult("range", most, None, None, looks), goal=Goal("users"))
    drawn = ElementTree.fromstring(capacity_curve(found, "throughput"))
    labels = [text.text for text in drawn.findall("text") if text.text.split()[-1] in ("user", "users")]
    assert len(labels) > 1
    assert len(set(labels)) == len(labels)
    ticks = [text for text in drawn.findall("text") if text.text in labels]
    places = [(float(tick.attrib["x"]), float(tick.text.split()[0])) for tick in ticks]
    (x0, first), (x1, second) = places[:2]
    each = (x1 - x0) / (second - first)
    # The last one may be moved to stay inside.
    assert all(abs(x0 + (users - first) * each - x) < 1 for x, users in places[:-1])


def test_an_axis_of_rates_may_have_parts_of_one():
    looks = tuple(look(load) for load in (0.5, 1.0))
    found = make_capacity(found=SearchResult("range", 1.0, None, None, looks), goal=Goal("rate"))
    drawn = capacity_curve(found, "throughput")
    assert ">0.5 /s<" in drawn


def test_a_doubtful_point_is_told_from_others():
    some = tuple(GraphPoint(f"{i:08d}", "2024-05-01", 5.0, doubtful=i == 1) for i in range(3))
    assert history_chart(Graph("fps", "1/s", "higher", "here", some)).count("doubt") == 1
