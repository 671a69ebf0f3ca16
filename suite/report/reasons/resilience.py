"""Why nothing can be told of what failed around a system."""

from __future__ import annotations

from suite.report.reasons.template import Kinds

KINDS: Kinds = {
    "unfinished_usual": "the round without a fault",
    "unfinished_trial": "the round with {fault} {of}",
    "failed_before": "{share:ratio} failed before the overload too",
    "check_fails_anyway": "check {check} fails without a fault too: {detail}",
    "restless_without": (
        "without a fault it looks as if one had stayed: a calmer load, or a calmer machine, is needed"
    ),
}
