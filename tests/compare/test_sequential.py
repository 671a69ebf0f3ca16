"""The A/B design: its exact error, its power in simulation, and what it says."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.runs import make_histogram, make_measured, make_run
from support.variants import nightly

from suite.compare.minimum import Minimum
from suite.compare.sequential import LOOKS, Paired, judge, judge_runs, schedule
from suite.errors import ConfigurationError
from suite.records.reason import Figure, Reason
from suite.stats.ranks import mann_whitney

MINIMUM = Minimum(0.05, floor=1e-6)
MIRROR = {"regression": "improvement", "improvement": "regression"}


def paired(base, head, name="response.p50", better="lower", least=MINIMUM, **changes):
    return Paired(name, "s", better, least, tuple(base), tuple(head), **changes)


def noise(rng, kind, cv):
    """32 runs in the order in which they happen: multipliers of a time, after their logs."""
    sigma = math.sqrt(math.log1p(cv * cv))
    logs = rng.normal(0, sigma, 32)
    if kind == "heavy tail":
        logs = rng.standard_t(3, 32) * sigma / math.sqrt(3)
    elif kind == "bursts":  # a neighbour, twice, for 2 to 7 runs: 10 to 40 %
        for _ in range(2):
            start = rng.integers(0, 32)
            logs[start : start + rng.integers(2, 8)] += rng.uniform(0.1, 0.4)
    elif kind == "drift":  # 20 % from the first run to the last
        logs += np.linspace(0, 0.2, 32) * rng.choice([-1, 1])
    return np.exp(logs)


def trial(rng, kind, cv, effects=(0.0,), first_costs=0.0):
    """Metrics of one A/B of 16 pairs, in the order that `schedule` gives; head is slower by `effects`."""
    order = schedule(int(rng.integers(2**32)))
    metrics = []
    for number, effect in enumerate(effects):
        runs = iter(noise(rng, kind, cv))
        sides = {"A": [], "B": []}
        for pair in order:
            for place, side in enumerate(pair):
                sides[side].append(next(runs) * (1 + first_costs * (place == 0)))
        metrics.append(paired(sides["A"], np.array(sides["B"]) * (1 + effect), f"metric{number}"))
    return metrics


def play(metrics):
    """The standing at which it ends, as `suite ab` would see it."""
    for look in LOOKS:
        so_far = [replace(one, base=one.base[:look], head=one.head[:look]) for one in metrics]
        standing = judge(so_far)
        if standing.decision != "go on":
            return standing
    raise AssertionError("the last look must decide")


def share(trials, kind, cv, effects, decision, by=16, seed=1, **changes):
    rng = np.random.default_rng(seed)
    ends = [play(trial(rng, kind, cv, effects, **changes)) for _ in range(trials)]
    return sum(end.decision == decision and end.looked <= by for end in ends) / trials


@given(st.integers(), st.sampled_from(LOOKS))
def test_the_schedule_is_balanced_in_every_four_pairs(seed, pairs):
    order = schedule(seed, pairs)
    assert len(order) == pairs
    assert order == schedule(seed, pairs)
    for block in range(0, pairs, 4):
        assert sorted(order[block : block + 4]) == [("A", "B"), ("A", "B"), ("B", "A"), ("B", "A")]


def test_schedules_differ():
    assert len({tuple(schedule(seed)) for seed in range(100)}) > 50
    assert len(schedule(1, 5)) == 5


def test_the_error_over_all_looks_is_what_it_says():
    """Counted out: the orders of one block are all alike likely, and blocks are independent."""
    per_block = np.zeros(17)
    for chosen in itertools.combinations(range(8), 4):
        others = [i for i in range(8) if i not in chosen]
        per_block[sum(b > a for a in chosen for b in others)] += 1 / 70
    for count in (1, 2, 3):
        wins_needed = [least_wins(look, count) for look in LOOKS]
        going, crossed = np.ones(1), 0.0
        for look, needed in zip(LOOKS, wins_needed, strict=True):
            for _ in range(2 if look == 8 else 1):
                going = np.convolve(going, per_block)
            crossed += going[needed:].sum()
            going[needed:] = 0
        assert 0.8 * 0.01 / count <= crossed <= 0.01 / count
        assert needed <= 16 * 4


def least_wins(look, count):
    """Fewest wins that `judge` takes for a change at `look`, the last metric of `count` still open."""
    for wins in range(4 * look, 0, -1):
        base, head = with_wins(look, wins)
        quiet = [paired([1.0] * look, [1.0] * look, f"quiet{i}") for i in range(count - 1)]
        if judge([paired(base, head, least=Minimum(1e-9)), *quiet]).changes[0].verdict != "regression":
            return wins + 1
    raise AssertionError("everything is a regression")


def with_wins(pairs, wins):
    """Values in blocks of 4 v 4, head above base in exactly `wins` of all 4 * `pairs` pairs; the first
    blocks have the fewest, so that no earlier look decides, and the median is far above 0."""
    base, head = [], []
    lost = 4 * pairs - wins
    for _ in range(pairs // 4):
        here = min(lost, 16)
        lost -= here
        base += [1.0, 2.0, 3.0, 4.0]
        full, rest = divmod(here, 4)
        head += [0.5] * full + ([4.5 - rest] if full < 4 else []) + [9.0] * (3 - full)
    return base, head


@pytest.mark.parametrize("kind", ["lognormal", "heavy tail", "bursts", "drift"])
def test_a_fifth_slower_is_found_at_the_first_look(kind):
    assert share(60, kind, 0.02, (0.2,), "regression", by=8 if kind != "bursts" else 16) >= 0.9


@pytest.mark.exhaustive
def test_nothing_is_raised_on_equal_sides():
    for kind in ("lognormal", "bursts"):
        assert share(150, kind, 0.05, (0.0, 0.0, 0.0), "regression", seed=2) <= 0.02


def test_a_cost_of_running_first_is_no_difference():
    assert share(100, "lognormal", 0.001, (0.0,), "regression", first_costs=0.5) == 0.0


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", ["lognormal", nightly("heavy tail"), "bursts", nightly("drift")])
def test_equal_sides_raise_a_regression_in_one_of_a_hundred(kind):
    """With three metrics and 2,000 trials; 2.9 standard errors above 1 %. Real minimum effects lower it."""
    rng = np.random.default_rng(11)
    tiny = Minimum(1e-9)
    ends = [play([replace(m, least=tiny) for m in trial(rng, kind, 0.05, (0.0,) * 3)]) for _ in range(2000)]
    assert sum(end.decision == "regression" for end in ends) / 2000 <= 0.0165
    assert share(500, kind, 0.05, (0.0,) * 3, "regression", seed=12) <= 0.01


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", ["lognormal", "heavy tail", "bursts", "drift"])
def test_a_fifth_slower_among_three_metrics_is_found(kind):
    effects = (0.2, 0.0, 0.0)
    harsh = kind == "bursts"  # two in every comparison, of up to twice the effect
    assert share(500, kind, 0.05, effects, "regression") >= (0.9 if harsh else 0.95)
    by_eight = share(500, kind, 0.05, effects, "regression", by=8)
    assert by_eight >= (0.4 if harsh else 0.8)


@pytest.mark.exhaustive
def test_same_is_wrong_in_five_of_a_hundred():
    """Head slower by just the minimum effect; 2,000 trials, 2 standard errors above 5 %."""
    assert share(2000, "lognormal", 0.02, (0.05,), "same", seed=13) <= 0.06
    assert share(300, "lognormal", 0.02, (0.0,), "same", seed=14) >= 0.95


@pytest.mark.exhaustive
def test_a_drifting_machine_is_why_pairs_are_set_against_their_own_block():
    """The machine gets 20 % slower on the way, head is 6 % slower: the plain test doesn't see it."""
    rng = np.random.default_rng(15)
    trials = [trial(rng, "drift", 0.02, (0.06,)) for _ in range(300)]
    blocks = sum(play(metrics).decision == "regression" for metrics in trials)
    plain = sum(mann_whitney(metrics[0].base, metrics[0].head, "less") <= 0.01 for metrics in trials)
    assert blocks >= 240
    assert plain <= 160


