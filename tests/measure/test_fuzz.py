"""Whatever a system says of itself, it is figures, or unreadable."""

import math
import os
import random

import pytest
from measure.test_exposition import TEXT
from support.fuzzing import mutated_bytes

from suite import Observe
from suite.measure.exposition import Unreadable, exposed

CASES = 20 * int(os.environ.get("LOADLEDGER_EXAMPLES", "10"))
JSON = b'{"pool": {"size": 5, "waits": [1, 2.5, {"a": null}]}, "requests": 1e3, "name": "x", "ok": true}'


@pytest.mark.parametrize("valid", [TEXT, JSON], ids=["prometheus", "json"])
def test_an_exposition_of_any_bytes_is_figures_or_unreadable(valid: bytes) -> None:
    chance = random.Random(len(valid))
    sound = 0
    for number in range(CASES):
        said = mutated_bytes(valid, chance)
        try:
            found = exposed(said, Observe("/metrics", requests="http_requests_total"), ["pool.size"])
        except Unreadable:
            continue
        except Exception as error:
            raise AssertionError(f"case {number}: {said!r}") from error
        sound += 1
        assert all(math.isfinite(value) for value in found.values.values()), said
    assert 0 < sound < CASES
