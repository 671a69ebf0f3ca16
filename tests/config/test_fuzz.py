"""Whatever stands in a configuration file, it is refused in lines, or taken."""

import json
import os
import random
from pathlib import Path

import pytest
from support.fuzzing import mutated_bytes, mutated_data

from suite.config.file import read_configuration
from suite.config.layer import SettingsLayer
from suite.errors import ConfigurationError

CASES = 20 * int(os.environ.get("LOADLEDGER_EXAMPLES", "10"))
WHOLE = {
    "results": "here", "ledger": "sqlite:///a.db", "files": ["load_*.py"], "notify": "https://there/",
    "rounds": 3, "users": 5, "seconds": "30s", "rate": 20.0, "set": {"size": 3},
    "thresholds": {"response.p95": {"target": "100ms", "critical": "1s"}},
    "gate": {"base": "main"},
    "services": {"postgresql": "postgresql://there/x"},
    "workloads": {"shop/*": {"rounds": 5, "thresholds": {"failures": {"critical": "1%"}}}, "a": {"users": 1}},
}  # fmt: skip
TOML = b"""
[tool.loadledger]
results = "here"  # a comment
rounds = 3
[tool.loadledger.workloads."shop/*"]
seconds = "30s"
set.size = 3
thresholds = { "response.p95" = { critical = "1s" } }
"""


@pytest.mark.parametrize("name", ["loadledger.json", "pyproject.toml"])
def test_a_configuration_of_any_form_is_refused_or_taken(name: str, tmp_path: Path) -> None:
    chance = random.Random(name)
    path = tmp_path / name
    sound = 0
    for number in range(CASES):
        if name.endswith(".json"):
            path.write_text(json.dumps(mutated_data(WHOLE, chance)), encoding="utf-8")
        else:
            path.write_bytes(mutated_bytes(TOML, chance))
        try:
            found = read_configuration(path)
            found.places()
            found.settings("shop/browse", SettingsLayer())
        except ConfigurationError:
            continue
        except Exception as error:
            raise AssertionError(f"case {number}: {path.read_bytes()!r}") from error
        sound += 1
    assert 0 < sound < CASES
