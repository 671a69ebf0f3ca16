"""Two sets of stored Runs in, verdicts out."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.runs import make_comparison, make_histogram, make_measured, make_run, validity_of

from suite.compare.compare import compare, quantile_shifts
from suite.compare.likeness import Unlike
from suite.errors import ConfigurationError
from suite.records.comparison import Change, Shift, conclude
from suite.records.reason import Figure, Reason
from suite.records.run import Failure

BASE, HEAD = "a" * 40, "b" * 40
MIRROR = {"regression": "improvement", "improvement": "regression"}
_ids = count()


def run(commit=BASE, minute=0, apart=20, **metrics):
    """A Run of metrics like response_p50=1.0 or, round by round, (1.0, 1.1); each has a moment of its own."""
    measured = {}
    for name, values in metrics.items():
        name = name.replace("_", ".", 1)
        measured[name] = make_measured(name, *(values if isinstance(values, tuple) else (values,)))
    return make_run(
        id=str(next(_ids)),
        commit=commit,
        started=(datetime(2024, 5, 1, tzinfo=UTC) + timedelta(minutes=apart * minute)).isoformat(),
        metrics=measured,
        thresholds=(),
        histograms={},
    )


def p50(values, commit=BASE, first=0, step=1, **how):
    return [run(commit, first + step * i, response_p50=value, **how) for i, value in enumerate(values)]


STEADY = [1.0, 1.01, 0.99, 1.005, 0.995, 1.008, 0.992, 1.0]


LIMITS: dict[str, Figure] = {"minimum": 0.05, "relative": True, "unit": "s"}


def only(comparison):
    (change,) = comparison.changes
    return change


def test_one_run_is_judged_against_the_spread_of_eight():
    base = p50(STEADY)
    slower = compare(base, p50([1.3], HEAD, 60))
    assert slower.verdict == "regression"
    assert only(slower).shift.estimate == pytest.approx(0.3, abs=0.01)
    assert only(slower).shift.low == pytest.approx(0.278, abs=0.001)
    assert only(slower).reason == Reason("clear_change", {"p": only(slower).p})
    assert (slower.base, slower.head, slower.runs) == ("a" * 12, "b" * 12, (8, 1))
    assert compare(base, p50([0.7], HEAD, 60)).verdict == "improvement"
    same = compare(base, p50([1.004], HEAD, 60))
    assert same.verdict == "same"
    assert only(same).reason == Reason("within_minimum", LIMITS)


def test_noise_is_no_regression():
    noisy = p50([1.0, 1.3, 0.8, 1.2, 0.7, 1.1, 0.9, 1.25])
    change = only(compare(noisy, p50([1.3], HEAD, 60)))
    assert change.verdict == "inconclusive"
    assert change.reason == Reason("no_clear_change", LIMITS)


def test_three_rounds_against_three_prove_nothing():
    change = only(compare([run(response_p50=(1.0, 1.0, 1.0))], [run(HEAD, response_p50=(9.0, 9.0, 9.0))]))
    assert change.verdict == "inconclusive"
    assert change.shift.estimate == pytest.approx(8.0)
    assert change.reason == Reason("few_base_runs", {"runs": 1, "wanted": 8})
    seven = compare(p50(STEADY[:7]), p50([9.0] * 7, HEAD, 60))
    assert only(seven).verdict == "inconclusive"
    assert only(seven).reason.figures["runs"] == 7


def test_runs_of_one_moment_count_once():
    """Eight new Runs in a row share what befell the machine then; taking turns they don't."""
    base = p50([1.0, 1.1, 0.9, 1.08, 0.92, 1.05, 0.95, 1.0], step=2)
    head = [1.15, 1.16, 1.15, 1.17, 1.15, 1.16, 1.17, 1.15]
    assert compare(base, p50(head, HEAD, 60)).verdict == "inconclusive"
    assert compare(base, p50(head, HEAD, 1, 2)).verdict == "regression"


