"""Why a load did not hold."""

from __future__ import annotations

from suite.report.reasons.template import Figures, Kinds, number
from suite.units import format_quantity


def _limit_broken(figures: Figures) -> str:
    value, limit = (
        format_quantity(number(figures[name]), str(figures["unit"])) for name in ("value", "limit")
    )
    bound = "> " if figures["at_least"] else ""
    return f"{{metric}} {bound}{value}, at {'least' if figures['better'] == 'higher' else 'most'} {limit}"


KINDS: Kinds = {
    "limit_broken": _limit_broken,
    "failed": "{share:ratio} failed",
    "rejected": "{share:ratio} rejected",
    "check_failed": "check {check}: {detail}",
    "backlog_grew": "a backlog grew by {by:,.0f}",
    "not_measured": "{metric} was not measured",
}
