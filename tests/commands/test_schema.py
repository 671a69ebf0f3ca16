"""`suite schema` prints what documents are checked against."""

import json

import pytest
from jsonschema import Draft202012Validator
from support.records import make_search
from support.runs import make_run

from suite.formats.document import dumps
from suite.formats.envelope import KINDS, Kind, envelope
from suite.records.record import Record


@pytest.mark.parametrize("words", [[], *([kind] for kind in KINDS)], ids=str)
def test_it_is_a_schema(command, words):
    said = command("schema", *words)
    assert (said.code, said.err) == (0, "")
    Draft202012Validator.check_schema(json.loads(said.out))


def test_a_document_is_of_one_kind(command):
    every = Draft202012Validator(json.loads(command("schema").out))
    runs = Draft202012Validator(json.loads(command("schema", "run").out))
    kinds: list[tuple[Kind, Record]] = [("run", make_run()), ("leaks", make_search())]
    for kind, record in kinds:
        data = json.loads(dumps(envelope(kind, [record], exit_code=0)))
        assert every.is_valid(data)
        assert runs.is_valid(data) == (kind == "run")
        assert not every.is_valid({**data, "kind": "capacity"})


def test_another_word_is_told(command):
    said = command("schema", "nonsense")
    assert (said.code, len(said.complaints)) == (2, 1)
    assert "there are run, leaks, capacity, costs, comparison, ab, calibration" in said.err