def test_runs_in_a_row_leave_room_for_other_moments():
    base = p50(STEADY, apart=1)
    for runs, verdict in ((2, "inconclusive"), (3, "regression")):
        found = compare(base, p50([1.4] * runs, HEAD, 60, apart=1))
        assert found.verdict == verdict
    assert found.notes == (Reason("few_moments", {"moments": 1, "wanted": 8, "allowed": 0.05}),)
    few = only(compare(base, p50([1.4] * 2, HEAD, 60, apart=1)))
    figures = {"runs": 2, "rounds": 6, "wanted_runs": 3, "wanted_rounds": 5}
    assert few.reason == Reason("few_head_runs", figures)
    assert compare(base, p50([1.12] * 3, HEAD, 60, apart=1)).verdict == "inconclusive"
    assert compare(p50(STEADY), p50([1.12] * 3, HEAD, 60)).verdict == "regression"


def test_a_rate_is_better_higher():
    base = [run(minute=i, throughput=value * 100) for i, value in enumerate(STEADY)]
    assert compare(base, [run(HEAD, 60, throughput=70.0)]).verdict == "regression"
    assert compare(base, [run(HEAD, 60, throughput=140.0)]).verdict == "improvement"


def test_more_metrics_ask_for_more_evidence():
    base = p50([1.0, 1.05, 0.95, 1.03, 0.97, 1.02, 0.98, 1.0])
    head = p50([1.15], HEAD, 60)
    assert compare(base, head).verdict == "regression"
    others = {f"response.p95@{i}": make_measured("response.p95", 1.0) for i in range(20)}
    base = [replace(one, metrics={**one.metrics, **others}) for one in base]
    head = [replace(one, metrics={**one.metrics, **others}) for one in head]
    found = compare(base, head, metrics=["response.p50", *others])
    assert found.changes[0].verdict == "inconclusive"
    assert {change.verdict for change in found.changes[1:]} == {"same"}


def test_the_median_round_stands_for_a_run_but_bad_ratios_are_not_overlooked():
    base = [run(minute=i, response_p50=(v, v, 9.0), failures=(0.0, 0.0, 0.0)) for i, v in enumerate(STEADY)]
    head = run(HEAD, 60, response_p50=(9.0, 1.0, 1.0), failures=(0.0, 0.0, 0.3))
    found = {change.metric: change for change in compare(base, [head]).changes}
    assert (found["response.p50"].verdict, found["response.p50"].head) == ("same", 1.0)
    assert (found["failures"].verdict, found["failures"].relative) == ("regression", False)
    assert found["failures"].shift.estimate == pytest.approx(0.1)


def test_zero_on_both_sides_is_the_same_however_few():
    change = only(compare([run(failures=0.0)], [run(HEAD, failures=0.0)]))
    assert change.verdict == "same"
    assert change.shift == Shift(0.0, 0.0, 0.0)
    assert change.reason.kind == "within_minimum"
    assert change.reason.figures == {"minimum": 0.001, "relative": False, "unit": "ratio"}


def test_negative_values_are_judged_by_difference():
    base = [run(minute=i, memory_growth=1e5 * (i - 4)) for i in range(8)]
    assert compare(base, [run(HEAD, 60, memory_growth=50e6)]).verdict == "regression"
    assert compare(base, [run(HEAD, 60, memory_growth=-2e5)]).verdict == "same"


def test_invalid_runs_and_failed_ones_never_count():
    base = p50(STEADY)
    base += [replace(one, validity=validity_of("invalid", "late")) for one in p50([9.0] * 5, first=20)]
    base.append(replace(p50([9.0], first=30)[0], error=Failure("worker", "died")))
    found = compare(base, p50([1.0], HEAD, 60))
    assert (found.verdict, found.runs) == ("same", (8, 1))
    assert Reason("invalid_runs", {"side": "base", "invalid": 6, "of": 14}) in found.notes
    nothing = compare(p50(STEADY), [replace(base[-1], commit=HEAD)])
    assert (nothing.verdict, nothing.changes) == ("inconclusive", ())
    assert Reason("no_valid_run", {"side": "head", "metric": "response.p50"}) in nothing.notes


def test_doubt_travels_along():
    head = replace(p50([1.0], HEAD, 60)[0], validity=validity_of("doubtful", "busy machine"))
    found = compare(p50(STEADY), [head])
    (note,) = found.notes
    assert (found.verdict, note.kind) == ("same", "doubtful")
    busy = {"because": "text", "text": "busy machine"}
    assert note.figures == {"side": "head", "doubtful": 1, "of": 1, **busy}


