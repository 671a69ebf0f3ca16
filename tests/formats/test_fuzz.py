"""Whatever a document says, its records are damaged, or are shown, stored and named like all others."""

import json
import math
import os
import random
from pathlib import Path

import pytest
from support.every_kind import RECORDS
from support.fuzzing import mutated_bytes, mutated_data
from support.soaks import make_head, make_window

from suite.errors import StoreError
from suite.formats.asv import runs_of_asv
from suite.formats.document import run_path
from suite.formats.envelope import document_in, envelope, kind_of
from suite.formats.pytest_benchmark import runs_of_pytest_benchmark
from suite.formats.soak_journal import SoakJournal, read
from suite.formats.structure import dump, load
from suite.integrations.asv_results import workload_of
from suite.ledger.rows import index_rows
from suite.records.histogram import Histogram
from suite.report.terminal.record import record_text

CASES = 8 * int(os.environ.get("LOADLEDGER_EXAMPLES", "10"))


def test_a_record_of_any_document_is_damaged_or_like_all_others() -> None:
    chance = random.Random(7)
    valid = [(type(record), dump(record)) for record in RECORDS.values()]
    sound = 0
    for number in range(CASES):
        kind, data = chance.choice(valid)
        said = mutated_data(data, chance)
        try:
            record = load(kind, said)
        except StoreError:
            continue
        sound += 1
        try:
            index_rows(record.KIND, dump(record))
            run_path(Path(), record)
            record_text(record)
        except Exception as error:
            raise AssertionError(f"case {number}, {kind.__name__}: {said!r}") from error
    assert 0 < sound < CASES


ASV = {
    "commit_hash": "ab" * 20, "env_name": "v", "date": 1700000000000, "python": "3.12", "version": 2,
    "params": {"machine": "box", "python": "3.12", "num_cpu": "2", "ram": "1"}, "requirements": {"numpy": ""},
    "env_vars": {"A": "b"}, "durations": {}, "result_columns": ["result", "params", "version", "samples"],
    "results": {
        "a.P.time_x": [[1, None, 3, 4], [["1", "2"], ["'a'", "'b'"]], "1", [[1, 2], None, [3], [4]]],
        "a.P.track_b": [[0.2], [], "ab" * 32, None],
    },
}  # fmt: skip
OLDER = {
    **ASV,
    "version": 1,
    "results": {"a.time_x": {"result": [1, 2], "params": [["1", "2"]]}, "a.time_y": 3},
}
del OLDER["result_columns"]
BENCHMARKS = {"a.P.time_x": {"code": "class P", "unit": "seconds", "type": "time", "param_names": ["n", "m"]}}
STATS = {"min": 0.1, "max": 0.3, "mean": 0.2, "median": 0.2, "ops": 5.0}
REPORT = {
    "machine_info": {"machine": "x86_64", "python_version": "3.12.1", "cpu": {"count": 2, "brand_raw": "a"}},
    "commit_info": {"id": "ab" * 20, "branch": "main", "dirty": False},
    "datetime": "2024-01-01T00:00:00+00:00",
    "benchmarks": [{"fullname": "t.py::test_a", "stats": STATS, "extra_info": {"throughput": 3, "x": "y"}}],
}  # fmt: skip


@pytest.mark.parametrize("target", ["asv", "older", "pytest-benchmark"])
def test_another_tools_result_is_damaged_or_gives_runs_like_all_others(target: str) -> None:
    chance = random.Random(target)
    valid = {"asv": ASV, "older": OLDER, "pytest-benchmark": {**REPORT, "loadledger": True}}[target]
    sound = 0
    for number in range(CASES):
        said, known = mutated_data(valid, chance), mutated_data(BENCHMARKS, chance)
        try:
            if target == "pytest-benchmark":
                runs = runs_of_pytest_benchmark(said)
            else:
                named = {name: one for name, one in known.items() if isinstance(one, dict)}
                runs = runs_of_asv(said, named, workload_of)
        except StoreError:
            continue
        except Exception as error:
            raise AssertionError(f"case {number}: {said!r}") from error
        for run in runs:
            sound += 1
            index_rows(run.KIND, dump(run))
            run_path(Path(), run)
            record_text(run)
    assert sound > 0


def test_a_document_of_any_bytes_is_no_document_or_damaged_or_sound(tmp_path: Path) -> None:
    chance = random.Random(8)
    texts = [
        json.dumps(envelope(kind_of(record), [record], exit_code=0), ensure_ascii=False).encode()
        for record in RECORDS.values()
    ]
    refused = 0
    for number in range(CASES):
        said = mutated_bytes(chance.choice(texts), chance)
        try:
            data = json.loads(said)
        except (ValueError, RecursionError):
            refused += 1
            continue
        try:
            document_in(data, tmp_path / "x.json")
        except StoreError:
            refused += 1
        except Exception as error:
            raise AssertionError(f"case {number}: {said!r}") from error
    assert refused > 0


def test_a_histogram_of_any_text_is_refused_or_bounded() -> None:
    chance = random.Random(9)
    valid = Histogram.of([10**6 + step for step in range(1000)], [5 * 10**9]).encode().encode()  # type: ignore[arg-type]
    sound = 0
    for number in range(CASES):
        said = mutated_bytes(valid, chance).decode("latin-1")
        try:
            found = Histogram.decode(said)
        except StoreError:
            continue
        try:
            value = found.percentile(0.99)[0]
            assert value is None or math.isfinite(value)
            Histogram.decode(found.encode())
            Histogram.merged([found, found]).over(0.5)
        except Exception as error:
            raise AssertionError(f"case {number}: {said!r}") from error
        sound += 1
    assert sound < CASES


def test_a_journal_of_a_soak_of_any_bytes_is_refused_or_read(tmp_path: Path) -> None:
    chance = random.Random(10)
    with SoakJournal.create(tmp_path, make_head()) as journal:
        for index in range(3):
            journal.append(make_window(index))
    valid = journal.path.read_bytes()
    for number in range(CASES):
        said = mutated_bytes(valid, chance)
        journal.path.write_bytes(said)
        try:
            head, _ = read(journal.path)
        except StoreError:
            continue
        except Exception as error:
            raise AssertionError(f"case {number}: {said!r}") from error
        run_path(Path(), head)
