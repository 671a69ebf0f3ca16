"""Names of benchmarks, and files of pages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.published import Result, code

from suite.integrations.asv_pages import link_pages
from suite.integrations.asv_results import add_results, workload_of
from suite.report.charts.graph import Graph, GraphPoint
from suite.report.site.lineage import Lineage
from suite.report.site.page import file_name
from suite.report.site.workload_page import LEAK
from suite.report.words import title


@pytest.mark.parametrize(
    ("name", "workload"),
    [
        ("conversation.FiftyUsers.track_x", "conversation/fifty-users"),
        ("dicom.FileIo.track_x", "dicom/file-io"),
        ("dicom.Receive512k.track_x", "dicom/receive-512k"),
        ("harness.Clock20000.track_x", "harness/clock-20000"),
        ("shop.load_tests.Browse.track_x", "shop/load-tests/browse"),
    ],
)
def test_a_benchmark_is_named_after_its_workload(name, workload):
    assert workload_of(name, "") == workload


@pytest.mark.parametrize(
    "call",
    [
        'measure("shop/browse")',
        "_measure('shop/browse',)",
        'asv.measure("shop/browse")',
        '_search("shop/browse")',
        'leaks("shop/browse")',
        'costs("shop/browse")',
        'return self.count("shop/browse")',
        'self.measure("load_shop.py::shop/browse")',
        'self.count(f"{FILE}::shop/browse")',
        'suite.integrations.asv.leaks("shop/browse")',
    ],
)
def test_all_calls_of_ours_name_the_workload(call):
    assert workload_of("a.BLeaks.track_x", f"def setup_cache(self):\n    return {call}") == "shop/browse"


@pytest.mark.parametrize(
    "call",
    [
        'index.search("shop/browse")',
        'remeasure("x/y")',
        'measure("x/y", 3)',
        'text.count("x/y")',
        'count("x/y")',
    ],
)
def test_calls_of_others_name_none(call):
    assert workload_of("a.B.track_x", call) == "a/b"


def test_what_the_code_measures_goes_before_the_name():
    assert workload_of("a.B.track_x", 'return _measure(\n    "shop/browse"\n)') == "shop/browse"


def test_every_workload_has_a_file_of_its_own():
    names = [
        "dicom/receive", "dicom-receive", "Dicom/Receive", "dicom/re/ceive", "a-b/c", "a/b-c", "a/b/c",
        "index", "///", "é", "è", "w" * 300, "w" * 301,
    ]  # fmt: skip
    files = [file_name(name) for name in names]
    assert len({file.lower() for file in files}) == len(names)
    assert "index.html" not in files
    assert max(map(len, files)) < 120


@given(st.lists(st.from_regex(r"[a-b]{1,2}([-/][a-b]{1,2}){0,3}", fullmatch=True), unique=True))
def test_names_of_files_never_meet(names):
    assert len({file_name(name) for name in names}) == len(names)


def test_plain_names_stay_readable():
    assert file_name("dicom/receive-512k") == "dicom-receive-512k.html"
    assert file_name("harness") == "harness.html"


def test_titles():
    assert title("response.p99@store") == "response p99 of store"
    assert title("memory.growth_per_operation") == "memory growth per operation"


def test_p999_reads_as_elsewhere():
    assert title("response.p999") == "response p99.9"


def test_a_rate_swaps_the_ends_of_its_interval():
    slow = Graph("time_per_operation@store", "s", "lower", "here", (GraphPoint("c", "", 0.5, 0.4, 0.8),))
    rate = slow.as_rate()
    assert (rate.metric, rate.unit, rate.better) == ("throughput@store", "1/s", "higher")
    point = rate.points[0]
    assert (point.low, point.value, point.high) == (1.25, 2.0, 2.5)


def graphs_of(benchmarks, values):
    """The stories of `values` (of each benchmark, by commit) without git."""
    stories = {}
    commits = [f"{index:08x}" * 5 for index in range(max(map(len, values.values())))]
    results = [
        Result(commit, index, {name: some[index] for name, some in values.items() if index < len(some)})
        for index, commit in enumerate(commits)
    ]
    pages = add_results(stories, results, benchmarks, Lineage())
    return stories, pages


@pytest.fixture(autouse=True)
def nowhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def benchmark(name, code, unit="unit"):
    return {name: {"code": code, "unit": unit, "params": []}}


def test_benchmarks_of_our_classes_are_ours_whatever_names_their_workload():
    """A project made by `suite init` had asv's numbers on no page: their workload stood in a constant."""
    tracked = 'class <locals>:\n    def track_this(self, result):\n        return result.get("cost.calls")\n'
    named = f"{tracked}class BrowseCosts:\n    def setup_cache(self):\n        return self.count(WORKLOAD)"
    name = "shop.BrowseCosts.track_cost_calls"
    assert graphs_of(benchmark(name, named, "1"), {name: [7.0]})[1] == {name: "shop/browse-costs"}
    theirs = named.replace("track_this", "track_that")
    assert graphs_of(benchmark(name, theirs, "1"), {name: [7.0]})[1] == {}


