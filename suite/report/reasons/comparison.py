"""What differs between two sides, what a verdict rests on, and what befell the rounds of both."""

from __future__ import annotations

from collections.abc import Callable

from suite.records.reason import Figure
from suite.report.reasons.template import Figures, Kinds, literal, many, number, shift_words
from suite.report.words import first_line
from suite.report.words import many as many_of

_FACTS = {
    "cpu": "CPU", "machine": "architecture", "affinity": "usable cores", "container": "container class",
    "governor": "CPU governor", "implementation": "Python implementation", "python": "Python",
}  # fmt: skip


def _other(before: str = "") -> Callable[[Figures], str]:
    """A fact that differs, with a word before its name."""

    def said(figures: Figures) -> str:
        fact = str(figures["fact"])
        base, head = (_value(fact, figures[side]) for side in ("base", "head"))
        passes = "; --anywhere compares them all the same" if figures.get("passes") == "anywhere" else ""
        return literal(f"{before}{_FACTS.get(fact, fact)}: {base} v {head}{passes}")

    return said


def _value(fact: str, value: Figure) -> str:
    if value is None:
        return "unknown"
    return f"{value / 1e9:.1f} GB" if fact == "memory" and isinstance(value, int | float) else str(value)


def _no_value(figures: Figures) -> str:
    note = " ({note})" if "note" in figures else ""
    return f"{_about(figures)}no value in {_side(figures)}{note}"


def _no_valid_run(figures: Figures) -> str:
    return f"{_about(figures)}no valid run of {_side(figures)}"


def _about(figures: Figures) -> str:
    return "{metric}: " if "metric" in figures else ""


def _side(figures: Figures) -> str:
    return "base and head" if figures["side"] == "both" else "{side}"


def _few_head_runs(figures: Figures) -> str:
    had = f"{many(figures, 'runs')}, {many(figures, 'rounds')}"
    runs = "{wanted_runs} runs and " if number(figures["wanted_runs"]) > 1 else ""
    return f"{had} of head; {runs}{{wanted_rounds}} rounds make a verdict on a change"


def _few_moments(figures: Figures) -> str:
    there = f"base ran at {many(figures, 'moments')}: {{allowed:ratio}} is allowed for how others are"
    return f"{there}; {{wanted}} of them, or suite ab, tell more"


def _within(figures: Figures) -> str:
    return f"within ±{_size(figures)}"


def _no_clear_change(figures: Figures) -> str:
    return f"no clear change, nor within ±{_size(figures)}"


def _size(figures: Figures) -> str:
    size = shift_words(number(figures["minimum"]), figures["relative"] is True, str(figures["unit"]))
    return size.lstrip("+")


def _machine_shifted(figures: Figures) -> str:
    shifts = {name: number(by) for name, by in figures.items() if name.startswith("canary/")}
    return f"the machine shifted ({', '.join(f'{name} {100 * by:+.2g} %' for name, by in shifts.items())})"


KINDS: Kinds = {
    "other_workload": "workload: {base} v {head}",
    "other_loop": "loop: {base} v {head}; closed and open loops measure different things",
    "other_hardware": _other(),
    "other_software": _other(),
    "other_package": _other("package "),
    "other_packages": "and {more} more packages differ",
    "other_load": _other("load, "),
    "other_plan": _other(),
    "other_rounds": "rounds: {base} v {head}",
    "other_parameter": _other("parameter "),
    "uncommitted": "{side} had changes that were not committed",
    "invalid_runs": "{side}: {invalid} of {of} runs invalid, not counted",
    "no_value": _no_value,
    "other_version": lambda figures: f"{_about(figures)}its benchmark changed: version {{base}} v {{head}}",
    "other_searches": "{left} searches of base left out: other machine, loop or thresholds",
    "no_valid_run": _no_valid_run,
    "none_valid": "no run of {side} is valid",
    "no_whole_pair": "no pair has a value on both sides",
    "measured_again": "{metric} was measured again, {pairs} pairs in turns: {verdict}",
    "not_measured_again": "{metric} was not measured again: {why}",
    "no_commits": "no two commits are known that have what ran",
    "not_described": "no load file here describes it, and it is not installed",
    "runs_elsewhere": "it runs elsewhere, the same for both commits",
    "few_base_runs": lambda figures: (
        f"{many(figures, 'runs')} of base, {{wanted}} tell its spread; use suite ab"
    ),
    "few_head_runs": _few_head_runs,
    "few_moments": _few_moments,
    "counted_apart": "all that was counted of one side lies apart from the other's",
    "counted_alike": "counted alike",
    "accepted": lambda figures: (
        f"{_about(figures)}costs more, as it is meant to: {literal(str(figures['why']))}"
    ),
    "counts_vary": "one side varies by a good part of the difference: {bills} bills of each tell too little",
    "counts_overlap": "what was counted of one side varies as much as the sides differ",
    "other_sources": "counted by: {base} v {head}",
    "plan_changed": "{helper} goes about it in another way: {statement}: {base} → {head}",
    "no_costs_yet": lambda figures: (
        "{side} has no suite costs yet"
        + ("; the first commit that has it is {first}" if figures["first"] else "")
    ),
    "clear_change": "a clear change",
    "within_minimum": _within,
    "no_clear_change": _no_clear_change,
    "only_bound": "only a bound is known",
    "regression": "{workload} {metric}: {why}",
    "improvement": "{workload} {metric}: {why}",
    "same": "{workload} {metric}: {why}",
    "inconclusive": "{workload} {metric}: {why}",
    "nothing_compared": lambda figures: (
        "{workload}: nothing could be compared" if "workload" in figures else "nothing was compared"
    ),
    "no_runs": "{workload}: no runs in {side}",
    "no_search": "{workload}: its capacity was not searched for in {side}",
    "no_bill": "{workload}: its costs were not counted in {side}",
    "other_bills": "bills of base left out, of another machine or other operations: {left}",
    "same_run": "{workload}: base and head are the same run",
    "no_judged_metric": "{workload}: has none of the metrics that are judged",
    "left_out": lambda figures: (
        f"{{side}}: {many(figures, 'runs')} left out: other machine, plan or code, or not valid"
    ),
    "neighbours": lambda figures: (
        f"base: {many_of(number(figures['own']), 'run')} of {{commit:short}} and {{others}} of its neighbours"
    ),
    "neighbours_unknown": "neighbours of base are not known: {fault}",
    "shallow_clone": "neighbours of base may be missing in this shallow clone; git fetch --unshallow",
    "machine_shifted": _machine_shifted,
    "check_broken": "{side}: check failed: {check}",
    "failures": "failures: {base:ratio} v {head:ratio}",
    "failures_rise": "more fails, {base:ratio} v {head:ratio}: what is left may only seem better",
    "pairs_repeated": "{pairs} pairs repeated, the first because: {side}: {why}",
    "given_up": "given up: {side}: {why}",
    "ended_early": lambda figures: literal(first_line(f"ended early: {figures['why']}")),
}
