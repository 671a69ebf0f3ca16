"""What the ledger gives to pages: Runs in short, in series that do not mix what must not be mixed."""

import math
import statistics
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from markupsafe import escape
from support import published
from support.capacities import make_capacity
from support.histories import commit, git, repository
from support.markup import read_markup
from support.overloads import make_recovery
from support.published import make_stored_run
from support.records import any_searches, make_search
from support.resiliences import make_resilience
from support.runs import any_runs, make_measured, validity_of
from support.soaks import make_soak

from suite.formats.document import write_document
from suite.formats.envelope import envelope
from suite.ledger.commit_order import CommitOrder
from suite.ledger.detections import AcceptedChange, Detections
from suite.ledger.store import Ledger
from suite.ledger.summaries import past
from suite.records.run import Judgement
from suite.report.site import stored
from suite.report.site.folder import write_site
from suite.report.site.lineage import Lineage
from suite.report.site.page import Site, index_page, workload_page
from suite.report.site.stored import add_capacities, add_ledger
from suite.report.site.workload_page import WorkloadPage
from suite.report.terminal.record import record_text

PLAN = make_stored_run(0, "").plan
COMMITS = [f"{index:08x}" * 5 for index in range(6)]


@pytest.fixture
def place(tmp_path):
    return tmp_path / "ledger.db"


def store(place, *runs):
    with Ledger(place) as ledger:
        for run in runs:
            ledger.add(run)


def read(place, *branches):
    """What is read with the repository beside the ledger, if there is one."""
    stories = {}
    add_ledger(stories, place, [Lineage(branch, place.parent) for branch in branches or (None,)])
    return stories


def page_of(story):
    text = workload_page(Site("made up", "now", {story.name: "x.html"}, {}), story)
    read_markup(text)
    return text


def index_of(*stories):
    text = index_page(Site("made up", "now", {story.name: "x.html" for story in stories}, {}), stories)
    read_markup(text)
    return text


def find(story, metric):
    return next(graph for graph in story.graphs if graph.metric == metric)


def commits_of(story):
    return [point.commit for point in story.graphs[0].points]


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


def test_runs_come_in_the_order_of_their_commits(place):
    shas = repository(place.parent, 3)
    store(place, *(make_stored_run(index, sha) for index, sha in enumerate(reversed(shas))))
    assert commits_of(read(place)["shop/browse"]) == shas


def test_without_git_runs_come_by_their_start(place):
    store(place, *(make_stored_run(index, COMMITS[index]) for index in (2, 0, 1)))
    assert commits_of(read(place)["shop/browse"]) == COMMITS[:3]


@pytest.mark.parametrize("commit", [None, "f" * 40])
def test_one_run_that_git_does_not_know_leaves_the_others_in_order(place, commit):
    shas = repository(place.parent, 3)
    store(place, *(make_stored_run(index, sha) for index, sha in enumerate([*reversed(shas), commit])))
    story = read(place)["shop/browse"]
    assert commits_of(story) == shas
    if commit is None:
        assert story.notes == ["1 Run without a commit can be in no history"]
        assert len(story.briefs) == 4
    else:
        assert story.left == {story.settings[0]: {commit}}
        assert "Left out: 1 commit of other branches." in page_of(story)


def test_commits_of_other_branches_are_in_no_history(place):
    shas = repository(place.parent, 3)
    git(place.parent, "checkout", "-q", "-b", "scratch", shas[1])
    sides = [commit(place.parent) for _ in range(2)]
    git(place.parent, "checkout", "-q", "main")
    store(place, *(make_stored_run(index, sha) for index, sha in enumerate([*shas, *sides])))
    story = read(place, "main")["shop/browse"]
    assert commits_of(story) == shas
    assert {brief.commit for brief in story.briefs} == {*shas}
    assert story.latest.commit == shas[-1]
    assert "Left out: 2 commits of other branches." in page_of(story)
    assert commits_of(read(place, "scratch")["shop/browse"]) == [*shas[:2], *sides]


def test_a_workload_of_another_branch_only_has_no_history(place):
    shas = repository(place.parent, 2)
    git(place.parent, "checkout", "-q", "-b", "scratch")
    side = commit(place.parent)
    git(place.parent, "checkout", "-q", "main")
    store(place, make_stored_run(0, shas[0]), make_stored_run(1, side, workload="shop/new"))
    story = read(place, "main")["shop/new"]
    assert (story.graphs, story.briefs) == ([], [])
    assert "Left out: 1 commit of other branches" in page_of(story)


def test_what_a_shallow_clone_lacks_is_older(place):
    shas = repository(place.parent, 4)
    (place.parent / ".git" / "shallow").write_text(f"{shas[2]}\n")
    store(place, *(make_stored_run(index, sha) for index, sha in enumerate([*shas[2:], *shas[:2]])))
    assert commits_of(read(place)["shop/browse"]) == shas


