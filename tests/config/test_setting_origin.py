"""Where each value that a workload runs with comes from."""

import pytest

from suite import Component, Threshold, User, Workload, closed_loop, operation
from suite.config.file import read_configuration
from suite.config.layer import SettingsLayer
from suite.config.setting_origin import origins


class Counter:
    def __init__(self, step=1):
        self.step = step


class Clicker(User):
    @operation
    def click(self): ...


WORKLOAD = Workload(
    "counter/click",
    Component(Counter, step=1),
    Clicker,
    loop=closed_loop(4, seconds=5),
    quick=closed_loop(2, operations=10),
    thresholds=[Threshold("response.p95", target="5ms", critical="1s")],
    parameters={"depth": 3},
)


@pytest.fixture
def found(tmp_path):
    """By name: what `suite config` would say with this file and these words."""
    file = tmp_path / "loadledger.toml"
    file.write_text(
        "users = 6\nseed = 2\n"
        "[workloads.counter]\nseconds = 2\n"
        '[workloads."counter/click"]\nset = { depth = 9 }\n'
        'thresholds = { "response.p95" = { critical = "2s" } }\n'
    )
    configuration = read_configuration(file)

    def found(**given):
        layer = SettingsLayer(**given)
        settings = configuration.settings("counter/click", layer)
        told = origins(WORKLOAD, settings, configuration, layer)
        return {one.name: (one.value, one.source.removeprefix(str(file))) for one in told}

    return found


def test_the_nearest_place_has_the_last_word(found):
    told = found(users=8)
    assert told["users"] == (8, "the command line")
    assert told["seconds"] == (2.0, ", workloads.counter")
    assert told["seed"] == (2, "")
    assert told["workers"] == (1, "the default")
    assert told["think"] == (0.0, "the workload")
    assert told["set.step"] == (1, "the system")
    assert told["set.depth"] == (9, ', workloads."counter/click"')
    assert told["thresholds.response.p95.target"] == ("5ms", "the workload")
    assert told["thresholds.response.p95.critical"] == ("2s", ', workloads."counter/click"')


def test_a_parameter_of_the_command_line(found):
    assert found(values={"step": "4"})["set.step"] == (4, "the command line")


def test_the_quick_loop_is_told_as_such(found):
    told = found(quick=True)
    assert told["warmup"] == (0.0, "its quick loop")
    assert told["rounds"] == (1, "the default")
