"""What the ledger gives to pages: Runs in short, in series that do not mix what must not be mixed."""

import math
import statistics
from dataclasses import replace

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from markupsafe import escape
from support import published
from support.capacities import make_capacity
from support.histories import repository
from support.markup import read_markup
from support.overloads import make_recovery
from support.published import make_stored_run
from support.records import any_searches
from support.resiliences import make_resilience
from support.runs import any_runs, make_measured, validity_of
from support.sites import COMMITS, commits_of, find, index_of, page_of, read, store
from support.soaks import make_soak

from suite.formats.document import write_document
from suite.formats.envelope import envelope
from suite.ledger.commit_order import CommitOrder
from suite.ledger.detections import AcceptedChange, Detections
from suite.ledger.store import Ledger
from suite.ledger.summaries import past
from suite.records.run import Judgement
from suite.report.site import stored
from suite.report.site.lineage import Lineage
from suite.report.site.page import Site, index_page, workload_page
from suite.report.site.stored import add_capacities, add_ledger
from suite.report.site.workload_page import WorkloadPage
from suite.report.terminal.record import record_text


def tame(run):
    """The same Run with values that something could have."""
    metrics = {
        name: replace(measured, value=None if measured.value is None else math.fmod(measured.value, 1e9))
        for name, measured in run.metrics.items()
    }
    series = {
        name: tuple(None if value is None else math.fmod(value, 1e9) for value in values)
        for name, values in run.series.items()
    }
    return replace(run, workload="one", metrics=metrics, series=series)


@pytest.mark.exhaustive
@settings(max_examples=20)
@given(st.lists(any_runs(), min_size=1, max_size=4, unique_by=lambda run: run.id))
def test_a_run_in_short_is_what_was_stored(tmp_path_factory, runs):
    place = tmp_path_factory.mktemp("ledger") / "ledger.db"
    runs = [replace(run, workload="one") for run in runs]
    store(place, *runs)
    with Ledger(place) as ledger:
        found = {each.id: each for each in past(ledger, "one", 10)}
    assert found.keys() == {run.id for run in runs}
    for run in runs:
        each = found[run.id]
        assert (each.commit, each.verdict, each.validity) == (run.commit, run.verdict, run.validity.verdict)
        assert each.outcomes == {name: count for name, count in run.outcomes.items() if name is not None}
        for name, measured in each.metrics.items():
            assert measured == replace(run.metrics[name], values=())


@pytest.mark.exhaustive
@settings(max_examples=12, phases=[Phase.explicit, Phase.generate])  # a page each: shrinking takes minutes
@given(st.lists(any_runs(), max_size=4, unique_by=lambda run: run.id), st.lists(any_searches(), max_size=2))
def test_any_run_and_any_search_make_a_page(tmp_path_factory, runs, searches):
    place = tmp_path_factory.mktemp("ledger") / "ledger.db"
    store(place, *(tame(run) for run in runs))
    with Ledger(place) as ledger:
        for search in searches:
            ledger.add(replace(search, workload="one"))
    story = read(place).get("one", WorkloadPage("one"))
    site = Site("made up", "now", {"one": "one.html"}, {})
    read_markup(workload_page(site, story))
    read_markup(index_page(site, [story]))


def test_only_the_newest_runs_are_read_oldest_first(place):
    store(place, *(make_stored_run(index, COMMITS[index]) for index in range(6)))
    with Ledger(place) as ledger:
        found = [each.id for each in past(ledger, "shop/browse", 3)]
        assert found == ["run0003", "run0004", "run0005"]
        assert past(ledger, "another", 3) == []


def test_an_invalid_run_counts_for_nothing_but_is_shown(place):
    invalid = make_stored_run(1, COMMITS[1], validity=validity_of("invalid", "too late"))
    store(place, make_stored_run(0, COMMITS[0]), invalid)
    graph = find(read(place)["shop/browse"], "throughput")
    assert [point.value is None for point in graph.points] == [False, True]
    assert graph.points[1].shown
    assert "too late" in graph.points[1].note


