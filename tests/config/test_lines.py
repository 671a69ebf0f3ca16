"""Where in a configuration file a setting stands."""

import pytest

from suite.config.lines import line_of

TOML = """# users = 1
users = 5
set.step = 2

[workloads."shop/buy"]  # the dear one
rate = 3
thresholds = { "response.p95" = { target = "50ms" } }

[gate.workloads.shop]
metrics = [
    "response.p99",
]
a.b = 1
"""


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (["users"], 2),
        (["set", "step"], 3),
        (["workloads", "shop/buy"], 5),
        (["workloads", "shop/buy", "rate"], 6),
        (["workloads", "shop/buy", "thresholds", "response.p95", "target"], 7),
        (["workloads", "shop/buy", "users"], 5),  # it has none: its table then
        (["gate", "workloads", "shop", "metrics"], 10),
        (["gate", "workloads", "shop", "a"], 13),
        (["nowhere"], None),
        ([], None),
    ],
)
def test_of_toml(place, line):
    assert line_of(TOML, place) == line


def test_of_json():
    text = '{\n "concurrent_users": 5,\n\n "max_error_rate": 0.1}'
    assert (line_of(text, ["concurrent_users"]), line_of(text, ["max_error_rate"])) == (2, 4)
    assert line_of(text, ["rounds"]) is None


NESTED = r"""{
  "workloads": {
    "shop": {"users": 3,
      "thresholds": {"response.p95": {"target": "50ms"}}},
    "a \"b\"": {"rate": 2}
  },
  "files": ["users", {"users": 1}],
  "set": {"text": "users\": {"},
  "users": 7
}"""


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (["users"], 9),
        (["workloads", "shop", "users"], 3),
        (["workloads", "shop", "thresholds", "response.p95", "target"], 4),
        (["workloads", 'a "b"', "rate"], 5),
        (["workloads", "shop", "rounds"], 3),
        (["set", "text"], 8),
    ],
)
def test_of_json_a_key_counts_where_it_stands(place, line):
    """`users` of one workload was taken for those of all."""
    assert line_of(NESTED, place) == line


def test_lines_that_only_look_like_settings_hurt_nobody():
    assert line_of('text = """\n[not closed\n = 3\n"x" y = 4\n"""\nusers = 1', ["users"]) == 6
