"""Whatever lies in a journal, and where a watchman wrote columns, is told, or like all others."""

import json
import os
import random
import shutil
from dataclasses import replace
from pathlib import Path

from ledger.test_held_columns import OPEN, written  # noqa: F401  # a fixture
from support.fuzzing import mutated_bytes, mutated_data
from support.runs import make_run

from suite.errors import StoreError
from suite.formats.structure import dump
from suite.ledger.held_columns import held_round
from suite.ledger.journal import LEDGER, OWNER, ROUND, Journal
from suite.ledger.left_behind import bring_in
from suite.ledger.store import Ledger
from suite.measure.mark_file import MarkFile

CASES = 4 * int(os.environ.get("LOADLEDGER_EXAMPLES", "10"))


def test_columns_of_any_bytes_are_refused_or_a_round(written: Path) -> None:  # noqa: F811
    chance = random.Random(4)
    marks = MarkFile.create()
    for row in range(30):
        marks.add(row, -1, 10**11, 10**11 + row * 10**8)
    (written / "marks-0").write_bytes(bytes(marks.read())[: 30 * MarkFile.fields * 8])
    marks.close()
    held = replace(OPEN, columns=tuple(replace(one, marks=True) for one in OPEN.columns))
    valid = {name: (written / name).read_bytes() for name in ("columns-0", "marks-0", "news-0", "ended")}
    sound = 0
    for number in range(CASES):
        for name, said in valid.items():
            (written / name).write_bytes(mutated_bytes(said, chance) if chance.randrange(3) == 0 else said)
        try:
            found = held_round(held, written)
            if found is not None:
                dump(found)
                sound += 1
        except StoreError:
            continue
        except Exception as error:
            there = {name: (written / name).read_bytes() for name in valid}
            raise AssertionError(f"case {number}: {there}") from error
    assert 0 < sound <= CASES


def test_a_journal_of_any_form_is_brought_in_or_told(written: Path, tmp_path_factory) -> None:  # noqa: F811
    """With the plan of the round that ran."""
    results = tmp_path_factory.mktemp("results")
    chance = random.Random(14)
    with Ledger(results / "ledger.db") as ledger:
        with Journal(results, "runs", "run", ledger.identity) as journal:
            journal.keep(make_run())
            held = journal.hold(OPEN)
            assert held is not None
            for name in ("columns-0", "news-0", "ended"):
                shutil.copy(written / name, held)
        (folder,) = (results / "journal").iterdir()
        whole = shutil.copytree(folder, results / "whole")
        (draft,) = (whole / "runs").iterdir()
        plan = json.loads((whole / ROUND / ROUND).read_bytes())
        texts = [path for path in whole.rglob("*") if path.is_file() and path.name not in (OWNER, LEDGER)]
        kept = 0
        for number in range(CASES // 2):
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(whole, folder)
            if chance.randrange(2):
                (folder / ROUND / ROUND).write_text(json.dumps(mutated_data(plan, chance)))
            else:
                changed = chance.choice(texts)
                (folder / changed.relative_to(whole)).write_bytes(mutated_bytes(changed.read_bytes(), chance))
            try:
                found = [*bring_in(results, ledger)]
            except Exception as error:
                raise AssertionError(f"case {number}: {[path.read_bytes() for path in texts]}") from error
            assert all(one.fault or one.records for one in found), draft
            kept += any(one.records for one in found)
            shutil.rmtree(results / "runs", ignore_errors=True)
    assert 0 < kept < CASES
