"""Settings by their plain names."""

import json
import re

import pytest

from suite.config.file import read_configuration
from suite.config.layer import SettingsLayer
from suite.config.plain_names import limits, translated
from suite.errors import ConfigurationError

PLAIN = {
    "concurrent_users": 20, "requests_per_user": 50, "test_duration": 300, "memory_threshold_mb": 512,
    "max_response_time": 2.0, "max_error_rate": 0.05,
}  # fmt: skip


def test_a_json_file_of_these_alone_is_read(tmp_path):
    file = tmp_path / "load_test_config.json"
    file.write_text(json.dumps(PLAIN))
    found = read_configuration(file).settings("hotel/call-creation", SettingsLayer())
    assert (found.users, found.each, found.seconds) == (20, 50, 300.0)
    critical = {metric: levels["critical"] for metric, levels in found.thresholds.items()}
    assert critical == {"memory.peak": 512e6, "response.max": 2.0, "failures": 0.05}


@pytest.mark.parametrize(
    ("said", "level"), [(512, 512e6), (1.5, 1.5e6), ("512", 512e6), ("512MB", 512e6), ("1 GiB", 2.0**30)]
)
def test_a_bare_number_of_memory_is_in_megabytes(said, level):
    assert limits({"memory_threshold_mb": said})["memory.peak"]["critical"] == level


def test_a_plain_limit_takes_the_place_of_all_levels():
    assert limits({"max_error_rate": "1%"}) == {
        "failures": {"target": None, "warning": None, "critical": 0.01}
    }


def test_other_settings_and_thresholds_stay():
    table = {"seed": 3, "thresholds": {"response.p95": {"target": "5ms"}}, "max_response_time": "2s"}
    found = translated(table)
    assert found["seed"] == 3
    assert list(found["thresholds"]) == ["response.p95", "response.max"]


def test_all_that_is_wrong_is_told_at_once():
    with pytest.raises(ConfigurationError) as told:
        translated({"concurrent_users": 5, "users": 5, "max_error_rate": "x", "memory_threshold_mb": "2 kg"})
    first, second, third = str(told.value).splitlines()
    assert first == "concurrent_users: it is the same as users; give one of them"
    assert second.startswith("max_error_rate: 'x' is not a quantity")
    assert third.startswith("memory_threshold_mb: '2 kg' is not a quantity")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("max_error_rate", 5, '5 is more than all; write it like "5%" or 0.05'),
        ("max_error_rate", "120%", "120% is more than all"),
        ("max_error_rate", -0.1, "-0.1 is below 0"),
        ("memory_threshold_mb", "-5", "-5 is below 0"),
        ("max_response_time", "-1s", "-1s is below 0"),
    ],
)
def test_limits_that_mean_nothing_are_refused(name, value, says):
    """5 was taken for five hundred per cent, which no Run ever exceeds."""
    with pytest.raises(ConfigurationError, match=f"^{name}: {re.escape(says)}"):
        limits({name: value})


def test_in_a_file_each_is_told_with_its_line(tmp_path):
    file = tmp_path / "loadledger.toml"
    file.write_text('rounds = 0\n\n[workloads.shop]\nmax_error_rate = "x"\nwrokers = 2\n')
    with pytest.raises(ConfigurationError) as told:
        read_configuration(file)
    lines = sorted(line.removeprefix(str(file)).partition(";")[0] for line in str(told.value).splitlines())
    assert lines == [
        ":1: rounds: 0 is less than 1",
        ":4: workloads.shop.max_error_rate: 'x' is not a quantity in 'ratio'",
        ":5: workloads.shop.wrokers: no such setting",
    ]


def test_what_is_no_json_is_told(tmp_path):
    file = tmp_path / "x.json"
    file.write_text("{")
    with pytest.raises(ConfigurationError, match=r"x.json is not valid JSON: Expecting property name"):
        read_configuration(file)
