"""How a capacity came about, in words."""

from __future__ import annotations

import pytest

from suite.records.reason import Figure, Reason
from suite.report.reasons import words

_SAID: list[tuple[str, dict[str, Figure], str]] = [
    (
        "limit_broken",
        {
            "metric": "response.p95",
            "value": 0.4,
            "at_least": True,
            "limit": 0.1,
            "better": "lower",
            "unit": "s",
        },
        "response.p95 > 400 ms, at most 100 ms",
    ),
    ("failed", {"share": 0.02}, "2 % failed"),
    ("check_failed", {"check": "active is 0", "detail": "active is 3"}, "check active is 0: active is 3"),
    ("backlog_grew", {"by": 1234.0}, "a backlog grew by 1,234"),
    ("not_measured", {"metric": "response.p95"}, "response.p95 was not measured"),
    ("few_points", {"points": 4, "wanted": 5}, "too few points for a fit: 4 of 5"),
    (
        "fit",
        {"quality": "good", "r_squared": 0.99, "least": 1.0, "most": 64.0},
        "a good fit (R² 0.990); seen from 1 to 64 in flight",
    ),
    (
        "fit_without_peak",
        {"quality": "poor", "r_squared": 0.5, "least": 1.0, "most": 64.0},
        "a poor fit (R² 0.500), take it for nothing; no peak",
    ),
]


@pytest.mark.parametrize(("kind", "figures", "said"), _SAID)
def test_what_is_said_of_a_capacity(kind: str, figures: dict[str, Figure], said: str) -> None:
    assert words(Reason(kind, figures)) == said
