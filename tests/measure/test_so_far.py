"""What a round comes to while it runs."""

from __future__ import annotations

import os
from array import array
from types import SimpleNamespace

import numpy as np
import pytest

from suite.measure.column_file import ColumnFile
from suite.measure.ended_rows import RowCounter
from suite.measure.resources import MachineUsage
from suite.measure.sampler import Sampler
from suite.measure.so_far import RoundSoFar
from suite.records.outcome import Outcome

START = 10**12
SECOND = 10**9


class Quiet:
    """A sampler of a machine on which nothing else runs."""

    usage = MachineUsage()

    def held(self, group):
        return 84_000_000

    def machine(self, begin_ns, end_ns):
        return self.usage


def planned(count, *, service=2_000_000, late=0):
    """`count` operations, one a ms, all done, and who adds them up."""
    file, starts = ColumnFile.create(count), np.arange(count, dtype=np.int64) * 1_000_000
    columns = file.reach(0)
    for name, value in (
        ("intended", 0),
        ("dispatched", late),
        ("started", late),
        ("finished", late + service),
    ):
        np.frombuffer(getattr(columns, name), np.int64)[:count] = starts + START + value
    counter = RowCounter(file, array("H", [0]), START, planned=True)
    sampler = Quiet()
    return columns, sampler, RoundSoFar([counter], sampler, START, planned=True)


def test_figures_are_those_that_the_round_would_have_if_it_ended_now():
    columns, _, seen = planned(3_000)
    columns.outcome[3] = Outcome.failed
    columns.outcome[4] = Outcome.rejected
    first, _ = seen.look(START + SECOND)
    assert (first.seconds, first.rate) == (1.0, pytest.approx(996, abs=5))
    assert first.recent is None
    assert first.p99.value is None  # too few to say
    assert first.p50.value == pytest.approx(0.002, rel=0.01)
    last, rows = seen.look(START + 3 * SECOND)
    assert last.outcomes == {
        "ok": 2_998, "rejected": 1, "timeout": 0, "failed": 1, "dropped": 0, "unfinished": 0
    }  # fmt: skip
    assert sum(map(len, rows)) == pytest.approx(2_000, abs=5)
    assert last.p99.value == pytest.approx(0.002, rel=0.01)
    assert (last.memory, last.validity.verdict) == (84_000_000, "valid")


def test_the_present_rate_is_told_apart_when_the_system_stands_still():
    _, _, seen = planned(4_000)
    for second in range(1, 9):
        found, _ = seen.look(START + second * SECOND)
    assert found.rate == pytest.approx(500)
    assert found.recent == 0.0


def test_a_generator_that_is_late_is_seen_at_once():
    _, _, seen = planned(2_000, late=5_000_000)
    found, _ = seen.look(START + 2 * SECOND)
    assert (found.validity.verdict, found.validity.reasons[0].kind) == ("invalid", "late_sends")


def test_starts_that_it_never_came_to_are_seen():
    columns, _, seen = planned(2_000)
    for row in range(1_000, 1_500):
        columns.dispatched[row] = columns.started[row] = columns.finished[row] = 0
    found, _ = seen.look(START + 2 * SECOND)
    assert [reason.kind for reason in found.validity.reasons] == ["missed_starts"]
    assert found.validity.reasons[0].figures["missed"] == 500


def test_a_noisy_machine_is_seen():
    _, sampler, seen = planned(2_000)
    sampler.usage = MachineUsage(steal=1.0)
    found, _ = seen.look(START + 2 * SECOND)
    assert (found.validity.verdict, found.validity.reasons[0].kind) == ("doubtful", "steal")


def test_before_the_measured_part_there_is_nothing_to_say():
    counter = SimpleNamespace(warm_until=lambda: None, take=lambda _now, _begin: iter(()), due=0)
    found, _ = RoundSoFar([counter], Quiet(), START, planned=False).look(START + SECOND)  # type: ignore[list-item,arg-type]
    assert (found.seconds, found.rate, sum(found.outcomes.values())) == (0.0, None, 0)


def test_a_look_samples_what_it_has_no_time_for():
    """All are counted, and the percentiles are those of an even choice."""
    _, _, seen = planned(100_000)
    found, _ = seen.look(START + 200 * SECOND)
    assert found.outcomes["ok"] == 100_000
    assert seen._response.count == 20_000


def test_memory_is_what_the_system_held_last():
    sampler = Sampler({"system": lambda: [os.getpid()]})
    assert sampler.held("system") is None
    sampler.quiet("system")
    sampler.tick(look=True)
    held = sampler.held("system")
    assert held is not None
    assert held > 1_000_000