def test_searches_for_leaks_are_on_the_page_of_their_workload():
    loads = benchmark("shop.Browse.track_response_p50", code("shop/browse", "response_p50"), "seconds")
    searched = f'return result.get("{LEAK}", nan)\n_search("shop/browse")'
    names = ["shop.Browse.track_response_p50", "shop.BrowseLeaks.track_bytes_per_operation"]
    stories, pages = graphs_of(
        {**loads, **benchmark(names[1], searched, "bytes")}, {names[0]: [0.1, 0.2], names[1]: [0.0, 0.0]}
    )
    assert set(stories) == {"shop/browse"}
    assert pages == dict.fromkeys(names, "shop/browse")
    [graph] = stories["shop/browse"].graphs
    assert graph.metric == "response.p50"
    [zero] = stories["shop/browse"].searched
    assert (zero.unit, zero.latest.words("B")) == ("B", "0 B")


def test_what_is_always_0_makes_no_page():
    name = "shop.BrowseLeaks.track_bytes_per_operation"
    stories, _ = graphs_of({name: {"code": 'leaks("shop/other")', "unit": "bytes"}}, {name: [0.0, 0.0]})
    assert [bool(story) for story in stories.values()] == [False]


def test_benchmarks_that_do_not_call_us_are_left_to_asv():
    benchmarks = benchmark("other.Trees.track_depth", "def track_depth(self, n):\n    return depth(n)")
    assert graphs_of(benchmarks, {"other.Trees.track_depth": [1.0, 2.0]}) == ({}, {})
    assert graphs_of({}, {"other.Trees.track_depth": [1.0, 2.0]}) == ({}, {})  # nor of those that are gone


@pytest.mark.parametrize(
    ("metric", "better", "unit"),
    [("rejected", "none", "ratio"), ("throughput", "higher", "1/s"), ("fps", "lower", "1"),
     ("response.p95@pay", "lower", "s")],
)  # fmt: skip
def test_the_direction_is_that_of_the_metric(metric, better, unit):
    name = "shop.Browse.track_x"
    some = benchmark(name, f'def track_x(self, r):\n    return r["{metric}"]\nmeasure("shop/browse")')
    [graph] = graphs_of(some, {name: [1.0, 2.0]})[0]["shop/browse"].graphs
    assert (graph.metric, graph.better, graph.unit) == (metric, better, unit)


@pytest.mark.parametrize("taken", ['result["response.p95"]', "result.get('response.p95', nan)"])
def test_metrics_are_known_however_they_are_taken(taken):
    name = "shop.Browse.track_slowest"
    some = benchmark(name, f'def track_slowest(self, result):\n    return {taken}\n\nmeasure("shop/browse")')
    [graph] = graphs_of(some, {name: [1.0, 2.0]})[0]["shop/browse"].graphs
    assert (graph.metric, graph.unit) == ("response.p95", "s")


def test_benchmarks_that_are_gone_keep_their_unit():
    names = {"response_p50": "s", "memory_peak": "B", "forward_p95": "s", "forward_time_per_operation": "s",
             "store": "1"}  # fmt: skip
    values = {f"dicom.Old.track_{name}": [1.0, 2.0] for name in names}
    stories, _ = graphs_of({}, values)
    found = {graph.metric.replace(".", "_"): graph.unit for graph in stories["dicom/old"].graphs}
    assert found == names


def test_a_gone_benchmark_of_a_class_that_is_there_stays_with_it():
    some = benchmark("shop.Look.track_response_p50", code("shop/browse", "response_p50"), "seconds")
    values = {"shop.Look.track_response_p50": [0.1, 0.2], "shop.Look.track_odd": [1.0, 2.0]}
    stories, _ = graphs_of(some, values)
    assert {graph.metric for graph in stories["shop/browse"].graphs} == {"response.p50", "odd"}


def test_all_graphs_of_a_setting_have_the_same_places():
    some = {
        **benchmark("shop.B.track_response_p50", code("shop/browse", "response_p50"), "seconds"),
        **benchmark("shop.B.track_response_p95", code("shop/browse", "response_p95"), "seconds"),
    }
    values = {"shop.B.track_response_p50": [1.0, 2.0, 3.0], "shop.B.track_response_p95": [1.0]}
    first, second = graphs_of(some, values)[0]["shop/browse"].graphs
    assert [p.commit for p in first.points] == [p.commit for p in second.points]
    assert [p.value for p in second.points] == [1.0, None, None]


@pytest.mark.parametrize("text", ["", "<html></html>", "<HEAD></HEAD><body></BODY>"])
def test_asv_pages_of_another_shape_are_no_fault(tmp_path, text):
    (tmp_path / "index.html").write_text(text)
    for _ in range(2):
        link_pages(tmp_path, "ours", {"a.b": "c.html"})
    said = (tmp_path / "index.html").read_text()
    assert said.count("ours/asv.js") == ("<HEAD>" in text)
    assert said.count("ours/index.html") == ("<body>" in text)
    assert not (tmp_path / "error.html").exists()
