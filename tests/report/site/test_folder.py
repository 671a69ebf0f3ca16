"""The site's files: no more than belongs there, and one that can't be made is one line."""

from support.records import make_search

from suite.report.site.folder import write_site
from suite.report.site.workload_page import WorkloadPage


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