values = st.lists(st.integers(90, 110).map(float), min_size=16, max_size=16)


@given(values, values, st.sampled_from(LOOKS))
def test_swapping_the_sides_mirrors_the_verdict(a, b, look):
    one = judge([paired(a[:look], b[:look])])
    other = judge([paired(b[:look], a[:look])])
    assert other.decision == MIRROR.get(one.decision, one.decision)
    higher = judge([paired(b[:look], a[:look], better="higher")])
    assert higher.decision == one.decision


@given(values, values, st.integers(-4, 4))
def test_the_unit_does_not_matter(a, b, power):
    scaled = judge([paired([v * 2.0**power for v in a], [v * 2.0**power for v in b])])
    assert scaled.decision == judge([paired(a, b)]).decision


@given(values, values, st.floats(1, 2))
def test_a_larger_shift_is_never_less_of_a_regression(a, b, factor):
    if judge([paired(a, b)]).decision == "regression":
        assert judge([paired(a, [v * factor for v in b])]).decision == "regression"


def test_before_the_first_look_nothing_is_said():
    standing = judge([paired([1.0] * 7, [9.0] * 7)])
    assert (standing.looked, standing.decision, standing.changes) == (0, "go on", ())


def test_pairs_between_looks_wait():
    rng = np.random.default_rng(4)
    base = rng.uniform(0.9, 1.1, 11)
    standing = judge([paired(base, [*rng.uniform(0.9, 1.1, 8), 5.0, 5.0, 5.0])])
    assert (standing.looked, standing.decision) == (8, "go on")


