"""Whatever a document says, its records are damaged, or are shown, stored and named like all others."""

import copy
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from support.every_kind import RECORDS

from suite.errors import StoreError
from suite.formats.document import run_path
from suite.formats.structure import dump, load
from suite.ledger.rows import index_rows
from suite.report.terminal.record import record_text

CASES = 8 * int(os.environ.get("LOADLEDGER_EXAMPLES", "10"))
ODD: tuple[Any, ...] = (
    None, True, 0, -1, 1, 2**62, 10**30, 1e308, -1e308, float("nan"), "", "x", "\x1b[2J", "../../x", [], {},
    [None], {"a": None}, [[1, 2]], "2024-05-01T10:11:12+00:00", "9999-12-31T23:59:59-12:00",
)  # fmt: skip


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all that is in it."""
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inside:
        yield (*path, key)
        yield from places(value, (*path, key))


def mutated(valid: Any, chance: random.Random) -> Any:
    """A copy with some of it changed, doubled, left out or put in."""
    data = copy.deepcopy(valid)
    for _ in range(chance.choice((1, 1, 2, 3))):
        *path, last = chance.choice([*places(data)] or [("id",)])
        inside = data
        for key in path:
            inside = inside[key]
        match chance.randrange(10):
            case 0:
                inside.pop(last)
            case 1 if isinstance(inside, dict):
                inside[chance.choice(("", "a", "kind", "x@y", "response.p99"))] = copy.deepcopy(
                    chance.choice(ODD)
                )
            case 2 if isinstance(inside, list):
                inside.append(copy.deepcopy(inside[last]))
            case _:
                inside[last] = copy.deepcopy(chance.choice(ODD))
    return data


def test_a_record_of_any_document_is_damaged_or_like_all_others() -> None:
    chance = random.Random(7)
    valid = [(type(record), dump(record)) for record in RECORDS.values()]
    sound = 0
    for number in range(CASES):
        kind, data = chance.choice(valid)
        said = mutated(data, chance)
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
