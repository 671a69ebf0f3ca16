"""Whatever lies where a watchman wrote columns, it is refused, or a round like all others."""

import os
import random
from pathlib import Path

from ledger.test_held_columns import OPEN, written  # noqa: F401  # a fixture
from support.fuzzing import mutated_bytes

from suite.errors import StoreError
from suite.formats.structure import dump
from suite.ledger.held_columns import held_round

CASES = 4 * int(os.environ.get("LOADLEDGER_EXAMPLES", "10"))


def test_columns_of_any_bytes_are_refused_or_a_round(written: Path) -> None:  # noqa: F811
    chance = random.Random(4)
    valid = {name: (written / name).read_bytes() for name in ("columns-0", "news-0", "ended")}
    sound = 0
    for number in range(CASES):
        for name, said in valid.items():
            (written / name).write_bytes(mutated_bytes(said, chance) if chance.randrange(3) == 0 else said)
        try:
            found = held_round(OPEN, written)
            if found is not None:
                dump(found)
                sound += 1
        except StoreError:
            continue
        except Exception as error:
            there = {name: (written / name).read_bytes() for name in valid}
            raise AssertionError(f"case {number}: {there}") from error
    assert 0 < sound <= CASES
