"""What two profiles differ in, for scripts."""

from __future__ import annotations

from typing import Any

from suite.compare.profilediff import Difference


def profile_document(kind: str, unit: str, found: Difference, picture: str) -> dict[str, Any]:
    """The functions that changed, likeliest causes first, costs in `unit`; `picture` is its flame graph."""
    return {
        "kind": kind,
        "unit": unit,
        "whole": found.whole._asdict(),
        "functions": [
            {**row.function._asdict(), "own": row.own._asdict(), "total": row.total._asdict()}
            for row in found.rows
        ],
        "flame_graph": picture,
    }
