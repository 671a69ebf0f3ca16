"""`asv publish` adds our pages: whole, self-contained, linked with asv's, with what was measured."""

import json
import re
import subprocess
import sys
from types import SimpleNamespace
from urllib.parse import unquote, urlsplit

import pytest
from asv.util import UserError
from support import published
from support.markup import read_markup

from suite.integrations.publisher import LoadledgerPages
from suite.ledger.store import Ledger


def elements(page):
    return read_markup(page.read_text(encoding="utf-8"))


def charts(page, css):
    return [element for element in elements(page) if element.name == "svg" and element.has(css)]


def circles(chart, css="pt"):
    return [element for element in chart.inside if element.name == "circle" and element.has(css)]


def pages_of(folder):
    return folder / "results" / "site" / "loadledger"


def test_every_page_is_well_formed_and_loads_nothing_from_elsewhere(made):
    pages = sorted(made.pages.glob("*.html"))
    assert [page.name for page in pages] == ["index.html", "shop-browse.html"]
    for page in pages:
        for element in elements(page):
            for name in ("src", "href", "data", "action", "style"):
                assert not re.match(r"(https?:)?//|.*url\(", element.attributes.get(name) or ""), element
    for asset in ("site.css", "site.js", "asv.js"):
        text = (made.pages / asset).read_text()
        assert not re.search(r"https?://|@import|url\(|fetch\(|XMLHttpRequest", text)


@pytest.mark.exhaustive
def test_every_link_leads_to_a_file_and_a_place_on_it(made):
    count = 0
    for page in made.pages.glob("*.html"):
        for element in elements(page):
            address = element.attributes.get("href") or element.attributes.get("src")
            if address is None or address.startswith("data:"):
                continue
            parts = urlsplit(address)
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            assert target.is_file(), address
            if parts.fragment and made.pages in target.parents:
                assert parts.fragment in {other.attributes.get("id") for other in elements(target)}, address
            count += 1
    assert count > 30


def test_a_chart_has_a_point_per_measured_commit(made):
    drawn = charts(made.pages / "shop-browse.html", "history")
    asv = drawn[: len(published.METRICS) - 1]  # failures are always 0 there: no chart
    assert all(len(circles(chart)) == published.COMMITS - 1 for chart in asv)  # one failed
    assert all(not circles(chart, "void") for chart in asv)
    ledger = drawn[len(asv) :]
    # The invalid one is drawn and set apart; the first Run has no failures, but other Runs do.
    assert ledger
    assert all(len(circles(chart)) == published.COMMITS for chart in ledger)
    assert all(len(circles(chart, "void")) == 1 for chart in ledger)


def test_time_per_operation_is_shown_as_a_rate_where_more_is_better(made):
    text = (made.pages / "shop-browse.html").read_text()
    assert "time per operation" not in text.replace("asv's graph (time per operation)", "")
    chart = charts(made.pages / "shop-browse.html", "history")[0]
    data = json.loads((made.site / next(made.site.glob("graphs/**/*time_per_operation.json"))).read_text())
    tips = [circle.inside for circle in circles(chart)]
    assert tips
    newest = 1 / data[-1][1]
    shown = [element.text for element in chart.inside if element.name == "title"][-1]
    assert shown.startswith(f"{newest:,.0f} /s")
    assert "higher is better" in text


def test_the_planted_change_is_drawn_where_it_is(made):
    commit = made.commits[published.STEP][:12]
    for chart in charts(made.pages / "shop-browse.html", "history")[:4]:
        labels = [element.text for element in chart.inside if element.name == "text" and element.has("label")]
        assert [label for label in labels if label.endswith(commit)] == labels
        assert len(labels) == 1
        assert [element for element in chart.inside if element.has("steps")]
    rates = charts(made.pages / "shop-browse.html", "history")[0]
    assert "▼ -" in next(element.text for element in rates.inside if element.has("label"))
    index = (made.pages / "index.html").read_text()
    assert commit in index
    assert "worse" in index