def test_of_several_branches_each_has_histories_of_its_own(place):
    shas = repository(place.parent, 3)
    git(place.parent, "checkout", "-q", "-b", "old", shas[0])
    side = commit(place.parent)
    git(place.parent, "checkout", "-q", "main")
    store(place, *(make_stored_run(index, sha) for index, sha in enumerate([*shas, side])))
    stories = {}
    names = ("main", "old")
    add_ledger(stories, place, [Lineage(name, place.parent, name=name) for name in names])
    story = stories["shop/browse"]
    found = {setting: [p.commit for p in story.of(setting)[0].points] for setting in story.settings}
    assert {setting.rpartition(", ")[2]: commits for setting, commits in found.items()} == {
        "main": shas,
        "old": [shas[0], side],
    }
    assert len(story.briefs) == 4


def test_a_point_has_the_date_of_its_commit(place):
    shas = repository(place.parent, 2)
    store(place, make_stored_run(0, shas[1]), make_stored_run(1, "e" * 40))
    (point,) = read(place)["shop/browse"].graphs[0].points
    made = int(git(place.parent, "log", "-1", "--format=%ct", shas[1]))
    assert datetime.fromisoformat(point.when).timestamp() == made


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


def names_of(place, *runs):
    store(place, *(replace(run, id=f"{index:04}", commit=COMMITS[index]) for index, run in enumerate(runs)))
    return sorted(read(place)["shop/browse"].settings)


@pytest.mark.parametrize(
    ("one", "other", "ends"),
    [
        ({"parameters": {"size": 1}}, {"parameters": {"size": 2}}, ["size = 1", "size = 2"]),
        ({"busy": "drop"}, {}, ["busy drop", "s"]),
        ({"rate": 1000.1}, {"rate": 1000.2}, ["rate 1000.1", "rate 1000.2"]),
    ],
)
def test_settings_that_read_alike_say_what_differs(place, one, other, ends):
    run = make_stored_run(0, "")
    names = names_of(place, *(replace(run, plan={**PLAN, **plan}) for plan in (one, other)))
    assert len(set(names)) == 2
    assert all(any(name.endswith(end) for name in names) for end in ends)


def test_machines_that_read_alike_say_what_differs(place):
    run = make_stored_run(0, "")
    kinds = [{"container": "docker", "memory": 16e9}, {"container": "none", "memory": 16e9},
             {"container": "docker", "memory": 64e9}]  # fmt: skip
    names = names_of(place, *(replace(run, environment={**run.environment, **kind}) for kind in kinds))
    assert [name.partition("container ")[2] for name in names] == [
        "docker, memory 16 GB", "docker, memory 64 GB", "none, memory 16 GB",
    ]  # fmt: skip


def test_a_setting_that_starts_like_another_is_called_what_it_is(place):
    run = make_stored_run(0, "")
    longer = replace(run, plan={**PLAN, "workers": 2})
    names = names_of(place, longer, run)
    assert names[1] == f"{names[0]}, 2 workers"


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


def test_a_site_has_no_file_but_flame_graphs_that_are_kept_for_their_search(tmp_path):
    kept = tmp_path / "results" / "leaks"
    (kept / "one").mkdir(parents=True)
    own, other, outside = kept / "one" / "1.html", kept / "2.html", tmp_path / "secret.html"
    for path in (own, other, outside):
        path.write_text(path.name)
    (kept / "one" / "link.html").symlink_to(outside)
    named = (
        own,
        other,
        outside,
        kept / "one" / "link.html",
        kept / "one" / ".." / ".." / ".." / "secret.html",
    )
    story = WorkloadPage("shop/browse")
    story.leaks = [make_search(id="one", recordings=tuple(map(str, named)))]
    write_site(tmp_path / "site", [story], project="shop", flames=kept, notes=[])
    assert [path.name for path in (tmp_path / "site" / "flames").iterdir()] == ["0-1.html"]


def test_a_workload_that_can_not_be_drawn_is_one_line_of_the_site(tmp_path):
    bad, good = WorkloadPage("bad"), WorkloadPage("good")
    good.leaks = [make_search()]
    bad.leaks = [make_search(verdict=None)]
    notes: list[str] = []
    files = write_site(tmp_path, [bad, good], project="shop", flames=tmp_path / "leaks", notes=notes)
    assert list(files) == ["good"]
    assert notes[0].startswith("bad is left out, it can't be drawn: ")
    assert "bad is left out" in (tmp_path / "index.html").read_text()
    assert (tmp_path / files["good"]).is_file()
