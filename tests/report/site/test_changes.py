"""Events of changes: those of `suite history`, in the order of commits, the worse first."""

import math
from dataclasses import replace

import pytest
from support.histories import fill, repository, runs
from support.markup import read_markup

from suite.ledger.timelines import Timelines
from suite.records.better import Better
from suite.report.charts.graph import Graph, GraphPoint
from suite.report.site.changes import events_of, telling
from suite.report.site.lineage import Lineage
from suite.report.site.page import Site, index_page
from suite.report.site.stored import add_ledger
from suite.report.site.workload_page import WorkloadPage

COMMITS = [f"{index:08x}" * 5 for index in range(60)]


@pytest.fixture
def stepped(tmp_path, monkeypatch):
    """A repository's folder and 40 of its commits: what `runs` makes of them can be stored there."""
    monkeypatch.chdir(tmp_path)
    return tmp_path, repository(tmp_path, 40)


def stories_of(folder):
    stories = {}
    add_ledger(stories, folder / "results" / "ledger.db", [Lineage()])
    return list(stories.values())


def graph_of(metric, before, after, at=20, setting="here", commits=COMMITS[:40]):
    """A graph with a step, and a little noise."""
    points = tuple(
        GraphPoint(commit, f"2024-05-{1 + index // 24:02}T{index % 24:02}:00:00+00:00",
              (after if index >= at else before) * (1 + 0.004 * (index * 7 % 5 - 2)), rank=index)
        for index, commit in enumerate(commits)
    )  # fmt: skip
    unit = "1/s" if metric == "throughput" else "s"
    better: Better = "higher" if metric == "throughput" else "lower"
    return Graph(metric, unit, better, setting, points)


def story_of(*graphs, name="shop/browse"):
    story = WorkloadPage(name)
    for graph in graphs:
        story.add(graph)
    return story


def rows_of(*stories):
    """The cells of the rows of workloads."""
    site = Site("made up", "now", {story.name: f"{index}.html" for index, story in enumerate(stories)}, {})
    page = read_markup(index_page(site, stories))
    table = next(e for e in page if e.has("workloads"))
    rows = [e for e in table.inside if e.name == "tr"][1:]
    return [[" ".join(e.text.split()) for e in row.inside if e.name in ("th", "td")] for row in rows]


def told(events):
    return [
        (event.commit, sorted((m.line.workload, m.quantity.metric, m.point.index) for m in event.moved))
        for event in events
    ]


def test_the_site_has_the_events_of_suite_history(stepped):
    folder, shas = stepped
    fill(folder, *runs(shas, step=20), *runs(shas, workload="shop/pay", step=20),
         *runs(shas, workload="shop/look", step=31))  # fmt: skip
    with Timelines(folder / "results" / "ledger.db") as historian:
        known = historian.overview(seconds=math.inf).events
    found = events_of(stories_of(folder))
    assert sorted(told(found)) == sorted(told(known))
    assert [event.commit for event in found] == [shas[31], shas[20]]
    assert {one.line.workload for one in found[1].moved} == {"shop/browse", "shop/pay"}


def test_metrics_of_one_operation_are_not_watched_as_in_suite_history():
    story = story_of(graph_of("response.p99@pay", 1.0, 2.0), graph_of("service.p99", 1.0, 2.0))
    assert all(graph.changes for graph in story.graphs)
    assert events_of([story]) == []


def test_an_old_commit_that_is_measured_again_is_no_recent_change(stepped):
    folder, shas = stepped
    again = replace(runs([shas[10]], step=0)[0], started="2024-06-01T00:00:00+00:00")
    fill(folder, *runs(shas, step=10), again, *runs(shas, workload="shop/pay", step=30))
    assert [event.commit for event in events_of(stories_of(folder))] == [shas[30], shas[10]]


def test_a_regression_is_not_hidden_behind_an_improvement_of_the_same_commit():
    story = story_of(
        graph_of("throughput", 100.0, 300.0),
        graph_of("response.p50", 1.0, 0.3),
        graph_of("response.p99", 1.0, 1.3),
    )
    [row] = rows_of(story)
    assert row[5].startswith("▲ response p99 +30 %at 000000140000")
    [event] = events_of([story])
    assert [one.quantity.metric for one in telling(event)] == ["response.p99", "throughput", "response.p50"]


def test_a_change_from_nothing_is_told_as_in_the_terminal():
    graph = graph_of("pool.waits", 0.0, 5.0)
    [row] = rows_of(story_of(graph))
    assert row[5].startswith("▲ pool waits from nothingat")


def test_a_row_shows_one_setting_that_with_the_most_commits():
    old = [
        graph_of("throughput", 100.0, 100.0, setting="old"),
        graph_of("response.p99", 1.0, 1.0, setting="old"),
    ]
    new = graph_of("throughput", 300.0, 300.0, setting="new", commits=COMMITS[:45])
    new = replace(new, points=new.points[43:])
    story = story_of(*old, new)
    assert story.settings == ["old", "new"]
    [row] = rows_of(story)
    assert row[0] == "shop/browseold; 1 other"
    assert row[2].startswith("10")
    assert row[3] != "–"
    assert row[5] == "none found"


def test_with_as_many_commits_it_is_the_setting_with_the_newest():
    old, new = (graph_of("throughput", 300.0, 300.0, setting=name) for name in ("old", "new"))
    story = story_of(replace(old, points=old.points[:20]), replace(new, points=new.points[20:40]))
    assert story.settings == ["new", "old"]


def test_one_run_at_a_desk_hides_no_history():
    """A fresh clone has the commits that landed with it, and the first Run of whoever cloned it."""
    landed = graph_of("throughput", 300.0, 300.0, setting="asv on reference")
    landed = replace(landed, points=landed.points[:6])
    desk = graph_of("throughput", 900.0, 900.0, setting="my machine")
    desk = replace(desk, points=desk.points[-1:])
    story = story_of(desk, landed)
    assert story.settings == ["asv on reference", "my machine"]
    [row] = rows_of(story)
    assert row[0] == "shop/browseasv on reference; 1 other"