def test_a_metric_on_one_side_is_a_line_and_a_verdict_only_where_asked_for():
    base = p50(STEADY)
    new = run(HEAD, 60, response_p50=1.0, response_p95=2.0)
    found = compare(base, [new])
    assert [change.metric for change in found.changes] == ["response.p50"]
    assert Reason("no_value", {"metric": "response.p95", "side": "base"}) in found.notes
    asked = compare(base, [new], metrics=["response.p95", "nonsense"])
    assert [change.verdict for change in asked.changes] == ["inconclusive", "inconclusive"]
    assert asked.changes[0].head == 2.0
    assert asked.changes[1].reason == Reason("no_value", {"side": "both"})


def test_why_a_value_is_missing_is_said():
    few = replace(make_measured("response.p99"), note="needs 1,000 samples, has 8")
    head = replace(run(HEAD, 60), metrics={"response.p99": few})
    found = compare([run(minute=i, response_p99=1.0) for i in range(8)], [head])
    figures = {"metric": "response.p99", "side": "head", "note": few.note}
    assert Reason("no_value", figures) in found.notes


def test_lower_bounds_carry_only_what_they_prove():
    base = p50(STEADY)

    def bound(value):
        one = p50([value], HEAD, 60)[0]
        return replace(one, metrics={"response.p50": replace(one.metrics["response.p50"], at_least=True)})

    assert compare(base, [bound(2.0)]).verdict == "regression"
    assert only(compare(base, [bound(2.0)])).shift.high == math.inf
    for value in (1.0, 0.5):
        assert only(compare(base, [bound(value)])).reason == Reason("only_bound")


def test_a_metric_that_has_no_better_way_has_no_verdict_but_same():
    base = [run(minute=i, rejected=value / 10) for i, value in enumerate(STEADY)]
    assert compare(base, [run(HEAD, 60, rejected=0.9)]).changes == ()
    change = only(compare(base, [run(HEAD, 60, rejected=0.9)], metrics=["rejected"]))
    assert (change.verdict, change.p) == ("inconclusive", None)


def test_thresholds_say_what_matters():
    base = [make_run(id=str(i), thresholds=()) for i in range(8)]
    assert "response.max" not in [change.metric for change in compare(base, [make_run()]).changes]
    judged = replace(make_run().thresholds[0], metric="response.max")
    found = compare(base, [make_run(thresholds=(judged,))])
    assert "response.max" in [change.metric for change in found.changes]


def test_minimums_can_be_set():
    base, head = p50(STEADY), p50([1.3], HEAD, 60)
    assert compare(base, head, minimums={"response.p50": "50%"}).verdict == "same"


def test_what_must_not_be_compared_is_refused_in_one_go():
    base, head = p50(STEADY), p50([1.0], HEAD, 60)
    other = [replace(one, environment={"cpu": "y", "cores": 2}) for one in head]
    base = [replace(one, environment={"cpu": "x", "cores": 2}) for one in base]
    hardware = Reason("other_hardware", {"fact": "cpu", "base": "x", "head": "y"})
    with pytest.raises(Unlike, match="other_hardware") as caught:
        compare(base, other)
    assert caught.value.reasons == (hardware,)
    allowed = compare(base, other, anywhere=True)
    assert (allowed.verdict, allowed.notes) == ("same", (hardware,))
    open_loop = [replace(one, plan={"loop": "open", "rate": 5.0}) for one in other]
    with pytest.raises(Unlike) as caught:
        compare(base, open_loop, anywhere=True)
    assert caught.value.reasons == (Reason("other_loop", {"base": "closed", "head": "open"}),)
    with pytest.raises(ConfigurationError, match="no runs"):
        compare([], head)


def test_other_software_is_a_note_once():
    base = [replace(one, environment={"cpu": "x", "python": "3.11"}) for one in p50(STEADY)]
    head = [replace(one, environment={"cpu": "x", "python": "3.12"}) for one in p50([1.0], HEAD, 60)]
    assert compare(base, head).notes == (
        Reason("other_software", {"fact": "python", "base": "3.11", "head": "3.12"}),
    )


