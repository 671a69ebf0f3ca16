"""Rounds of a search: a keeper knows of each before it begins, and what one had recorded is not lost."""

import signal

import pytest
from support.keeping import Kept
from support.resiliences import make_resilience

from suite.engine.kept_rounds import KeptRounds
from suite.engine.progress import Silent
from suite.engine.round import RoundInterrupted
from suite.errors import Interrupted
from suite.records.reason import Reason
from suite.records.run import Round, Validity

OF = Reason("unfinished_look", {"load": 20.0, "over": "rate"})
CUT = Validity("invalid", (Reason("cut_short", {"seconds": 1.5, "operations": 7}),))
LAST = Round(0, metrics={"throughput": 4.0, "response.p99": None}, outcomes={"": {"ok": 7}}, validity=CUT)


@pytest.fixture
def taken(monkeypatch):
    """A search without a finished look, and what its rounds end with."""
    kept, answers = Kept(), [Round(0)]

    def run_round(*_words, **_named):
        answer = answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr("suite.engine.kept_rounds.run_round", run_round)
    rounds = KeptRounds(kept, lambda: make_resilience(unfinished=rounds.unfinished), lambda: bool(kept))
    return rounds, kept, answers


def test_the_keeper_knows_of_a_round_before_it_begins_and_forgets_when_it_ended(taken):
    rounds, kept, _ = taken
    rounds.take(OF, None, 0, Silent())
    assert kept.begun.unfinished.of == OF
    assert not kept.begun.unfinished.measured
    assert rounds.unfinished is None
    kept.append("a look")
    rounds.take(OF, None, 1, Silent())
    assert [one.unfinished.of for one in kept.amid] == [OF]


def test_what_a_round_had_recorded_that_a_signal_ended_is_there(taken):
    rounds, _, answers = taken
    answers[0] = RoundInterrupted(signal.SIGINT, LAST)
    with pytest.raises(RoundInterrupted):
        rounds.take(OF, None, 0, Silent())
    assert rounds.unfinished.measured
    assert (rounds.unfinished.of, rounds.unfinished.seconds) == (OF, 1.5)
    assert (rounds.unfinished.outcomes, rounds.unfinished.metrics) == ({"ok": 7}, {"throughput": 4.0})


def test_of_a_round_that_had_recorded_nothing_there_is_nothing(taken):
    rounds, _, answers = taken
    answers[0] = Interrupted(signal.SIGTERM)
    with pytest.raises(Interrupted):
        rounds.take(OF, None, 0, Silent())
    assert not rounds.unfinished.measured
