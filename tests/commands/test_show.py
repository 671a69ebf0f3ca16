"""`suite show`: a result by its document."""

import pytest
from support.command import document
from support.every_kind import RECORDS
from support.runs import make_run

from suite.formats.document import dumps
from suite.formats.envelope import envelope


def written(folder, *records, kind="run"):
    (folder / "x.json").write_text(dumps(envelope(kind, records, exit_code=0)))


@pytest.mark.parametrize("kind", [*RECORDS])
def test_a_document_is_shown_without_a_ledger(command, kind):
    written(command.folder, RECORDS[kind], kind=kind)
    said = command("show", "x.json")
    assert (said.code, said.err) == (0, "")
    assert said.out.strip()
    assert document(command("show", "x.json", "--json"))["kind"] == RECORDS[kind].KIND
    assert not (command.folder / "results").exists()


def test_all_runs_of_a_document_are_shown(command):
    written(command.folder, make_run(workload="shop/browse"), make_run(id="bb22", workload="shop/buy"))
    said = command("show", "x.json").out
    assert [name in said for name in ("shop/browse", "shop/buy")] == [True, True]


def test_a_document_that_is_none_is_told(command):
    said = command("show", "none.json")
    assert said.code == 2
    assert "can't read none.json" in said.complaints[0]
