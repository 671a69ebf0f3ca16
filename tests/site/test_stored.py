"""What the ledger gives to pages: Runs in short, in series that do not mix what must not be mixed."""

import math
import statistics
from dataclasses import replace

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from support import published
from support.markup import read_markup
from support.published import make_stored_run
from support.records import any_searches
from support.runs import any_runs

from suite.history.detections import Accepted, Detections
from suite.history.order import Order
from suite.history.past import past
from suite.history.store import Ledger
from suite.report.site.page import Site, index_page, workload_page
from suite.report.site.stored import add_capacities, add_ledger
from suite.report.site.story import Story
from suite.run import Validity

PLAN = make_stored_run(0, "").plan
COMMITS = [f"{index:08x}" * 5 for index in range(6)]


@pytest.fixture
def place(tmp_path):
    return tmp_path / "ledger.db"


def store(place, *runs):
    with Ledger(place) as ledger:
        for run in runs:
            ledger.add(run)


def read(place, known=()):
    stories = {}
    add_ledger(stories, place, lambda commits: {each: at for at, each in enumerate(known) if each in commits})
    return stories


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


@settings(max_examples=20)
@given(st.lists(any_runs(), min_size=1, max_size=4, unique_by=lambda run: run.id))
def test_a_run_in_short_is_what_was_stored(tmp_path_factory, runs):
    place = tmp_path_factory.mktemp("ledger") / "ledger.db"
    runs = [replace(run, workload="one") for run in runs]
    store(place, *runs)
    found = {each.id: each for each in past(place, "one", 10)}
    assert found.keys() == {run.id for run in runs}
    for run in runs:
        each = found[run.id]
        assert (each.commit, each.verdict, each.validity) == (run.commit, run.verdict, run.validity.verdict)
        assert each.outcomes == {name: count for name, count in run.outcomes.items() if name is not None}
        for name, measured in each.metrics.items():
            assert measured == replace(run.metrics[name], values=())


@settings(max_examples=12, phases=[Phase.explicit, Phase.generate])  # a page each: shrinking takes minutes
@given(st.lists(any_runs(), max_size=4, unique_by=lambda run: run.id), st.lists(any_searches(), max_size=2))
def test_any_run_and_any_search_make_a_page(tmp_path_factory, runs, searches):
    place = tmp_path_factory.mktemp("ledger") / "ledger.db"
    store(place, *(tame(run) for run in runs))
    with Ledger(place) as ledger:
        for search in searches:
            ledger.add_leaks(replace(search, workload="one"))
    story = read(place).get("one", Story("one"))
    site = Site("made up", "now", {"one": "one.html"}, {})
    read_markup(workload_page(site, story))
    read_markup(index_page(site, [story]))


def test_only_the_newest_runs_are_read_oldest_first(place):
    store(place, *(make_stored_run(index, COMMITS[index]) for index in range(6)))
    assert [each.id for each in past(place, "shop/browse", 3)] == ["run0003", "run0004", "run0005"]
    assert past(place, "another", 3) == []


@pytest.mark.parametrize(
    "other",
    [
        {"plan": {**PLAN, "rate": 400.0}},
        {"plan": {**PLAN, "quick": True}},
        {"plan": {**PLAN, "parameters": {"size": 2}}},
        {"environment": {"cpu": "another", "cores": 4}},
    ],
)
def test_other_plans_and_machines_are_series_of_their_own(place, other):
    runs = [make_stored_run(index, COMMITS[index]) for index in range(4)]
    store(place, *runs, replace(make_stored_run(4, COMMITS[4]), **other))
    story = read(place)["shop/browse"]
    assert len(story.settings) == 2
    assert [len(story.of(setting)[0].points) for setting in story.settings] == [4, 1]


def test_another_seed_is_the_same_series(place):
    runs = [make_stored_run(index, COMMITS[index]) for index in range(2)]
    store(place, *(replace(run, plan={**run.plan, "seed": index}) for index, run in enumerate(runs)))
    assert len(read(place)["shop/browse"].settings) == 1


def test_runs_come_in_the_order_of_their_commits_where_all_are_known(place):
    store(place, *(make_stored_run(index, COMMITS[index]) for index in (0, 1, 2)))
    order = [COMMITS[2], COMMITS[0], COMMITS[1]]
    commits = [point.commit for point in read(place, order)["shop/browse"].tracks[0].points]
    assert commits == order
    commits = [point.commit for point in read(place, order[:2])["shop/browse"].tracks[0].points]
    assert commits == COMMITS[:3]  # by their start


def test_an_invalid_run_counts_for_nothing_but_is_shown(place):
    invalid = make_stored_run(1, COMMITS[1], validity=Validity("invalid", ("too late",)))
    store(place, make_stored_run(0, COMMITS[0]), invalid)
    track = read(place)["shop/browse"].find("throughput")
    assert [point.value is None for point in track.points] == [False, True]
    assert track.points[1].shown
    assert "too late" in track.points[1].note


def test_runs_of_one_commit_are_one_point(place):
    runs = [make_stored_run(index, COMMITS[index // 3]) for index in range(5)]
    dirty = replace(make_stored_run(5, COMMITS[1]), environment={**runs[0].environment, "dirty": True})
    store(place, *runs, dirty)
    track = read(place)["shop/browse"].find("throughput")
    rates = [run.metrics["throughput"].value for run in runs]
    told = [(point.commit, point.value) for point in track.points if point.value is not None]
    assert told == [(COMMITS[0], statistics.median(rates[:3])), (COMMITS[1], statistics.median(rates[3:]))]
    assert (track.points[0].low, track.points[0].high) == (min(rates[:3]), max(rates[:3]))
    aside = [point for point in track.points if point.value is None]
    assert [(point.shown, point.note) for point in aside] == [
        (dirty.metrics["throughput"].value, "changes that were not committed")
    ]


def test_an_accepted_change_says_why(place):
    commits = [f"{index:08x}" * 5 for index in range(published.COMMITS)]
    store(place, *(make_stored_run(index, commit) for index, commit in enumerate(commits)))
    accept = Accepted("shop/browse", "throughput", commits[published.STEP], "it checks <signatures> now")
    with Ledger(place) as ledger:
        Detections(ledger, Order(folder=place.parent)).accept(accept)
    story = read(place, commits)["shop/browse"]
    track = story.find("throughput")
    assert [track.reason(change) for change in track.changes] == [accept.reason]
    assert track.detection.pin.index == published.STEP
    other = story.find("response.p95")
    assert [other.reason(change) for change in other.changes] == [None]
    page = workload_page(Site("made up", "now", {"shop/browse": "x.html"}, {}), story)
    assert page.count("accepted: it checks &lt;signatures&gt; now") == 1
    read_markup(page)


def test_what_is_no_capacity_search_is_named(tmp_path):
    for name, text in {"a.json": "{", "b.json": "[]", "c.json": '{"capacity": {"workload": "x"}}'}.items():
        (tmp_path / name).write_text(text)
    stories = {}
    assert sorted(add_capacities(stories, tmp_path)) == ["a.json", "b.json", "c.json"]
    assert stories == {}
    assert add_capacities(stories, tmp_path / "none") == []
