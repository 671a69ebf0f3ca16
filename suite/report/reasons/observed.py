"""What a system says of itself, and why it is not to be believed, or not quite."""

from __future__ import annotations

from suite.report.reasons.template import Figures, Kinds, number

_WHY = {
    "not read": "it could not be read before and after the load",
    "fell": "it fell, as if the system had started anew or several processes answered in turns",
    "moves": "it moves while we send nothing: others send requests too",
}


def _differ(figures: Figures) -> str:
    open_ones = " ({unanswered:,} more without an answer)" if number(figures["unanswered"]) else ""
    counts = "{metric} counted {counted:,} requests, {answered:,} were answered" + open_ones
    if number(figures["beyond"]) < 0:
        return f"{counts}: something else answered, or it does not count all"
    return f"{counts}: {{beyond:,}} too many; something repeats requests, or others send some"


def _unreconciled(figures: Figures) -> str:
    return f"sent and counted can't be compared by {{metric}}: {_WHY[str(figures['why'])]}"


KINDS: Kinds = {
    "requests_differ": _differ,
    "unreconciled": _unreconciled,
    "observed_restart": "the counters of {source} fell: the system, or a part of it, started anew under load",
}