values = st.lists(st.integers(80, 120).map(float), min_size=8, max_size=10)


@given(values, values, st.integers(-3, 3))
@settings(deadline=None)
def test_swapping_sides_mirrors_the_verdict_and_units_do_not_matter(a, b, power):
    base, head = p50(a, step=2), p50(b, HEAD, 1, 2)
    found = compare(base, head).verdict
    assert compare(head, base).verdict == MIRROR.get(found, found)
    scaled = compare(p50([v * 2.0**power for v in a], step=2), p50([v * 2.0**power for v in b], HEAD, 1, 2))
    assert scaled.verdict == found


@given(values, st.floats(80, 120), st.floats(1, 3))
@settings(deadline=None)
def test_a_larger_shift_is_never_less_of_a_regression(a, value, factor):
    if compare(p50(a), p50([value], HEAD, 60)).verdict == "regression":
        assert compare(p50(a), p50([value * factor], HEAD, 60)).verdict == "regression"


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("comparisons", "most"), [(100, 3), pytest.param(600, 14, marks=pytest.mark.exhaustive)]
)
def test_stored_runs_without_a_change_raise_a_regression_in_one_of_a_hundred(comparisons, most):
    """Four metrics, a run CV of 5 % between moments, minimum effects all but off."""
    rng = np.random.default_rng(21)
    names = ["response_p50", "response_p95", "response_p99", "throughput"]
    tiny = dict.fromkeys([name.replace("_", ".") for name in names], 1e-9)
    regressions = 0
    for _ in range(comparisons):
        table = np.exp(rng.normal(0, 0.05, (9, 4)))
        runs = [run(minute=i, **dict(zip(names, row, strict=True))) for i, row in enumerate(table)]
        regressions += compare(runs[:8], runs[8:], minimums=tiny).verdict == "regression"
    assert regressions <= most  # where one or six are expected


def shaped(scale, seed):
    rng = np.random.default_rng(seed)
    milliseconds = rng.lognormal(0, 0.3, 20_000)
    milliseconds[milliseconds > np.quantile(milliseconds, 0.9)] *= scale
    return make_run(histograms={"response": make_histogram(*milliseconds)})


def test_quantile_shifts_show_where_a_distribution_moved():
    base, head = [shaped(1.0, i) for i in range(4)], [shaped(1.5, i) for i in range(4, 8)]
    found = {one.quantile: one for one in quantile_shifts(base, head)}
    assert list(found) == [0.01, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99, 0.999]
    assert found[0.5].shift.low <= 0 <= found[0.5].shift.high
    assert found[0.99].shift.estimate == pytest.approx(0.5, abs=0.05)
    assert found[0.99].shift.low > 0.3
    assert compare(base, head).quantiles["response"] == tuple(found.values())


def test_quantiles_of_few_operations_are_not_shown_and_bounds_are_marked():
    few = make_run(histograms={"response": make_histogram(*[1.0] * 30, beyond=(5.0,) * 10)})
    shifts = quantile_shifts([few], [few])
    assert [(one.quantile, one.at_least) for one in shifts] == [(0.25, False), (0.5, False), (0.75, False)]
    assert shifts[0].shift == Shift(0.0, -1.0, math.inf)
    assert quantile_shifts([few], [make_run(histograms={})]) == ()


def change(verdict):
    return Change("response.p50", "s", "lower", 1.0, 2.0, verdict, Reason.of_text("why"))


@pytest.mark.parametrize(
    ("verdicts", "conclusion", "code"),
    [
        ([["same"]], "same", 0),
        ([["same", "improvement"], ["same"]], "improvement", 0),
        ([["improvement"], ["inconclusive"]], "inconclusive", 3),
        ([["regression", "improvement"], ["inconclusive"]], "regression", 1),
        ([["same"], []], "inconclusive", 3),
        ([["regression"], []], "regression", 1),
        ([], "inconclusive", 3),
    ],
)
def test_many_comparisons_end_in_one_code(verdicts, conclusion, code):
    found = conclude(
        make_comparison(f"w{i}", "a", "b", tuple(change(v) for v in some)) for i, some in enumerate(verdicts)
    )
    assert (found.verdict, found.exit_code) == (conclusion, code)
    assert found.reasons
