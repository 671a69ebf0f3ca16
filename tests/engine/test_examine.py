"""What a workload's own metrics come to."""

import math

import pytest

from suite.engine.examine import figure


@pytest.mark.parametrize(
    ("value", "wanted"),
    [(None, None), (math.nan, None), (3, 3.0), (True, 1.0), ("12", 12.0), (math.inf, math.inf)],
)
def test_none_and_nan_are_not_measured(value: object, wanted: float | None) -> None:
    assert figure(value) == wanted
