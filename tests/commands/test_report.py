"""`suite report`: which results, in which form, written where."""

import json
import stat
import time

import pytest
from support.every_kind import RECORDS
from support.markup import read_markup
from support.reported import failing, good, one, spread
from support.runs import counts, make_run

from suite.formats.document import dumps
from suite.formats.envelope import envelope
from suite.ledger.store import Ledger


def written(folder, name, *records, kind="run"):
    path = folder / name
    path.write_text(dumps(envelope(kind, records, exit_code=0)))
    return path


@pytest.fixture
def stored(command):
    """A ledger of two Runs of a workload and one of another, the newest of all."""
    early, late = make_run(id="aa11", started="2024-01-01T00:00:00+00:00"), make_run(id="aa22")
    with Ledger(command.folder / "results" / "ledger.db") as ledger:
        ledger.add_new([early, late, good(id="bb33", started="2024-06-01T00:00:00+00:00"), RECORDS["leaks"]])
    return command


def names(path):
    return [one.text for one in read_markup(path.read_text()) if one.name == "h2"]


def test_without_more_the_latest_run_becomes_a_page(stored):
    said = stored("report")
    assert (said.code, said.out, said.err) == (0, "wrote report.html\n", "")
    page = stored.folder / "report.html"
    assert names(page) == ["shop/browse"]
    assert "bb33" in page.read_text()
    assert stat.S_IMODE(page.stat().st_mode) == 0o600  # it quotes the system, as the document does


def test_a_report_of_another_tool_is_not_written_over(stored):
    """Locust's and pytest's pages are called so as often as not; nobody named this one."""
    page = stored.folder / "report.html"
    page.write_text("<html>of pytest</html>")
    said = stored("report")
    assert (said.code, page.read_text()) == (2, "<html>of pytest</html>")
    assert said.err == ("suite: there is a report.html already that is not ours; name another file with -o\n")
    assert stored("report", "-o", "report.html").code == 0  # named, it is replaced, and ours from now on
    first = page.stat().st_ino
    assert stored("report").code == 0
    assert page.stat().st_ino != first


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ([], "report.html"),
        (["--benchmark-action", "."], "smaller-is-better.json"),
    ],
)
def test_nothing_is_written_through_a_link_that_leads_out_of_the_folder(
    stored, tmp_path_factory, words, name
):
    """It may have come with the checkout, and the name is one that we chose."""
    mine = tmp_path_factory.mktemp("home") / "mine"
    mine.write_text("mine")
    (stored.folder / name).symlink_to(mine)
    said = stored("report", *words)
    assert (said.code, mine.read_text()) == (2, "mine")
    assert said.err == (f"suite: can't write {name}: it is a link that leads out of its folder; remove it\n")


def test_results_are_named_by_id_workload_or_document(stored):
    written(stored.folder, "a.json", failing(), one())
    said = stored("report", "aa1", "dicom/receive", RECORDS["leaks"].id, "a.json", "aa11", "-o", "all.html")
    assert (said.code, said.out) == (0, "wrote all.html\n")
    text = (stored.folder / "all.html").read_text()
    assert names(stored.folder / "all.html") == [
        "dicom/receive", "dicom/receive", "shop/browse", "shop/browse", "shop/one",
    ]  # fmt: skip
    assert all(name in text for name in ("aa11", "aa22", "fa11ed"))


def test_documents_need_no_ledger(command):
    for kind, record in RECORDS.items():
        written(command.folder, f"{kind}.json", record, kind=kind)
    said = command("report", *(f"{kind}.json" for kind in RECORDS), "-o", "-")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("<!doctype html>")
    assert not (command.folder / "results").exists()


def test_other_forms_are_written_instead_of_the_page_or_beside_it(command):
    written(command.folder, "a.json", failing())
    forms = ["--junit", "j.xml", "--openmetrics", "m.prom", "--csv", "c.csv", "--benchmark-action", "bench"]
    said = command("report", "a.json", "--markdown", "-", *forms)
    assert said.code == 0
    assert said.out.startswith("## Load report")
    assert said.err.splitlines() == [
        "wrote j.xml", "wrote m.prom", "wrote c.csv",
        "wrote bench/smaller-is-better.json", "wrote bench/bigger-is-better.json",
    ]  # fmt: skip
    assert not (command.folder / "report.html").exists()
    assert json.loads((command.folder / "bench" / "bigger-is-better.json").read_text())
    assert command("report", "a.json", "-o", "p.html", "--csv", "c.csv").out == "wrote p.html\nwrote c.csv\n"


def test_what_is_wrong_is_said_at_once_and_nothing_is_written(stored):
    said = stored("report", "nothing", "none.json", "-o", "p.html")
    assert said.code == 2
    assert "no record's id starts with 'nothing'" in said.complaints[0]
    assert "can't read none.json" in said.complaints[1]
    assert not (stored.folder / "p.html").exists()
    said = stored("report", "--csv", "-", "--junit", "-")
    assert (said.code, said.complaints) == (2, ["suite: --junit and --csv can't all go to stdout"])
    (stored.folder / "file").write_text("")
    said = stored("report", "-o", "file/p.html")
    assert said.code == 2
    assert "a part of its path is a file" in said.complaints[0]


@pytest.mark.exhaustive
def test_a_page_of_ten_million_operations_costs_little_more_than_one_of_a_few(command):
    def page_of(count):
        times = spread(count, 0.002)
        operations = {f"operation_{number:03}": counts(ok=count // 200) for number in range(200)}
        histograms = {f"response@{name}": times for name in operations}
        run = good(histograms={"response": times, "service": times, **histograms}, operations=operations)
        written(command.folder, "a.json", run)
        begun = time.process_time()
        assert command("report", "a.json").code == 0
        return time.process_time() - begun, (command.folder / "report.html").read_text()

    page_of(200)  # what is imported once
    few, _ = page_of(10_000)
    many, page = page_of(10_000_000)
    assert many < 5 * few
    assert "p99.999" in page


def test_without_any_result_it_says_what_to_do(command):
    said = command("report")
    assert said.code == 2
    assert "there is no ledger" in said.complaints[0] or "suite run" in said.complaints[0]
    with Ledger(command.folder / "results" / "ledger.db"):
        pass
    said = command("report")
    assert (said.code, said.complaints) == (2, ["suite: the ledger has no run yet; make one with: suite run"])
    written(command.folder, "empty.json")
    said = command("report", "empty.json")
    assert (said.code, said.complaints) == (2, ["suite: there are no results in empty.json"])


def test_one_that_can_not_be_drawn_is_left_out_and_said(stored, monkeypatch):
    monkeypatch.setattr("suite.report.html.page.tiles", lambda record: 1 / 0 if record.id == "aa11" else [])
    said = stored("report", "aa11", "aa22")
    assert said.code == 2
    assert "the run aa11 can't be drawn: ZeroDivisionError" in said.complaints[0]
    assert names(stored.folder / "report.html") == ["dicom/receive"]
