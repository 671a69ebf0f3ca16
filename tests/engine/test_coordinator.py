"""What of a Run is kept while its rounds go on."""

import errno

import pytest
from examples.load_echo import Talker, echo_server
from support.keeping import Kept

from suite import Workload, closed_loop
from suite.config.settings import Settings
from suite.engine.coordinator import RunInterrupted, run
from suite.errors import ConfigurationError, CutShort, Interrupted
from suite.ledger.journal import Journal
from suite.ledger.left_behind import bring_in
from suite.records.reason import Reason
from suite.records.run import Failure, Round, Run, Validity

WORKLOAD = Workload("kept/soon", echo_server(), Talker, loop=closed_loop(1, seconds=1))


def rounds_of(monkeypatch, *results):
    waiting = iter(results)

    def take(spec, index, progress, *, keeper, stopping):
        result = next(waiting)
        if isinstance(result, BaseException):
            raise result
        return result

    monkeypatch.setattr("suite.engine.coordinator.run_round", take)


def test_each_round_is_kept_the_moment_that_it_ends_as_part_of_a_run_that_was_killed(monkeypatch):
    rounds_of(monkeypatch, Round(0), Round(1), Round(2))
    kept = Kept()
    found = run(WORKLOAD, Settings(rounds=3), keeper=kept)
    assert (kept.begun.rounds, kept.begun.id) == (1, found.id)
    *parts, whole = kept
    assert whole == found
    assert [one.rounds for one in parts] == [2, 3]
    for one in parts:
        assert (one.id, one.partial, one.error.kind) == (found.id, True, "interrupted")
        assert one.validity.verdict != "valid" or one.verdict == "error"
    assert (found.partial, found.error) == (False, None)


def test_a_round_that_failed_is_the_last_and_the_run_whole(monkeypatch):
    rounds_of(monkeypatch, Round(0), Round(1, failure=Failure("system", "it died")))
    kept = Kept()
    assert run(WORKLOAD, Settings(rounds=3), keeper=kept).error.kind == "system"
    assert [(one.rounds, one.error.kind) for one in kept] == [(2, "interrupted"), (2, "system")]


def test_an_interrupt_before_anything_was_measured_leaves_no_run(monkeypatch):
    rounds_of(monkeypatch, Interrupted(1))
    with pytest.raises(RunInterrupted) as caught:
        run(WORKLOAD, Settings(rounds=3))
    assert (caught.value.run, caught.value.exit_code) == (None, 129)


@pytest.mark.parametrize("ended", [Interrupted(15), ConfigurationError("load_shop.py can't be loaded")])
def test_an_invalid_round_that_was_not_taken_again_after_all_is_kept_as_it_is(monkeypatch, ended):
    """What it had measured was gone, where it was the first."""
    invalid = Round(0, {"throughput": 7.0}, validity=Validity("invalid", (Reason("steal", {"share": 0.5}),)))
    rounds_of(monkeypatch, invalid, ended)
    with pytest.raises((RunInterrupted, CutShort)) as caught:
        run(WORKLOAD, Settings(rounds=3))
    found = getattr(caught.value, "run" if isinstance(caught.value, RunInterrupted) else "found")
    assert (found.rounds, found.partial, caught.value.exit_code) == (2, True, ended.exit_code)
    assert found.metrics["throughput"].values == (7.0, None)
    assert "repeated" not in found.plan


def test_what_a_round_had_recorded_is_kept_though_loadledger_itself_fails(tmp_path, monkeypatch):
    """As where no more files may be open: it was kept of a command that was killed, and not of this one."""

    def fail(*_):
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr("suite.engine.round.measured_window", fail)
    workload = Workload("kept/soon", echo_server(), Talker, loop=closed_loop(1, operations=20))
    with pytest.raises(OSError, match="Too many"), Journal(tmp_path, "runs", "run") as journal:
        run(workload, Settings(rounds=2), keeper=journal)
    assert len(journal.drafts) == 1
    (found,) = bring_in(tmp_path, None)
    (record,) = found.records
    assert isinstance(record, Run)
    assert record.error is not None
    assert (record.outcomes["ok"], record.rounds, record.error.kind) == (20, 1, "interrupted")
    assert not (tmp_path / "journal").exists()
