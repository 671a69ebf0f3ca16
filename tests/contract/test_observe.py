"""Where a system says figures of itself, and what they are called as metrics."""

import pytest

from suite import Component, Metric, Observe, Server, Threshold, User, Workload, closed_loop, operation
from suite.config.configured import configured
from suite.config.settings import Settings
from suite.contract.observe import observed_metric, observers
from suite.errors import ConfigurationError


class Idle(User):
    @operation
    async def wait(self):
        pass


def workload(**options):
    return Workload("a/b", Server(print), Idle, loop=closed_loop(operations=1), **options)


def pool(system):
    return {}


def test_one_place_or_several_are_given():
    assert observers(None) == ()
    assert [one.name for one in observers("/metrics")] == ["/metrics"]
    assert [one.name for one in observers(["/metrics", pool, Observe("/health")])] == [
        "/metrics",
        "pool",
        "/health",
    ]


@pytest.mark.parametrize("wrong", ["metrics", "", "ftp://x/", "/a b", "/a\nb", 7])
def test_a_place_is_a_path_a_url_or_a_function(wrong):
    with pytest.raises(ConfigurationError, match="give a path such as /metrics, a URL, or a function"):
        Observe(wrong)


@pytest.mark.parametrize("wrong", ["http://me:sec/ret@host/", "http:/me:secret@host/", "me:secret@host"])
def test_who_asks_is_not_shown_of_what_is_no_url_either(wrong):
    with pytest.raises(ConfigurationError, match="give a path such as /metrics") as told:
        Observe(wrong)
    assert "ret" not in str(told.value)


def test_what_a_query_calls_a_token_is_sent_and_not_shown():
    source = Observe("/metrics?token=secret&all=1")
    assert source.source == "/metrics?token=secret&all=1"
    assert source.name == "/metrics?token=***&all=1"


def test_who_asks_has_no_place_in_a_url_and_is_not_shown():
    with pytest.raises(ConfigurationError, match=r"^observe http://host/: a user or a password") as told:
        Observe("http://me:secret@host/")
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("right", ["/", "/metrics?all=1", "http://host:9090/metrics", "https://[::1]:1/m@x"])
def test_paths_and_urls_are_places(right):
    assert Observe(right).name == right


def test_all_faults_of_a_place_are_told_at_once():
    with pytest.raises(ConfigurationError) as told:
        Observe("metrics", labels={"path": "/"}, timeout=0)
    assert len(str(told.value).splitlines()) == 3


@pytest.mark.parametrize(
    ("name", "unit", "combine"),
    [
        ("pool_checked_out.max", "1", "max"),
        ("pool_checked_out.mean", "1", "median"),
        ("pool_waits_total", "1", "sum"),
        ("pool_waits_total.rate", "1/s", "median"),
        ("pool_wait_seconds_total", "s", "sum"),
        ("pool_wait_seconds_total.rate", "1", "median"),
        ("request_seconds_sum", "s", "sum"),
        ("heap_bytes.max", "B", "max"),
        ("sent_bytes_total.rate", "B/s", "median"),
        ("hit_ratio.mean", "ratio", "median"),
        ("max", "1", "sum"),
    ],
)
def test_units_and_how_rounds_combine_follow_from_the_name(name, unit, combine):
    metric = observed_metric(f"observed.{name}")
    assert (metric.unit, metric.combine, metric.better) == (unit, combine, "none")
    assert observed_metric(name) is None


def test_less_is_better_of_what_has_a_threshold_and_of_nothing_else():
    one = workload(observe="/metrics", thresholds=[Threshold("observed.pool_waits_total", critical=0)])
    assert one.metric("observed.pool_waits_total").better == "lower"
    assert one.metric("observed.pool_hits_total").better == "none"
    changed = configured(one, Settings(thresholds={"observed.x.max": {"critical": 5}}))
    assert changed.metric("observed.x.max").better == "lower"
    assert one.metric("observed.x.max").better == "none"


def test_a_metric_without_read_says_which_way_is_better():
    hits = Metric("observed.cache_hits_total.rate", "1/s", "higher")
    one = workload(observe="/metrics", metrics=[hits], thresholds=[Threshold(hits.name, critical="5/s")])
    assert one.metric(hits.name) is hits


def test_without_observe_nothing_is_observed():
    with pytest.raises(ConfigurationError, match=r"unknown metric 'observed\.x'"):
        workload(thresholds=[Threshold("observed.x", critical=1)])
    with pytest.raises(ConfigurationError, match=r"observed\.x needs read="):
        workload(metrics=[Metric("observed.x")])


def test_a_component_is_not_observed_from_outside():
    class Plain(User):
        @operation
        def wait(self):
            pass

    with pytest.raises(ConfigurationError, match="is for metrics= to read"):
        Workload("a/b", Component(list), Plain, loop=closed_loop(operations=1), observe=pool)


def test_figures_of_the_runtime_are_left_out_unless_asked_for():
    assert not Observe("/metrics").keeps("process_open_fds")
    assert Observe("/metrics").keeps("pool_size")
    assert Observe("/metrics", only="process_*").keeps("process_open_fds")
    assert not Observe("/metrics", only=["process_*"]).keeps("pool_size")
