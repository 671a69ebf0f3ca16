"""One exit code for many Runs, and verdicts in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.runs import make_run

from suite.records.run import Judgement, Run, Validity, verdict_word
from suite.report.verdict import (
    code_text,
    compared_text,
    conclusion_text,
    judged_text,
    overall,
    short_verdict,
)

_CODES = [130, 143, 129, 2, 70, 4, 1, 3, 0]


@given(st.lists(st.sampled_from(_CODES), min_size=1))
def test_the_gravest_code_wins(codes: list[int]) -> None:
    assert overall(codes) == next(code for code in _CODES if code in codes)


def test_nothing_run_is_good() -> None:
    assert overall([]) == 0


@pytest.mark.parametrize(("codes", "expected"), [([3, 0], 0), ([3], 0), ([3, 1], 1), ([4, 3], 4)])
def test_invalid_can_be_let_pass(codes: list[int], expected: int) -> None:
    assert overall(codes, on_invalid="warn") == expected


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(ValueError):
        overall([0, 5])


@pytest.mark.parametrize(
    ("code", "word"), [(0, "pass"), (1, "fail"), (3, "invalid"), (4, "error"), (70, "error"), (130, "error")]
)
def test_words(code: int, word: str) -> None:
    assert verdict_word(code) == word


def test_only_a_fault_of_ours_is_called_internal() -> None:
    """A closed terminal, 129, once was."""
    said = {code: code_text(code).plain for code in _CODES}
    assert [code for code, words in said.items() if words == "INTERNAL ERROR"] == [70]
    assert {said[code] for code in (129, 130, 143)} == {"INTERRUPTED"}


def _judged(*passed: bool | None) -> tuple[Judgement, ...]:
    levels = zip(("target", "warning", "critical"), (0.1, 0.5, 1.0), passed, strict=True)
    return tuple(Judgement("response.p95", level, limit, 0.2, held) for level, limit, held in levels)


@pytest.mark.parametrize(
    ("passed", "word"),
    [
        ((True, True, True), "✓ passed"),
        ((False, True, True), "○ missed target"),
        ((False, False, True), "! warning"),
        ((False, False, False), "✗ CRITICAL"),
        ((None, None, None), "? not judged"),
    ],
)
def test_thresholds(passed: tuple[bool | None, ...], word: str) -> None:
    text = judged_text(_judged(*passed), "s").plain
    assert text == f"{word} (target 100 ms, warning 500 ms, critical 1 s)"


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (make_run(), "passed"),
        (make_run(thresholds=_judged(False, True, True)), "target missed"),
        (make_run(thresholds=_judged(False, False, True)), "warning"),
        (make_run(thresholds=_judged(False, False, False)), "FAILED"),
        (make_run(validity=Validity("invalid")), "INVALID"),
    ],
)
def test_verdicts(run: Run, words: str) -> None:
    assert short_verdict(run).plain == words


def test_a_conclusion_is_loud_and_the_verdict_on_a_metric_marked() -> None:
    assert [compared_text(one).plain for one in ("same", "regression")] == ["same", "✗ REGRESSION"]
    assert [conclusion_text(one).plain for one in ("same", "regression")] == ["SAME", "REGRESSION"]
    assert compared_text("regression").style == conclusion_text("regression").style
