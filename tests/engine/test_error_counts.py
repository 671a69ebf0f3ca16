"""Errors of operations: how they count, and what is told of them."""

import asyncio
import time
from typing import Any

from suite.engine.error_counts import ErrorCounts, StrayCancellation, cause_of, text_of
from suite.measure.moment_file import MomentFile
from suite.measure.news_file import counted
from suite.process.redaction import redacted
from suite.records.outcome import Outcome


class Speechless(Exception):
    def __str__(self):
        raise RuntimeError("no text")


def test_an_error_that_has_no_text_is_told_by_its_type():
    """It once killed the worker."""
    assert text_of(Speechless()) == "Speechless, whose text can't be made (RuntimeError)"
    assert text_of(ValueError()) == "ValueError"
    assert ErrorCounts().add("buy", Speechless(), 1) is Outcome.failed


def test_a_group_is_told_by_its_first_error():
    """It once said: 1 sub-exception."""
    inner = ExceptionGroup("inner", [KeyError("item"), ValueError("2")])
    assert text_of(ExceptionGroup("outer", [ValueError("no stock")])) == "ValueError: no stock"
    assert text_of(ExceptionGroup("outer", [inner, OSError("3")])) == "KeyError: 'item' (and 2 more)"


def test_a_cancellation_that_is_not_ours_is_a_failure_of_its_own_kind():
    stray = StrayCancellation("by some library")
    assert (ErrorCounts().add("buy", stray, 1), cause_of(stray)) == (Outcome.failed, "cancelled")
    assert ErrorCounts().add("buy", asyncio.CancelledError(), 1) is Outcome.timeout


def test_what_users_call_a_cause_is_short_and_tells_no_secret():
    class Odd(Exception):
        cause = "login failed: password=hunter2 " + "x" * 1000

    counts = ErrorCounts()
    counts.add("buy", Odd("x"), 1)
    ((_, cause, _),) = counts.causes
    assert cause.startswith("login failed: password=*** xxx")
    assert len(cause) == 200


def test_an_error_that_quotes_a_whole_answer_holds_nobody_up():
    """A second for each megabyte: others' timeouts struck late."""
    long = ValueError("password=hunter2 " + "<a href='/x?id=1'>" * 1_000_000)
    counts = ErrorCounts()
    begun = time.process_time()
    counts.add("buy", long, 1)
    took = time.process_time() - begun
    begun = time.process_time()
    redacted(str(long)[:1_000_000])
    assert took < time.process_time() - begun
    ((_, _, example),) = counts.causes.values()
    assert str(example).startswith("password=*** <a href")
    assert len(str(example)) == 300


def test_users_may_call_a_status_anything():
    """Of numbers and texts together the round was lost, with a traceback."""
    counts = ErrorCounts()
    statuses: list[Any] = [200, "200", b"OK", "ERR token=hunter2", None]
    for status in statuses:
        counts.statuses["buy", status] += 1
    told = (("buy", "200", 2), ("buy", "b'OK'", 1), ("buy", "ERR token=***", 1), ("buy", "None", 1))
    assert counts.told_statuses() == told
    assert counted([told]) == {"buy": {"200": 2, "ERR token=***": 1, "None": 1, "b'OK'": 1}}


def test_moments_are_kept_of_what_the_loop_started_where_they_are_wanted():
    moments = MomentFile.create()
    counts = ErrorCounts(moments)
    counts.add("buy", TimeoutError(), 9, 5)
    counts.add("sell", TimeoutError(), 12, 8)
    counts.add("connect", OSError(), 10)
    counts.add("sell", OSError(), 13, 7)
    assert counts.codes == {("timeout", "TimeoutError"): 0, ("failed", "OSError"): 1}
    assert moments.read().tolist()[:12] == [0, 5, 9, 0, 8, 12, 1, 7, 13, 0, 0, 0]
    moments.close()
    plain = ErrorCounts()
    plain.add("buy", TimeoutError(), 9, 5)
    assert plain.codes == {}


def test_causes_without_number_get_no_codes_without_number():
    moments = MomentFile.create()
    counts = ErrorCounts(moments)
    for number in range(300):
        counts.add("buy", type(f"Error{number}", (Exception,), {})(), 9, 5)
    assert len(counts.codes) == 200
    assert max(moments.read().tolist()[::3]) == 199
    moments.close()


def test_no_half_of_a_secret_is_left_where_a_text_is_cut(monkeypatch):
    monkeypatch.setenv("SHOP_TOKEN", "hunter2-in-the-environment")
    counts = ErrorCounts()
    counts.add("buy", ValueError("x" * 290 + " hunter2-in-the-environment"), 1)
    (found,) = counts.details(0)
    assert found.example == "x" * 290 + " ***"


def test_an_error_that_can_not_be_asked_for_its_cause_is_counted():
    """It ended the worker, and the round with it."""

    class Broken(Exception):
        @property
        def cause(self):
            raise ValueError

    counts = ErrorCounts()
    assert counts.add("buy", Broken("sold out"), 1) is Outcome.failed
    assert [(one.kind, one.example) for one in counts.details(0)] == [("Broken", "sold out")]
