"""Numbers by name, as Prometheus reads them."""

from suite import Observe
from suite.measure.exposition import exposed
from suite.reference.backend.counting import exposition

VALUES = {
    'http_requests_total{route="/b"}': 2,
    "pool_size": 5,
    'http_requests_total{route="/a"}': 1,
    "wait_seconds_total": 0.1,
}


def test_each_family_is_told_once_with_its_type():
    assert exposition(VALUES).splitlines() == [
        "# TYPE http_requests_total counter",
        'http_requests_total{route="/a"} 1',
        'http_requests_total{route="/b"} 2',
        "# TYPE pool_size gauge",
        "pool_size 5",
        "# TYPE wait_seconds_total counter",
        "wait_seconds_total 0.10000000000000001",
    ]


def test_what_is_told_is_read_again():
    found = exposed(exposition(VALUES).encode(), Observe("/metrics"))
    assert found.values == {"http_requests_total": 3, "pool_size": 5, "wait_seconds_total": 0.1}
    assert found.counters == {"http_requests_total", "wait_seconds_total"}
