"""Whatever bytes our agents write, or say, are read as far as they make sense, and harm nothing else."""

from __future__ import annotations

import json
import math
import os
import random
import struct
from pathlib import Path
from typing import Any

from support.fuzzing import mutated_bytes, mutated_data

from suite.costs.calls import CallCounter
from suite.costs.counter import Span
from suite.costs.details import c_functions, functions, sent_statements
from suite.formats.document import dumps
from suite.formats.structure import dump
from suite.leaks.objects import stacks
from suite.leaks.site import Sites
from suite.process.agent_answers import Counts, counts, parsed
from suite.process.injection import Injection

CASES = 20 * int(os.environ.get("LOADLEDGER_EXAMPLES", "10"))
MARK = {"pid": 7, "blocks": 3, "malloc": 4096, "caches": [[1, 2, 3], [4, 5, 6]]}
BILL = {
    "calls": [[2, "f", "a.py", 1], [3, "g", "/usr/lib/b.py", 9]],
    "c_calls": [[1, "f", "a.py", 1, "len"]],
    "statements": {
        "texts": ["SELECT 'x', $1 FROM t WHERE a IN (1, 2)", "BEGIN"],
        "stacks": [[["f", "a.py", 1], ["g", "b.py", 2]]],
        "sent": [[5, 0, 0], [6, 1, 0]],
    },
}
CHANGES = {"at": 1.5, "changes": [[10, 1, 16, [["a.py", 1], ["b.py", 2]]]]}
SPANS = [Span("op", 0, 10)]


def written(whole: dict[str, Any], chance: random.Random) -> bytes:
    """`whole` with another shape, with other bytes, or both."""
    data = mutated_data(whole, chance) if chance.random() < 0.5 else whole
    text = json.dumps(data).encode()
    return text if data is not whole and chance.random() < 0.5 else mutated_bytes(text, chance)


class Billed(Injection):
    """Agents that have written their bills by now."""

    def bill(self, pids: object, timeout: float = 0.0) -> dict[int, str]:
        return {}


def test_a_bill_of_any_bytes_is_counted_or_passed_over(tmp_path: Path) -> None:
    chance, sound = random.Random("bill"), 0
    for _ in range(CASES):
        (tmp_path / "7.bill").write_bytes(written(BILL, chance))
        counter = CallCounter(Sites([tmp_path]))
        counter.agents = Billed(tmp_path)
        found = counter.end(SPANS, 1.0)
        for by_pid in found.values():
            assert all(math.isfinite(value) for value in by_pid.values())
        told = (*functions(counter, 1), *c_functions(counter, 1), *sent_statements(counter.windows))
        for one in told:
            dumps(dump(one)).encode()
        sound += bool(found["cost.calls"])
    assert CASES / 50 < sound < CASES


def test_changes_of_any_bytes_are_those_before_the_damage(tmp_path: Path) -> None:
    chance, sound = random.Random("changes"), 0
    line = json.dumps(CHANGES).encode() + b"\n"
    for _ in range(CASES):
        (tmp_path / "7.objects").write_bytes(line + written(CHANGES, chance) + b"\n" + line)
        (found,) = Injection(tmp_path).objects().values()
        assert found[0].at == 1.5, "what stands before the damage"
        for one in stacks({7: found}, [1.0, 2.0, 3.0]):
            assert one.levels.shape == (3, 3)
        sound += len(found) == 3
    assert CASES / 50 < sound < CASES


def test_a_mark_of_any_bytes_is_counts_or_refused() -> None:
    chance, sound = random.Random("mark"), 0
    for _ in range(CASES):
        try:
            found = counts(parsed(written(MARK, chance)))
        except ValueError:
            continue
        assert isinstance(found, Counts)
        numbers = (found.blocks, found.malloc or 0, *(value for one in found.caches for value in one))
        assert all(-(1 << 63) < value < 1 << 63 for value in numbers)
        sound += 1
    assert CASES / 50 < sound < CASES


def test_an_account_of_any_bytes_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    chance, whole = (
        random.Random("account"),
        struct.pack("=15Q", *range(15)) + struct.pack("=64Q", *range(64)),
    )
    for _ in range(CASES):
        (tmp_path / "7.gc").write_bytes(mutated_bytes(whole, chance)[: chance.choice((0, 7, 120, 9999))])
        (tmp_path / "7.failed").write_bytes(mutated_bytes(b"no memray: x", chance))
        agents = Injection(tmp_path)
        for generations in agents.collections([7, 8]).values():
            assert all(math.isfinite(one.pause) for one in generations)
        assert agents.pauses([7, 8]) == sorted(agents.pauses([7, 8]))
        agents.forget_longest([7, 8])
        why = agents._failure(7)
        assert why is None or why.startswith("memray does not work there: ")
