"""Why a load did not hold."""

from __future__ import annotations

from collections.abc import Callable

from suite.report.reasons.template import Figures, Kinds, number
from suite.units import format_quantity


def _limit_broken(figures: Figures) -> str:
    value, limit = (
        format_quantity(number(figures[name]), str(figures["unit"])) for name in ("value", "limit")
    )
    bound = "> " if figures["at_least"] else ""
    return f"{{metric}} {bound}{value}, at {'least' if figures['better'] == 'higher' else 'most'} {limit}"


def _fit(end: str) -> Callable[[Figures], str]:
    """How good a fit is, with what follows."""

    def said(figures: Figures) -> str:
        poor = ", take it for nothing" if figures["quality"] == "poor" else ""
        return f"a {{quality}} fit (R² {{r_squared:.3f}}){poor}; {end}"

    return said


def _look(figures: Figures) -> str:
    over = {"rate": "at {load:1/s}", "users": "with {load:,.0f} users", "speed": "at {load:.3g}× speed"}
    return f"the look {over[str(figures['over'])]}"


KINDS: Kinds = {
    "unfinished_look": _look,
    "limit_broken": _limit_broken,
    "failed": "{share:ratio} failed",
    "rejected": "{share:ratio} rejected",
    "check_failed": "check {check}: {detail}",
    "backlog_grew": "a backlog grew by {by:,.0f}",
    "not_measured": "{metric} was not measured",
    "few_points": "too few points for a fit: {points} of {wanted}",
    "fit": _fit("seen from {least:.3g} to {most:.3g} in flight"),
    "fit_without_peak": _fit("no peak"),
    "fit_extrapolated": _fit(
        "its peak is far beyond the {most:.3g} in flight that were seen: an extrapolation"
    ),
}
