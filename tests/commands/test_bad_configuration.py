"""A configuration file that makes no sense: all its faults at once, and nothing runs."""

import pytest


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rounds = 3 4", "loadledger.toml is not valid TOML: .*line 1.*"),
        ("roudns = 3", r"loadledger.toml:\d+: roudns: no such setting; there are: each, files, gate, .*"),
        ("rounds = 0", r"loadledger.toml:\d+: rounds: 0 is less than 1"),
        ("rounds = true\nusers = 1.5", [".*: rounds: True is not a .*", ".*: users: 1.5 is not .*"]),
        ("seed = '1'", r"loadledger.toml:\d+: seed: '1' is not a whole number"),
        ("quick = 'yes'", r"loadledger.toml:\d+: quick: 'yes' is neither true nor false"),
        ("target = 80", r"loadledger.toml:\d+: target: 80 is not text; put it in quotes"),
        ("results = 5", r"loadledger.toml:\d+: results: 5 is not text; put it in quotes"),
        ("seconds = 'soon'\nrate = 'x'", [".*: seconds: 'soon' is not .*", ".*: rate: 'x' is not .*"]),
        ("set = 5", r"loadledger.toml:\d+: set must be a table, not 5"),
        ("thresholds = 5", r"loadledger.toml:\d+: thresholds must be a table, not 5"),
        ("workloads = 5", r"loadledger.toml:\d+: workloads must be a table, not 5"),
        ("workloads.counter = 5", r"loadledger.toml:\d+: workloads.counter must be a table, not 5"),
        ("workloads.counter.roudns = 5", r".*\d: workloads.counter.roudns: no such setting; .*"),
        ("thresholds.'response.p95' = 5", r'loadledger.toml:\d+: thresholds."response.p95" must be a .*'),
        (
            "thresholds.response.p95.critical = '1s'",
            r'loadledger.toml:\d+: thresholds.response.p95: names of metrics have dots: put .*',
        ),
        ("thresholds.'response.p95'.critical = 'soon'", "threshold response.p95 critical: 'soon' is not .*"),
        ("thresholds.'response.p95'.wish = 1", "threshold response.p95: unknown level wish"),
        ("thresholds.throughput = {}", "threshold throughput has no level; .*"),
        ("thresholds.speed.critical = 1", "loadledger.toml: threshold on unknown metric 'speed'"),
        ("set.step = 'two'", r"--set step=two: a value like 1 \(int\) is wanted"),
        ("operations = 1\nseconds = 1", "counter/.*: give --operations or --seconds, not both"),
        ("operations = 1\neach = 1", "counter/.*: give --operations or --each, not both"),
        ("each = 0", r"loadledger.toml:\d+: each: 0 is less than 1"),
        ("a = 1\nb = 2", [r".*:1: a: no such setting.*", r".*:2: b: no such setting.*"]),
    ],
)  # fmt: skip
def test_a_configuration_that_makes_no_sense(refused, text, says):
    refused.file("loadledger.toml", text)
    refused("run", refused.example("load_counter.py"), "-k", "click", says=says)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[tool.loadledger]\nroudns = 1", r"pyproject.toml:\d+: roudns: no such setting; .*"),
        ("tool.loadledger = 5", r"pyproject.toml:\d+: \[tool.loadledger\] must be a table, not 5"),
        ("[tool.loadledger", "pyproject.toml is not valid TOML: .*"),
    ],
)
def test_a_pyproject_that_makes_no_sense(refused, text, says):
    refused.file("pyproject.toml", text)
    refused("run", refused.example("load_counter.py"), says=says)


def test_a_configuration_file_that_is_not_there_or_says_nothing_of_us(refused):
    load = refused.example("load_counter.py")
    refused("run", load, "--config", "no.toml", says="can't read no.toml: No such file or directory")
    refused("run", load, "--config", ".", says="can't read .: it is no file")
    refused.file("pyproject.toml", "tool = 5")
    says = r"pyproject.toml has no table \[tool.loadledger\]"
    refused("run", load, "--config", "pyproject.toml", says=says)
