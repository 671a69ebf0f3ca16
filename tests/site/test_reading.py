"""Names of benchmarks, and files of pages."""

import pytest

from suite.integrations.asv_pages import link_pages
from suite.integrations.asv_results import workload_of
from suite.report.site.page import file_names
from suite.report.site.track import Point, Track, title


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


def test_what_the_code_measures_goes_before_the_name():
    assert workload_of("a.B.track_x", 'return _measure(\n    "shop/browse"\n)') == "shop/browse"


def test_every_workload_has_a_file_of_its_own():
    names = ["dicom/receive", "dicom-receive", "Dicom/Receive", "index", "///", "é", "w" * 300, "w" * 301]
    files = file_names(names)
    assert len({file.lower() for file in files.values()}) == len(names)
    assert "index.html" not in files.values()
    assert max(map(len, files.values())) < 120


def test_titles():
    assert title("response.p99@store") == "response p99 of store"
    assert title("memory.growth_per_operation") == "memory growth per operation"


def test_a_rate_swaps_the_ends_of_its_interval():
    slow = Track("time_per_operation@store", "s", "lower", "here", (Point("c", "", 0.5, 0.4, 0.8),))
    rate = slow.as_rate()
    assert (rate.metric, rate.unit, rate.better) == ("throughput@store", "1/s", "higher")
    point = rate.points[0]
    assert (point.low, point.value, point.high) == (1.25, 2.0, 2.5)


@pytest.mark.parametrize("text", ["", "<html></html>", "<HEAD></HEAD><body></BODY>"])
def test_asv_pages_of_another_shape_are_no_fault(tmp_path, text):
    (tmp_path / "index.html").write_text(text)
    for _ in range(2):
        link_pages(tmp_path, "ours", {"a.b": "c.html"})
    said = (tmp_path / "index.html").read_text()
    assert said.count("ours/asv.js") == ("<HEAD>" in text)
    assert said.count("ours/index.html") == ("<body>" in text)
    assert not (tmp_path / "error.html").exists()
