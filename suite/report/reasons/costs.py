"""Why a cost is not known, or is in doubt."""

from __future__ import annotations

from suite.report.reasons.template import Figures, Kinds
from suite.units import format_quantity

_STEADY = "a fixed seed (--seed), a fixed clock, PYTHONHASHSEED and no job in the background make it so"


def _disagree(figures: Figures) -> str:
    low, high = (format_quantity(float(figures[end] or 0.0), "1") for end in ("low", "high"))
    most = f", most of all in {figures['function']}() {figures['file']}" if "function" in figures else ""
    return f"{figures['metric']}: windows of the same operations cost from {low} to {high}{most}; {_STEADY}"


def _under_valgrind(figures: Figures) -> str:
    said = f"; valgrind: {figures['said']}" if figures["said"] else ""
    return f"it does not run under valgrind{said}; {figures['error']}"


def _failed(figures: Figures) -> str:
    why = f", the first: {figures['error']} ({figures['example']})" if "error" in figures else ""
    return f"{figures['bad']} operations failed while they were counted by {figures['source']}{why}"


def _failed_under_valgrind(figures: Figures) -> str:
    why = f", the first: {figures['error']} ({figures['example']})" if "error" in figures else ""
    return f"{figures['bad']} operations fail under valgrind, where all is some fifty times slower{why}"


def _do_not_add_up(figures: Figures) -> str:
    added, mixed = (format_quantity(float(figures[name] or 0.0), "1") for name in ("added", "mixed"))
    return f"{figures['metric']}: operations by themselves come to {added}, their mix to {mixed}"


KINDS: Kinds = {
    "bill_cut_short": "it was ended early",
    "unfinished_count": "window {number}, counted by {source}",
    "operations_do_not_add_up": _do_not_add_up,
    "no_valgrind": "valgrind is not installed; install the system's package: valgrind",
    "under_valgrind": _under_valgrind,
    "failed_under_valgrind": _failed_under_valgrind,
    "windows_disagree": _disagree,
    "operations_failed": _failed,
    "no_connections": "no TCP connection of the users lasts for a window",
    "out_of_reach": "no process of it is ours, or nothing may count inside of it",
    "not_explained": "no plan: {error}",
    "no_statement_statistics": "{helper}: statements are not counted there: {error}",
    "not_counted": "nothing was counted in a window",
}
