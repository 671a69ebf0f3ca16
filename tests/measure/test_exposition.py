"""What a system says of itself, in Prometheus text and JSON, as figures by name."""

import json

import numpy as np
import pytest

from suite import Observe
from suite.measure.exposition import Unreadable, exposed, from_mapping

TEXT = b"""# HELP http_requests_total Requests.
# TYPE http_requests_total counter
http_requests_total{path="/items",method="GET"} 7
http_requests_total{path="/items",method="POST"} 2
http_requests_total{path="/metrics",method="GET"} 3
# TYPE pool_size gauge
pool_size{pool="a"} 5
pool_size{pool="b"} 2
# TYPE took_seconds histogram
took_seconds_bucket{le="0.1"} 3
took_seconds_bucket{le="+Inf"} 4
took_seconds_sum 1.5
took_seconds_count 4
# TYPE size summary
size{quantile="0.5"} 3
size_sum 30
size_count 10
# TYPE timeouts counter
# TYPE opened_count gauge
opened_count 2
naked_total 1
naked 4
process_start_time_seconds 1.7e9
# TYPE broken gauge
broken NaN
"""


def test_prometheus_text_is_summed_over_labels():
    found = exposed(TEXT, Observe("/metrics"))
    assert found.values["http_requests_total"] == 12
    assert found.values["pool_size"] == 7
    assert (found.values["took_seconds_sum"], found.values["took_seconds_count"]) == (1.5, 4)
    assert not [name for name in found.values if "bucket" in name]
    assert "size" not in found.values
    assert "broken" not in found.values
    assert found.names >= {"broken", "timeouts_total"}  # there, without a value as yet
    assert found.process == 1.7e9
    assert "process_start_time_seconds" not in found.values


def test_types_tell_counters_and_names_only_where_there_is_no_type():
    found = exposed(TEXT, Observe("/metrics", counters=["naked"]))
    assert found.counters == {
        "http_requests_total", "took_seconds_sum", "took_seconds_count", "size_sum", "size_count", "naked",
    }  # fmt: skip
    assert found.presumed == {"naked_total"}


@pytest.mark.parametrize(
    ("labels", "counted"),
    [
        ({}, 12),
        ({"path": "/items"}, 9),
        ({"path": ["/items", "/metrics"], "method": "GET"}, 10),
        ({"path": "/none"}, 0),
    ],
)
def test_requests_are_those_of_the_labels(labels, counted):
    assert (
        exposed(TEXT, Observe("/metrics", requests="http_requests_total", labels=labels)).requests == counted
    )


def test_values_of_labels_may_be_numbers_and_the_names_of_all_are_known():
    text = b'hits_total{status="200",path="/"} 3\nhits_total{status="404",path="/"} 1\n'
    found = exposed(text, Observe("/metrics", requests="hits_total", labels={"status": [200, 304]}))
    assert found.requests == 3
    assert found.labels == {"status", "path"}


def test_a_counter_that_is_declared_and_has_no_series_stands_at_nothing():
    assert exposed(TEXT, Observe("/metrics", requests="timeouts_total")).requests == 0
    assert exposed(TEXT, Observe("/metrics", requests="other_total")).requests is None


def test_json_is_called_by_its_path():
    body = json.dumps(
        {"pool": {"size": 5, "waits": 3, "ok": True, "name": "x"}, "busy": [1, 2.5], "a b@c": 1, "none": None}
    )
    found = exposed(body.encode(), Observe("/health"))
    assert found.values == {"pool.size": 5, "pool.waits": 3, "busy.0": 1, "busy.1": 2.5, "a_b_c": 1}
    assert found.presumed == {"pool.waits"}
    assert exposed(b"\xef\xbb\xbf [4]", Observe("/health")).values == {"0": 4}


def test_names_of_any_characters_are_made_names_of_metrics():
    found = exposed(b'# TYPE odd counter\n{"cache@eu hits"} 3\n', Observe("/metrics"))
    assert found.values == {"cache_eu_hits": 3}


def test_a_mapping_may_hold_numbers_of_any_kind():
    found = from_mapping({"a": np.int64(3), "b": {"c": np.float32(0.5)}}, Observe(len))
    assert found.values == {"a": 3, "b.c": 0.5}


def test_what_is_named_is_kept_whatever_only_says():
    kept = exposed(TEXT, Observe("/metrics", only="pool_*"), {"naked"}).values
    assert kept.keys() == {"pool_size", "naked"}


def test_of_too_many_names_those_that_are_wanted_are_kept():
    found = from_mapping({f"n{at:03}": at for at in range(150)}, Observe(len), {"n149"})
    assert len(found.values) == 100
    assert "n149" in found.values
    assert found.left_out == 50
    assert len(found.names) == 150


def test_neither_a_name_nor_what_is_said_of_an_answer_tells_a_secret():
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.swordfish7"
    found = exposed(json.dumps({"sessions": {token: 3}, "token=swordfish7": 1}).encode(), Observe("/x"))
    assert found.values == {"sessions.***": 3, "token=***": 1}
    for body in (b"x 1\npassword=swordfish7 is wrong", b'{"a": 1, password=swordfish7'):
        with pytest.raises(Unreadable) as caught:
            exposed(body, Observe("/x"))
        assert "swordfish7" not in str(caught.value)


def test_a_name_without_end_is_in_no_document():
    """A round of three seconds made one of 45 MB; one of more than 256 MiB nobody reads."""
    found = from_mapping({"n" * 100_000: 1, "pool": {"m" * 195: 2, "size": 3}}, Observe(len))
    assert set(found.values) == found.names == {"pool.size", f"pool.{'m' * 195}"}
    assert found.left_out == 1


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html>not found</html>", "is neither Prometheus text nor JSON"),
        (b"a b c", "is neither Prometheus text nor JSON"),
        (b'{"a": ', "is not valid JSON"),
        (b"[" * 100_000, "is not valid JSON"),
        (b'{"a": "text"}', "has no figures in it"),
        (b"", "has no figures in it"),
        (b"a 1\n\xff 2", "is not UTF-8 at byte 4"),
        (b"\x00\x01", "is neither Prometheus text nor JSON"),
    ],
)
def test_what_is_no_exposition_says_so(body, said):
    with pytest.raises(Unreadable, match=said):
        exposed(body, Observe("/metrics"))
