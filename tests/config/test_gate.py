"""What a gate judges and by which limits, as the configuration says."""

import pytest

from suite.config.file import read_configuration
from suite.config.gate import Budget, Gate
from suite.errors import ConfigurationError


@pytest.fixture(autouse=True)
def _no_ci(monkeypatch):
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)


def test_the_nearest_budget_wins():
    gate = Gate(
        ("a",),
        {"a": 1, "b": 1},
        workloads={"shop": Budget(("b",), {"b": 2}), "shop/buy": Budget(None, {"c": 3})},
    )
    assert gate.budget("bank/pay") == Budget(("a",), {"a": 1, "b": 1})
    assert gate.budget("shop/browse") == Budget(("b",), {"a": 1, "b": 2})
    assert gate.budget("shop/buy") == Budget(("b",), {"a": 1, "b": 2, "c": 3})
    assert Gate().budget("any") == Budget()


@pytest.mark.parametrize(
    ("text", "complaints"),
    [
        ("gate = 5", ["1: gate must be a table, not 5"]),
        ("[gate]\nbase = 5", ["2: gate.base: 5 is not text; put it in quotes"]),
        (
            "[gate]\nmetric = 1\non_inconclusive = 'no'",
            [
                "3: gate.on_inconclusive: fail or warn is wanted, not 'no'",
                "2: gate.metric: no such setting; "
                "there are: base, metrics, minimum, on_inconclusive, workloads",
            ],
        ),
        (
            "[gate]\nmetrics = 'a'",
            ["2: gate.metrics: 'a' is not a list of metrics, such as [\"response.p99\"]"],
        ),
        ("[gate]\nmetrics = [1]", ["2: gate.metrics: 1 is not text; put it in quotes"]),
        ("[gate]\nminimum = 1", ["2: gate.minimum must be a table, not 1"]),
        (
            "[gate]\nminimum = {response.p99 = '1%'}",
            [
                "2: gate.minimum.response: names of metrics have dots: put them in quotes, "
                'such as "response.p99"'
            ],
        ),
        (
            "[gate]\nminimum = {a = true}",
            ['2: gate.minimum.a: True is not a minimum effect, such as "10%"'],
        ),
        ("[gate]\nworkloads = 1", ["2: gate.workloads must be a table, not 1"]),
        (
            "[gate.workloads]\nx = 1\n[gate.workloads.y]\nbase = 1",
            [
                "2: gate.workloads.x must be a table, not 1",
                "4: gate.workloads.y.base: no such setting; there are: metrics, minimum",
            ],
        ),
    ],
)
def test_faults_of_the_configuration_are_told_in_one_go(tmp_path, text, complaints):
    path = tmp_path / "loadledger.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        read_configuration(path)
    assert str(caught.value).splitlines() == [f"{path}:{line}" for line in complaints]
