"""Why what a soak says is in doubt."""

from __future__ import annotations

from suite.report.reasons.template import Kinds

KINDS: Kinds = {
    "few_windows": "too few windows to tell a trend: {windows} of {wanted}",
    "windows_invalid": "{invalid} of {windows} windows can't be believed: {why}",
    "workers_drift": "the load generator's own {metric} grows: look at what users keep",
    "checks_left_out": "{checks} of its checks= were not made: nobody keeps what all of them would look at",
    "soak_cut_off": "it was cut off before it had {wanted:,} windows; thresholds and checks are not judged",
}
