"""What of asv's results and of the ledger comes onto the pages."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from support import published
from support.markup import read_markup

from suite.ledger.store import Ledger
from suite.services import postgres


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with asv's results of ten commits, and where its pages will be."""
    monkeypatch.delenv("LOADLEDGER_LEDGER", raising=False)
    monkeypatch.chdir(tmp_path)
    commits = published.make_project(tmp_path, 10)
    published.add_asv_results(tmp_path, commits)
    return SimpleNamespace(
        folder=tmp_path, commits=commits, page=tmp_path / "results/site/loadledger/shop-browse.html"
    )


def text_of(page):
    text = page.read_text(encoding="utf-8")
    read_markup(text)
    return text


def drawn(page, at=0):
    """The commits that have a mark in a chart, in the order they are drawn in."""
    chart = [e for e in read_markup(page.read_text()) if e.name == "svg" and e.has("history")][at]
    return [e.text.split("\n")[1].split()[0] for e in chart.inside if e.name == "title" and "\n" in e.text]


def short(commits):
    return [commit[:12] for index, commit in enumerate(commits) if index != 5]  # the sixth has failed


@pytest.mark.exhaustive
def test_a_slow_scratch_branch_is_no_change_of_main(project):
    main = [*project.commits, *published.branch(project.folder, "main", 20, project.commits[-1])]
    scratch = published.branch(project.folder, "scratch", 12, main[-1])
    published.add_asv_results(project.folder, main[: published.STEP])
    published.add_asv_results(project.folder, scratch, factor=2.0)
    with Ledger(project.folder / "results" / "ledger.db") as ledger:
        for index, commit in enumerate([*main[:20], *scratch]):
            ledger.add(published.make_stored_run(index, commit))
    assert published.publish_here(project.folder) == []
    text = text_of(project.page)
    assert text.count("Left out: 12 commits of other branches.") == 2
    assert drawn(project.page) == short(main[: published.STEP])
    assert not [e for e in read_markup(text) if e.name == "text" and e.has("label")]
    assert published.publish_here(project.folder, ("scratch",)) == []
    assert set(short(scratch)) <= set(drawn(project.page))


@pytest.mark.exhaustive
def test_a_range_limits_the_ledger_too(project):
    with Ledger("results/ledger.db") as ledger:
        for index, commit in enumerate(project.commits):
            ledger.add(published.make_stored_run(index, commit))
    published.git(project.folder, "tag", "old", project.commits[1])
    published.publish_here(project.folder, commits="HEAD~4..HEAD")
    assert drawn(project.page) == drawn(project.page, -1) == [c[:12] for c in project.commits[-4:]]
    assert "Left out" not in project.page.read_text()


def test_one_result_that_git_no_longer_knows_leaves_the_others_in_order(project):
    for path in Path("results/asv/bench").glob("*-*.json"):
        data = json.loads(path.read_text())
        data["date"] = 2 * 1700000000000 - data["date"]  # backwards: dates tell another order
        path.write_text(json.dumps(data))
    published.add_asv_results(project.folder, ["f" * 40])
    published.publish_here(project.folder)
    assert drawn(project.page) == short(project.commits)
    assert "Left out: 1 commit of other branches." in text_of(project.page)


def test_leaks_that_asv_looked_for_are_told_on_the_page_of_the_workload(project):
    published.add_leak_results(project.folder)
    published.publish_here(project.folder)
    assert not (project.page.parent / "shop-browse-leaks.html").exists()
    text = text_of(project.page)
    assert "0 B per operation" in text
    assert "Always 0: failures, leak bytes per operation." in text
    index = text_of(project.page.parent / "index.html")
    assert index.count("shop-browse.html") == 1
    assert "0 B per operation" in index


@pytest.mark.parametrize("form", ["{}/team.db", "sqlite:///{}/team.db"])
def test_the_ledger_that_the_environment_names_is_read(project, monkeypatch, form):
    monkeypatch.setenv("LOADLEDGER_LEDGER", form.format(project.folder))
    assert published.publish_here(project.folder) == [
        f"there is no ledger {form.format(project.folder)}, which LOADLEDGER_LEDGER names"
    ]
    assert not Path("team.db").exists()
    with Ledger("team.db") as ledger:
        ledger.add(published.make_stored_run(0, project.commits[0]))
    assert published.publish_here(project.folder) == []
    assert "run0000" in project.page.read_text()


@pytest.mark.exhaustive
def test_a_ledger_that_the_configuration_names_and_is_not_there_is_told(project):
    Path("loadledger.toml").write_text('ledger = "team.db"')
    warnings = published.publish_here(project.folder)
    assert warnings == ["there is no ledger team.db, which loadledger.toml names"]
    assert warnings[0] in text_of(project.page.parent / "index.html")
    Path("loadledger.toml").unlink()
    assert published.publish_here(project.folder) == []  # none was named, none is missed


@pytest.mark.parametrize("key", ["code", "unit"])
@pytest.mark.parametrize("said", [None, 5, ["s"]])
def test_a_benchmark_that_is_described_by_no_text_keeps_no_other_from_the_pages(project, key, said):
    place = Path("results/asv/benchmarks.json")
    known = json.loads(place.read_text())
    known["shop.Browse.track_response_p50"][key] = said
    place.write_text(json.dumps(known))
    assert published.publish_here(project.folder) == []
    assert drawn(project.page) == short(project.commits)


@pytest.mark.parametrize("said", [None, "yesterday", [1], 10**400], ids=["none", "words", "list", "huge"])
def test_a_result_of_asv_without_a_date_is_one_line_and_others_go_on(project, said):
    commit = project.commits[3]
    (place,) = Path("results/asv/bench").glob(f"{commit[:8]}-*.json")
    place.write_text(json.dumps({**json.loads(place.read_text()), "date": said}))
    told = f"a result of {commit} has no date that can be read, and is left out"
    assert published.publish_here(project.folder) == [told]
    assert told in text_of(project.page.parent / "index.html")
    assert drawn(project.page) == [one for one in short(project.commits) if one != commit[:12]]


def test_a_number_of_asv_that_is_beyond_any_is_none(project):
    commit = project.commits[3]
    (place,) = Path("results/asv/bench").glob(f"{commit[:8]}-*.json")
    found = json.loads(place.read_text())
    found["results"]["shop.Browse.track_response_p50"][0] = [10**400]
    place.write_text(json.dumps(found))
    assert published.publish_here(project.folder) == []
    assert commit[:12] in project.page.read_text()


def test_a_ledger_address_that_is_none_is_told(project, monkeypatch):
    monkeypatch.setenv("LOADLEDGER_LEDGER", "postgresql://user:secret@host:port/name")
    [warning] = published.publish_here(project.folder)
    assert "is not a database URL" in warning
    assert "secret" not in warning


@pytest.mark.exhaustive
@pytest.mark.slow
def test_a_ledger_in_postgresql_is_read(project, monkeypatch):
    pytest.importorskip("psycopg", reason="a ledger in PostgreSQL needs psycopg")
    with postgres() as server:
        monkeypatch.setenv("LOADLEDGER_LEDGER", server.url)
        published.add_ledger(project.folder, project.commits, server.url)
        assert published.publish_here(project.folder) == []
        assert drawn(project.page, -1) == [commit[:12] for commit in project.commits]
        assert "shop/basket.py" in text_of(project.page)
