"""From readings to metrics and series."""

import pytest

from suite import Observe
from suite.measure.exposition import Exposition
from suite.measure.observed import observed
from suite.measure.system_reading import SystemReading

SECOND = 1_000_000_000
SOURCE = Observe("/metrics")
BEGIN, END = 10 * SECOND, 14 * SECOND


def reading(second, values=None, *, counters=(), presumed=(), failure="", process=None, when="beside"):
    found = None
    if not failure:
        found = Exposition(values, frozenset(values), frozenset(counters), frozenset(presumed), None, process)
    at = round(second * SECOND)
    return SystemReading(0, when, at - SECOND // 100, at, found, failure)


def counted(*values, begin=9, **options):
    return [
        reading(begin + at, {"waits_total": value}, counters=["waits_total"], **options)
        for at, value in enumerate(values)
    ]


def kinds(result):
    return [reason.kind for reason in result.doubts]


def test_a_gauge_has_its_mean_and_its_largest_within_the_measured_part():
    readings = [
        reading(at, {"out": value}) for at, value in [(9, 50), (10.5, 2), (12, 4), (13, 3), (14.5, 99)]
    ]
    result = observed([SOURCE], readings, BEGIN, END)
    assert result.metrics == {"observed.out.mean": 3, "observed.out.max": 4}
    assert result.observations[0].values == {"out": (50, 2, 4, 3, 99)}
    assert result.observations[0].second == (-1, 0.5, 2, 3, 4.5)


def test_a_counter_has_what_it_grew_by_and_how_fast():
    result = observed([SOURCE], counted(0, 10, 30, 30, 40, 90, 90), BEGIN, END)
    assert result.metrics == {"observed.waits_total": 80, "observed.waits_total.rate": 20}
    assert result.observations[0].counters == ("waits_total",)
    assert not result.doubts


def test_between_readings_a_counter_grows_evenly():
    readings = [reading(at, {"n": value}, counters=["n"]) for at, value in [(8, 0), (12, 400), (16, 400)]]
    assert observed([SOURCE], readings, BEGIN, END).metrics["observed.n"] == pytest.approx(200)


def test_a_reading_that_does_not_come_costs_a_counter_nothing():
    whole = counted(0, 10, 30, 30, 40, 90, 90)
    whole[2] = reading(11, failure="timeout")
    whole[3] = reading(12, failure="timeout")
    result = observed([SOURCE], whole, BEGIN, END)
    assert result.metrics["observed.waits_total"] == 80
    assert result.observations[0].failures == {"timeout": 2}


def test_without_a_reading_there_is_no_value_and_the_note_says_why():
    result = observed([SOURCE], [reading(9, {"out": 1}), *counted(5, begin=9)], BEGIN, END)
    assert set(result.metrics.values()) == {None}
    assert set(result.notes.values()) == {"it was not read within the measured part"}


def test_a_system_that_starts_anew_leaves_a_lower_bound():
    result = observed([SOURCE], counted(100, 110, 120, 3, 13, 23, 23), BEGIN, END)
    assert result.metrics["observed.waits_total"] == 33
    assert "observed.waits_total" in result.at_least
    assert kinds(result) == ["observed_restart"]


def test_a_system_that_is_killed_on_purpose_is_not_doubted_for_it():
    readings = counted(100, 110, 120, 3, 13, 23, 23)
    assert kinds(observed([SOURCE], readings, BEGIN, END, killed=True)) == []


def test_processes_that_answer_in_turns_have_no_counters_together():
    result = observed([SOURCE], counted(100, 90, 120, 105, 140, 120, 150), BEGIN, END)
    assert result.metrics["observed.waits_total"] is None
    assert "several processes" in result.notes["observed.waits_total"]
    assert result.observations[0].in_turns
    assert not result.doubts  # of the load it says nothing


def test_the_start_of_a_process_tells_it_from_others_though_no_counter_falls():
    readings = [
        reading(9 + at, {"n": 10 * at}, counters=["n"], process=process)
        for at, process in enumerate([1, 1, 2, 2, 1, 1, 1])
    ]
    assert observed([SOURCE], readings, BEGIN, END).observations[0].in_turns
    renewed = [
        reading(9 + at, {"n": 0}, counters=["n"], process=process)
        for at, process in enumerate([1, 1, 1, 2, 2, 2, 2])
    ]
    assert not observed([SOURCE], renewed, BEGIN, END).observations[0].in_turns


def test_what_only_looks_like_a_counter_is_a_gauge_if_it_falls():
    readings = [reading(9 + at, {"active_count": value}, presumed=["active_count"])
                for at, value in enumerate([1, 5, 2, 4, 3, 1, 0])]  # fmt: skip
    result = observed([SOURCE], readings, BEGIN, END)
    assert result.metrics["observed.active_count.max"] == 5
    assert not result.doubts
    rising = [reading(9 + at, {"waits": at}, presumed=["waits"]) for at in range(7)]
    assert observed([SOURCE], rising, BEGIN, END).metrics["observed.waits"] == 4


def test_a_figure_that_comes_and_goes_is_none_in_between():
    readings = [reading(9 + at, {"a": 1} | ({"b": at} if at % 2 else {})) for at in range(6)]
    assert observed([SOURCE], readings, BEGIN, END).observations[0].values["b"] == (None, 1, None, 3, None, 5)


def test_of_many_names_those_that_are_wanted_are_kept_and_the_others_counted():
    values = {f"n{at:03}": 1 for at in range(150)}
    (kept,) = observed([SOURCE], [reading(11, values)], BEGIN, END, wanted={"n149"}).observations
    assert len(kept.values) == 100
    assert "n149" in kept.values
    assert kept.left_out == 50


def test_of_a_long_round_every_second_reading_is_kept():
    values = {f"n{at:03}": 1 for at in range(100)}
    readings = [reading(at, values) for at in range(3000)]
    (kept,) = observed([SOURCE], readings, 0, 3000 * SECOND).observations
    assert len(kept.second) == 1500


def test_of_readings_before_and_after_the_load_the_nearest_are_shown():
    readings = [
        *(reading(at, {"a": at}, when="before") for at in (1, 2, 3)),
        reading(11, {"a": 11}),
        *(reading(at, {"a": at}, when="after") for at in (15, 16)),
    ]
    assert observed([SOURCE], readings, BEGIN, END).observations[0].values["a"] == (3, 11, 16)
