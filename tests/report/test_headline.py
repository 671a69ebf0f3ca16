"""The verdict of a result in a word and a sentence."""

from dataclasses import replace

import pytest
from support.every_kind import RECORDS
from support.reported import failing, good, invalid, one
from support.runs import make_comparison

from suite.records.run import Failure, Judgement
from suite.report.headline import headline

CRITICAL = Judgement("response.p95", "critical", 1.0, 0.0036, passed=True)
MISSED = Judgement("throughput", "target", 400.0, 300.0, passed=False)


@pytest.mark.parametrize("kind", [*RECORDS])
def test_every_kind_has_one(kind):
    told = headline(RECORDS[kind])
    assert told.word
    assert told.said
    assert told.how.endswith(".")
    assert told.tone in ("good", "bad", "open")


def test_sentences_begin_with_a_capital_but_for_names_of_metrics_and_after_a_colon():
    assert headline(RECORDS["resilience"]).said.startswith("Came back from ")
    told = headline(make_comparison(base="main", head="abc", runs=(9, 8)))
    assert told.said == "Nothing compared in 1 workload. Base main, 9 runs; head abc, 8 runs."
    assert "response.p95 is" in headline(failing()).said


def test_what_passed_says_how_much_was_asked():
    told = headline(good())
    assert (told.word, told.tone) == ("Passed", "good")
    assert told.said == "All limits held: 1 threshold and 1 check."
    assert headline(one()).said == "Nothing was asked of it: it has no thresholds and no checks."


def test_a_target_that_was_missed_is_told_with_its_side():
    told = headline(good(thresholds=(CRITICAL, MISSED)))
    assert told.word == "Passed"
    assert told.said.startswith("All critical limits held: 2 thresholds and 1 check.")
    assert told.said.endswith("Yet throughput is 300 /s, its target level is at least 400 /s.")


def test_a_failure_names_what_broke():
    told = headline(failing())
    assert (told.word, told.tone) == ("Failed", "bad")
    assert told.said.startswith("A check failed, every order is stored: 9,641 of 9,800.")


def test_what_can_not_be_believed_says_why():
    told = headline(invalid())
    assert (told.word, told.tone) == ("Invalid", "open")
    assert told.said.endswith("neither as pass nor as fail: the generator was late.")


def test_an_early_end_is_told():
    told = headline(replace(good(), error=Failure("system", "it died\nTraceback")))
    assert (told.word, told.tone) == ("System failed", "bad")
    assert told.said.startswith("It ended early, system: it died.")


def test_a_critical_level_that_nobody_can_judge_is_open():
    told = headline(good(thresholds=(replace(CRITICAL, value=None, passed=None),)))
    assert told.tone == "open"
    assert told.said == "A critical limit could not be judged."