def test_after_the_last_look_it_is_inconclusive():
    rng = np.random.default_rng(4)
    standing = judge([paired(rng.uniform(0.5, 2, 16), rng.uniform(0.5, 2, 16))])
    assert (standing.looked, standing.decision) == (16, "inconclusive")
    limits: dict[str, Figure] = {"minimum": 0.05, "relative": True, "unit": "s"}
    assert standing.changes[0].reason == Reason("no_clear_change", limits)


def test_one_regression_ends_it_and_says_why():
    rng = np.random.default_rng(5)
    base = rng.uniform(0.99, 1.01, 8)
    standing = judge(
        [paired(base, base * 1.2, "a"), paired(rng.uniform(0.5, 2, 8), rng.uniform(0.5, 2, 8), "b")]
    )
    assert (standing.looked, standing.decision) == (8, "regression")
    assert [change.verdict for change in standing.changes] == ["regression", "inconclusive"]
    (change, _) = standing.changes
    assert change.shift.estimate == pytest.approx(0.2, abs=0.01)
    assert change.reason == Reason("clear_change", {"p": change.p})


def test_a_significant_trifle_is_the_same():
    rng = np.random.default_rng(6)
    base = rng.uniform(0.999, 1.001, 8)
    standing = judge([paired(base, base * 1.02)])
    assert (standing.decision, standing.changes[0].p) == ("same", pytest.approx(1 / 4900))


def test_improvement_and_same_together_end_as_improvement():
    rng = np.random.default_rng(7)
    base = rng.uniform(0.99, 1.01, 8)
    assert judge([paired(base, base * 0.7, "a"), paired(base, base, "b")]).decision == "improvement"


def test_zeros_are_the_same_and_something_from_zero_is_judged_by_difference():
    least = Minimum(0.001, relative=False)
    assert judge([paired([0.0] * 8, [0.0] * 8, least=least)]).decision == "same"
    found = judge([paired([0.0] * 8, [0.02] * 8, least=least)])
    assert found.decision == "regression"
    assert not found.changes[0].relative


def test_lower_bounds_carry_only_what_they_prove():
    rng = np.random.default_rng(8)
    base = rng.uniform(0.99, 1.01, 16)
    assert judge([paired(base, base * 1.5, at_least=(False, True))]).decision == "regression"
    for head, flags in ((base, (False, True)), (base * 0.5, (False, True)), (base * 1.5, (True, False))):
        standing = judge([paired(base, head, at_least=flags)])
        assert (standing.decision, standing.changes[0].verdict) == ("inconclusive", "inconclusive")
        assert standing.changes[0].reason == Reason("only_bound")


def test_pairs_without_a_value_are_left_out():
    rng = np.random.default_rng(9)
    base = list(rng.uniform(0.99, 1.01, 8))
    head = [value * 1.5 for value in base]
    head[1] = base[6] = None
    standing = judge([paired(base, head)])
    assert (standing.decision, standing.changes[0].p) == ("regression", pytest.approx(1 / 400))
    lacking = Reason("no_value", {"side": "base"})
    nothing = judge([paired([None] * 16, head * 2, lacking=lacking)])
    assert (nothing.decision, nothing.changes[0].reason) == ("inconclusive", lacking)


def test_metrics_that_can_t_decide_are_refused():
    one = paired([1.0], [1.0])
    for metrics in ([], [one] * 4):
        with pytest.raises(ConfigurationError, match="1 to 3 metrics"):
            judge(metrics)
    with pytest.raises(ConfigurationError, match="offered can't decide"):
        judge([paired([1.0], [1.0], "offered", "none")])


def run(seconds, **changes):
    metrics = {"response.p50": make_measured("response.p50", seconds), **changes}
    return make_run(metrics=metrics, histograms={"response": make_histogram(*[seconds * 1e3] * 200)})


def test_pairs_of_runs():
    rng = np.random.default_rng(10)
    pairs = [(run(a), run(1.3 * b)) for a, b in rng.uniform(0.99, 1.01, (8, 2))]
    standing, comparison = judge_runs(pairs, ["response.p50", "served"])
    assert standing.decision == comparison.verdict == "regression"
    assert comparison.runs == (8, 8)
    assert comparison.changes[1].reason == Reason("no_value", {"side": "both"})
    assert comparison.quantiles["response"][0].shift.estimate == pytest.approx(0.3, abs=0.02)
    bolder, _ = judge_runs(pairs, ["response.p50"], minimums={"response.p50": "50%"})
    assert bolder.decision == "same"