def test_metrics_that_moved_at_one_commit_are_one_event(made):
    table = next(e for e in elements(made.pages / "index.html") if e.name == "table" and e.has("events"))
    codes = [element.text for element in table.inside if element.name == "code"]
    assert codes == [made.commits[published.STEP][:12]]  # in asv's results and in the ledger
    settings = {element.text for element in table.inside if element.name == "small" and ":" in element.text}
    assert len(settings) == 1
    assert "asv on bench" in table.text


def test_the_ledger_gives_whole_distributions_outcomes_time_validity(made):
    page = made.pages / "shop-browse.html"
    curves = [e for e in charts(page, "spectrum")[0].inside if e.name == "path" and e.has("curve")]
    assert len(curves) == 4
    before = made.commits[published.STEP - 1][:8]
    legend = next(e for e in elements(page) if e.name == "figcaption" and before in e.text)
    assert made.commits[-1][:8] in legend.text
    bars = [e for e in charts(page, "outcomes")[0].inside if e.has("failed")]
    assert len(bars) == published.COMMITS - 1
    squares = [e for e in charts(page, "strip")[0].inside if e.has("square")]
    assert len(squares) == published.COMMITS
    assert sum(square.has("invalid") for square in squares) == 1
    assert len(charts(page, "timeline")) == 4


def test_leaks_link_to_a_copy_of_their_flame_graph(made):
    page = made.pages / "shop-browse.html"
    link = next(element for element in elements(page) if element.has("flame"))
    assert "flames" in (page.parent / link.attributes["href"]).read_text()
    text = page.read_text()
    assert "shop/basket.py:12" in text
    assert "2024-05-02 10:11" in text  # since when it grows
    assert sorted(file.name for file in (made.pages / "flames").iterdir()) == ["0-shop.html"]


def test_capacity_curves_have_every_look(made):
    drawn = charts(made.pages / "shop-browse.html", "capacity")
    assert len(drawn) == 2
    for chart in drawn:
        assert len([element for element in chart.inside if element.has("held")]) == 8
        assert len([element for element in chart.inside if element.has("broke")]) == 2


def test_asv_links_to_our_pages_once(made):
    index, error = (made.site / name for name in ("index.html", "error.html"))
    assert index.read_text().count("loadledger/index.html") == 1
    assert index.read_text().count("loadledger/asv.js") == 1
    assert "loadledger/index.html" in error.read_text()
    pages = json.loads(
        re.search(r"const pages = (\{.*?\});", (made.pages / "asv.js").read_text(), re.DOTALL)[1]
    )
    assert pages["shop.Browse.track_response_p99"] == "shop-browse.html"
    assert json.loads((made.site / "index.json").read_text())["pages"][-1][0] == "loadledger"


