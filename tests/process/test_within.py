"""Calls that may never come back."""

import threading

import pytest

from suite.process.within import within


def test_it_gives_what_the_call_gives() -> None:
    assert within(30, lambda: None) is None  # type: ignore[func-returns-value]
    assert within(30, lambda: 7) == 7


def test_it_raises_what_the_call_raises() -> None:
    def leave() -> None:
        raise SystemExit(3)

    with pytest.raises(ZeroDivisionError):
        within(30, lambda: 1 // 0)
    with pytest.raises(SystemExit):
        within(30, leave)


def test_a_call_that_never_comes_back_is_left() -> None:
    comes = threading.Event()
    try:
        with pytest.raises(TimeoutError):
            within(0.05, comes.wait)
    finally:
        comes.set()
