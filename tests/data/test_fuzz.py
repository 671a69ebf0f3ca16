"""Whatever stands in an access log, it is refused, or read with what can't be read counted."""

import gzip
import os
import random
from pathlib import Path

import numpy as np
from support.access_logs import combined, exact
from support.fuzzing import mutated_bytes

from suite.contract.replay import Replay
from suite.data.log_columns import read
from suite.errors import ConfigurationError

CASES = 20 * int(os.environ.get("LOADLEDGER_EXAMPLES", "10"))
PLAIN = "".join(combined(at, f"10.0.0.{at}", f"GET /{at}?a=b HTTP/1.1", took=0.1) for at in range(4))
LOGS = (
    PLAIN,
    "".join(exact(at, target=f"/{at}", request_time=0.2) for at in range(4)),
    PLAIN.replace("HTTP/1.1", "HTTP/1.1\\x22"),
    "",
)


def test_an_access_log_of_any_bytes_is_refused_or_read(tmp_path: Path) -> None:
    chance = random.Random(3)
    path = tmp_path / "access.log"
    sound = 0
    for number in range(CASES):
        said = mutated_bytes(chance.choice(LOGS).encode(), chance)
        packed = chance.randrange(8) == 0
        path.write_bytes(mutated_bytes(gzip.compress(said, 1), chance) if packed else said)
        try:
            found = read(Replay(str(path), idle=float(number + 1)), lambda _: True)
        except ConfigurationError:
            continue
        except Exception as error:
            raise AssertionError(f"case {number}: {path.read_bytes()!r}") from error
        sound += 1
        assert np.all(np.diff(found.start) >= 0), said
        assert found.start[0] >= 0, said
    assert 0 < sound < CASES
