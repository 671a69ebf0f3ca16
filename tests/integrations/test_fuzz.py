"""Whatever a process of a test on Locust tells another is a line, or counts, and what counts is kept."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from support.every_kind import RECORDS
from support.fuzzing import mutated_data

from suite.errors import StoreError, SuiteError
from suite.formats.structure import dump
from suite.integrations._locust.collection import Collection
from suite.integrations._locust.keep import made
from suite.measure.tally import OperationTally, Tally
from suite.records.evidence import Evidence
from suite.records.histogram import Histogram
from suite.records.reason import Reason
from suite.records.run import Round
from suite.report.terminal.record import record_text

CASES = 20 * int(os.environ.get("LOADLEDGER_EXAMPLES", "10"))
TESTS = Path(__file__).parents[1]


def test_a_message_of_any_form_is_heard_or_one_line():
    done = subprocess.run(
        [sys.executable, "-P", "-m", "support.locust_messages", str(CASES)],
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert 0 < json.loads(done.stdout)["refused"] < CASES


def delta():
    """What a party tells at its end, with a share like that of a round."""
    times = Histogram.of(np.array([10**6, 2 * 10**6], np.int64), np.array([5 * 10**9], np.int64))
    one = OperationTally({"ok": 2, "timeout": 1}, times, times)
    run: Any = RECORDS["run"]
    share = Round(
        0, {"memory.peak": 9e6}, frozenset({"memory.peak"}), {"memory.idle": "unknown"}, {"cpu.system": 0.5},
        statuses={"look": {"200": 2}}, details=run.details, checks=run.checks, validity=run.validity,
        series=run.series, pids={"workers": (7,)}, outputs=run.outputs, observed=run.observed,
        evidence=Evidence(wall=10.0, system_cpu=0.4, worker_cpu=(0.25,), worker_delay=(0.0,), delivered=5.0),
        limiter=Reason("steal", {"share": 0.2}),
    )  # fmt: skip
    return {
        "tally": Tally({"look": one}, {"connect": one}, times).pack(),
        "since": 100.0, "until": 110.0, "had_users": True, "share": dump(share),
    }  # fmt: skip


def kept(collection):
    """The Run that who holds it would make of it."""
    told = {
        **collection.document(), "name": "shop/browse", "target": "shop/browse", "locustfile": True,
        "host": None, "plan": {"users": 2, "workers": collection.workers}, "failure": None, "ended": True,
        "started": "2024-05-01T10:11:12+00:00", "stderr": False,
    }  # fmt: skip
    return made(json.loads(json.dumps(told)))


def test_what_a_party_tells_is_refused_whole_or_is_part_of_a_run():
    chance = random.Random(6)
    valid = delta()
    sound = 0
    for number in range(CASES // 4):
        said = mutated_data(valid, chance)
        collection = Collection()
        collection.add("a", valid)
        before = collection.document()
        try:
            collection.add("b", said)
            sound += 1
        except StoreError:
            assert collection.document() == before
        except Exception as error:
            raise AssertionError(f"case {number}: {said!r}") from error
        try:
            record_text(kept(collection))
        except SuiteError as error:
            raise AssertionError(f"case {number}: {error}: {said!r}") from error
    assert 0 < sound < CASES
