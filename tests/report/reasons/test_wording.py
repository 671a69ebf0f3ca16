"""Reasons in words."""

from __future__ import annotations

import ast
from pathlib import Path

import suite
from suite.compare.likeness import Unlike
from suite.errors import StoreError
from suite.records.reason import Figure, Reason
from suite.report.reasons import (
    advice,
    all_words,
    capacity,
    comparison,
    costs,
    doctor,
    error_words,
    leaks,
    limiter,
    observed,
    resilience,
    soak,
    validity,
    words,
)
from suite.report.reasons.wording import KINDS


def test_what_was_a_sentence_stays_one() -> None:
    assert words(Reason.of_text("busy machine: x")) == "busy machine: x"
    assert words(Reason("cpu", {"text": "the system's CPU: one thread"})) == "the system's CPU: one thread"


def test_what_a_newer_version_says_is_shown_as_kind_and_figures() -> None:
    moon: dict[str, Figure] = {"phase": 0.5, "name": "half", "in_rounds": 1, "of_rounds": 3}
    assert words(Reason("full_moon", moon)) == "full moon: phase 0.5, name half (in 1 of 3 rounds)"
    assert words(Reason("trend", {"slope": 2})) == "trend: slope 2"
    assert words(Reason("full_moon")) == "full moon"


def test_some_that_are_doubtful_say_why_the_first_is() -> None:
    trend = Reason("trend", {"first": 0.001, "last": 0.003, "in_rounds": 2, "of_rounds": 3})
    assert words(Reason.doubtful([[], [trend]], 5, "head")) == f"head: 2 of 5 runs doubtful ({words(trend)})"
    assert words(Reason.doubtful([[]], 1)) == "1 of 1 runs doubtful (no reason given)"
    said = Reason.doubtful([[Reason.of_text("one core")]], 2, "base")
    assert words(said) == "base: 1 of 2 runs doubtful (one core)"


def test_what_rests_on_another_reason_says_it() -> None:
    late = Reason.of_text("load was not delivered")
    again = late.behind("pairs_repeated", pairs=2, side="base")
    assert words(again) == "2 pairs repeated, the first because: base: load was not delivered"
    assert words(late.behind("given_up", side="head")) == "given up: head: load was not delivered"
    assert words(Reason.of_text("no\nroom").behind("ended_early")) == "ended early: no"
    assert words(Reason("only_bound").behind("new_moon")) == "only a bound is known"


def test_an_error_with_reasons_has_a_line_for_each() -> None:
    reasons = [
        Reason("other_load", {"fact": "users", "base": 8, "head": 16}),
        Reason("other_rounds", {"base": 3, "head": 1}),
    ]
    assert error_words(Unlike("a/b", reasons)).splitlines() == [
        "a/b: base and head can't be compared: load, users: 8 v 16",
        "a/b: base and head can't be compared: rounds: 3 v 1",
    ]
    assert error_words(StoreError("no room")) == "no room"


def test_several_stand_on_one_line() -> None:
    assert all_words([Reason("no_samples"), Reason("shared_cores")]).count("; ") == 1
    assert all_words([], "invalid") == "invalid"


def _kinds_in_code() -> set[str]:
    """The kinds that are written out where reasons are made."""
    found = set()
    for path in Path(suite.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            place = {"Reason": 0, "behind": 0, "_other": 0, "_differing": 0, "of": 1}.get(name)
            kind = node.args[place] if place is not None and len(node.args) > place else None
            if isinstance(kind, ast.Constant) and isinstance(kind.value, str):
                found.add(kind.value)
    return found


def test_each_kind_that_is_made_has_words_and_only_once() -> None:
    made = _kinds_in_code()
    assert {"few_samples", "late_sends", "given_up", "other_load", "restless"} <= made
    assert made <= {*KINDS, "load, ", "package ", "parameter "}
    tables = [
        module.KINDS
        for module in (
            validity,
            observed,
            limiter,
            advice,
            capacity,
            comparison,
            costs,
            doctor,
            leaks,
            resilience,
            soak,
        )
    ]
    assert sum(map(len, tables)) == len(KINDS)