def test_names_from_outside_are_text(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = "<script>alert(1)</script>/&\"'x"
    commits = published.make_project(tmp_path, 2)
    published.add_asv_results(tmp_path, commits)
    with Ledger(tmp_path / "results" / "ledger.db") as ledger:
        ledger.add(published.make_stored_run(3, commits[0], workload=name))
    assert published.publish_here(tmp_path) == []
    for page in pages_of(tmp_path).glob("*.html"):
        scripts = [e for e in elements(page) if e.name == "script"]
        assert [script.text for script in scripts] == [""]
    assert name in next(
        e.text for e in elements(pages_of(tmp_path) / "index.html") if e.text.startswith("<scr")
    )


@pytest.mark.exhaustive
@pytest.mark.parametrize("source", ["asv", "ledger", "neither"])
def test_pages_come_with_either_source_alone(tmp_path, source):
    commits = published.make_project(tmp_path, 12)
    published.add_asv_results(tmp_path, commits if source == "asv" else [])
    if source == "ledger":
        published.add_ledger(tmp_path, commits)
    said = published.publish(tmp_path)
    assert said.returncode == 0, said.stdout + said.stderr
    index = (pages_of(tmp_path) / "index.html").read_text()
    if source == "neither":
        assert "Nothing is measured yet" in index
        return
    page = pages_of(tmp_path) / "shop-browse.html"
    drawn = charts(page, "history")
    assert drawn
    assert all(len(circles(chart)) >= 11 for chart in drawn)
    spectra = charts(page, "spectrum")
    assert spectra
    assert ("three percentiles that asv keeps" in page.read_text()) == (source == "asv")


@pytest.mark.exhaustive
def test_only_what_concerns_the_pages_is_said(tmp_path):
    commits = published.make_project(tmp_path, 2)
    published.add_asv_results(tmp_path, commits)
    (tmp_path / "results" / "ledger.db").touch()  # an empty one gets its tables
    said = published.publish(tmp_path).stdout
    assert said.partition("LoadledgerPages\n")[2] == "[100.00%] · Writing index\n"


def test_what_cannot_be_read_is_said_and_left_out(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    commits = published.make_project(tmp_path, 3)
    published.add_asv_results(tmp_path, commits)
    (tmp_path / "results" / "ledger.db").write_text("no ledger at all" * 100)
    (tmp_path / "results" / "capacity").mkdir()
    (tmp_path / "results" / "capacity" / "broken.json").write_text('{"capacity": {}}')
    said = "\n".join(published.publish_here(tmp_path))
    assert "ledger results/ledger.db is" in said
    assert "broken.json is no document of suite capacity" in said
    assert "ledger results/ledger.db is" in (pages_of(tmp_path) / "index.html").read_text()
    assert charts(pages_of(tmp_path) / "shop-browse.html", "history")


@pytest.mark.exhaustive
def test_commits_that_a_shallow_clone_lacks_are_shown_by_their_dates(tmp_path):
    commits = published.make_project(tmp_path, 8)
    published.add_asv_results(tmp_path, commits)
    (tmp_path / ".git" / "shallow").write_text(f"{commits[4]}\n")
    said = published.publish(tmp_path)
    assert said.returncode == 0, said.stderr
    chart = charts(pages_of(tmp_path) / "shop-browse.html", "history")[0]
    order = [e.text.split("\n")[1][:8] for e in chart.inside if e.name == "title"]
    assert order == [commit[:8] for index, commit in enumerate(commits) if index != 5]


@pytest.mark.exhaustive
def test_of_a_range_only_its_commits_are_shown(tmp_path):
    commits = published.make_project(tmp_path, 6)
    published.add_asv_results(tmp_path, commits)
    assert published.publish(tmp_path, "HEAD~3..HEAD").returncode == 0
    chart = charts(pages_of(tmp_path) / "shop-browse.html", "history")[0]
    assert len(circles(chart)) == 2  # the sixth has failed


@pytest.mark.exhaustive
def test_points_of_a_renamed_benchmark_stay(tmp_path):
    commits = published.make_project(tmp_path, 6)
    published.add_asv_results(tmp_path, commits, prefix="shop.LookAround")
    old = json.loads((tmp_path / "results/asv/benchmarks.json").read_text())
    new = {name.replace("LookAround", "Browse"): value for name, value in old.items() if name != "version"}
    new = {name: {**value, "name": name} for name, value in new.items()}
    (tmp_path / "results/asv/benchmarks.json").write_text(json.dumps({**new, "version": 2}))
    assert published.publish(tmp_path).returncode == 0
    chart = charts(pages_of(tmp_path) / "shop-look-around.html", "history")[0]
    assert len(circles(chart)) == 5


def test_what_cannot_be_written_is_one_line_of_asv(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "asv").mkdir()
    (tmp_path / "file").touch()
    conf = SimpleNamespace(
        html_dir=str(tmp_path / "file"), results_dir="asv", project="shop", repo=".", branches=["main"]
    )
    repo = SimpleNamespace(get_revisions=lambda commits: {}, get_branch_name=lambda branch: branch)
    with pytest.raises(UserError, match="a part of its path is a file"):
        LoadledgerPages.publish(conf, repo, {}, None, {})


def test_importing_the_plugin_is_light():
    words = "import asv.main, sys; import suite.integrations.publisher; print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert not {"numpy", "sqlalchemy", "jinja2", "rich", "uvloop"} & set(said.stdout.split())
