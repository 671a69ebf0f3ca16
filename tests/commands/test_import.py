"""`suite import` takes back every document that `suite` writes, of this version and of the last."""

import gzip
from pathlib import Path

import pytest
from compat.reading import DATA
from support.every_kind import RECORDS

from suite.formats.document import write_document
from suite.formats.envelope import KINDS, envelope


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_document_comes_in_once_and_is_shown(command, kind):
    record = RECORDS[kind]
    write_document(Path("x.json"), envelope(kind, [record], exit_code=0))
    said = command("import", "x.json")
    assert (said.code, said.out) == (0, "x.json  document: 1 new of 1\n")
    assert "0 new of 1" in command("import", "x.json").out
    said = command("show", record.id)
    assert (said.code, said.err) == (0, "")
    assert record.workload in said.out


@pytest.mark.parametrize(
    ("name", "records"),
    [
        ("run", 4),
        ("leaks", 1),
        ("capacity", 1),
        ("compare", 2),
        ("gate", 2),
        ("calibrate", 1),
        ("calibration", 1),
    ],
)
def test_documents_of_the_last_version_come_in(command, name, records):
    assert f"{records} new of {records}" in command("import", DATA / f"{name}.json").out
    assert f"0 new of {records}" in command("import", DATA / f"{name}.json").out


def test_a_comparison_in_turns_of_the_last_version_comes_in(command):
    [kept] = (DATA / "ab").iterdir()
    Path("ab.json").write_bytes(gzip.decompress(kept.read_bytes()))
    assert "1 new of 1" in command("import", "ab.json").out
    assert "REGRESSION" in command("show", "2f017e0f2018").out