def test_runs_of_one_commit_are_one_point(place):
    runs = [make_stored_run(index, COMMITS[index // 3]) for index in range(5)]
    dirty = replace(make_stored_run(5, COMMITS[1]), dirty=True)
    store(place, *runs, dirty)
    graph = find(read(place)["shop/browse"], "throughput")
    rates = [run.metrics["throughput"].value for run in runs]
    told = [(point.commit, point.value) for point in graph.points if point.value is not None]
    assert told == [(COMMITS[0], statistics.median(rates[:3])), (COMMITS[1], statistics.median(rates[3:]))]
    assert (graph.points[0].low, graph.points[0].high) == (min(rates[:3]), max(rates[:3]))
    aside = [point for point in graph.points if point.value is None]
    assert [(point.shown, point.note) for point in aside] == [
        (dirty.metrics["throughput"].value, "changes that were not committed")
    ]


def stepped(place):
    """A history with a step, in a repository."""
    shas = repository(place.parent, published.COMMITS)
    store(place, *(make_stored_run(index, sha) for index, sha in enumerate(shas)))
    return shas


def accept(place, metric, commit, reason="it checks <signatures> now"):
    with Ledger(place) as ledger:
        one = AcceptedChange("shop/browse", metric, commit, reason)
        Detections(ledger, CommitOrder(folder=place.parent)).accept(one)


def test_an_accepted_change_says_why(place):
    shas = stepped(place)
    accept(place, "throughput", shas[published.STEP])
    story = read(place)["shop/browse"]
    graph = find(story, "throughput")
    assert [graph.reason(change) for change in graph.changes] == ["it checks <signatures> now"]
    assert graph.detection.pin.index == published.STEP
    other = find(story, "response.p95")
    assert [other.reason(change) for change in other.changes] == [None]
    for text in (page_of(story), index_of(story)):
        assert text.count("accepted: it checks &lt;signatures&gt; now") == 1


def test_an_accepted_time_per_operation_is_that_of_the_rate_shown(place):
    shas = stepped(place)
    accept(place, "time_per_operation", shas[published.STEP])
    graph = find(read(place)["shop/browse"], "throughput")
    assert [graph.reason(change) for change in graph.changes] == ["it checks <signatures> now"]


def test_only_the_newest_runs_are_read_and_that_is_said(place, monkeypatch):
    monkeypatch.setattr(stored, "_RUNS", 3)
    store(place, *(make_stored_run(index, COMMITS[index]) for index in range(6)))
    story = read(place)["shop/browse"]
    assert commits_of(story) == COMMITS[3:]
    assert "Left out: only the newest 3 Runs of 6 are here." in page_of(story)


def test_a_lower_bound_is_told_as_one(place):
    bound = make_measured("response.p99", 2.0, at_least=True)
    run = make_stored_run(0, COMMITS[0])
    judged = (Judgement("response.p99", "critical", 1.0, 2.0, passed=False),)
    store(place, replace(run, metrics={**run.metrics, "response.p99": bound}, thresholds=judged))
    story = read(place)["shop/browse"]
    (point,) = find(story, "response.p99").points
    assert (point.value, point.words("s"), point.note) == (None, "> 2 s", "a lower bound")
    rows = [e.text for e in read_markup(page_of(story)) if e.name == "td"]
    assert rows.count("> 2 s") == 2  # of the Run, and of its threshold
    assert "&gt; 2 s" in index_of(story)
    legend = next(e.text for e in read_markup(page_of(story)) if e.has("legend") and "counts for" in e.text)
    for kind in ("a lower bound", "invalid", "ended early", "not committed", "without a commit"):
        assert kind in legend


def test_thresholds_name_the_run_that_they_are_of(place):
    good = make_stored_run(
        0, COMMITS[0], thresholds=(Judgement("failures", "critical", 1.0, 0.0, passed=True),)
    )
    store(place, good, make_stored_run(1, COMMITS[1], validity=validity_of("invalid", "x")))
    story = read(place)["shop/browse"]
    assert story.latest.id == "run0001"
    headings = [e.text for e in read_markup(page_of(story)) if e.name == "h3"]
    assert f"Thresholds and checks of the Run of 2023-11-15 00:00 at {COMMITS[0][:12]}" in headings


def test_what_is_no_capacity_search_is_named(tmp_path):
    for name, text in {"a.json": "{", "b.json": "[]", "c.json": '{"capacity": {"workload": "x"}}'}.items():
        (tmp_path / name).write_text(text)
    stories = {}
    assert sorted(add_capacities(stories, tmp_path)) == ["a.json", "b.json", "c.json"]
    assert stories == {}
    assert add_capacities(stories, tmp_path / "none") == []


def test_searches_for_the_capacity_come_from_the_ledger_and_older_ones_from_their_documents(place, tmp_path):
    kept, older = make_capacity(), make_capacity(id="0ldc0ffee", started="2023-05-01T10:11:12.000+00:00")
    with Ledger(place) as ledger:
        ledger.add(kept)
    for one in (kept, older):
        write_document(tmp_path / f"{one.id}.json", envelope("capacity", [one], exit_code=0))
    stories = {}
    add_ledger(stories, place, [Lineage()])
    assert stories[kept.workload].capacities == [kept]
    assert add_capacities(stories, tmp_path) == []
    assert stories[kept.workload].capacities == [kept, older]


def test_the_newest_trial_of_faults_recovery_and_soak_are_told_as_their_commands_print_them(place):
    earlier = {"id": "0ld", "started": "2023-05-01T10:11:12.000+00:00"}
    newest = make_resilience(), make_recovery(workload="shop/checkout"), make_soak(workload="shop/checkout")
    store(place, *newest, make_resilience(**earlier), make_soak(workload="shop/other", id="0ther"))
    stories = read(place)
    assert set(stories) == {"shop/checkout", "shop/other"}
    assert stories["shop/checkout"].told == list(newest)
    page = page_of(stories["shop/checkout"])
    for record in newest:
        assert escape(record_text(record)) in page
        assert f"suite show {record.id[:12]}" in page
    assert "While things fail around it" not in page_of(stories["shop/other"])


def test_an_endurance_section_is_only_where_there_is_something(place):
    store(place, make_stored_run(0, COMMITS[0]))
    (story,) = read(place).values()
    assert "Endurance" not in page_of(story)
