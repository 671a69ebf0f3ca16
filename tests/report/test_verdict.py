"""One exit code for many Runs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suite.report.verdict import overall, verdict_word

_CODES = [130, 143, 2, 70, 4, 1, 3, 0]


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
