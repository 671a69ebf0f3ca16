"""Changes in a history: where they are, what is known of them, and going on from there."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from studies.detect.made import flat, stepped

from suite.stats.changepoint import Detection, detect, extend


def noisy(*parts, seed=1, spread=0.02):
    """A list of values about the levels of (level, values) parts."""
    rng = np.random.default_rng(seed)
    return np.concatenate([level * np.exp(spread * rng.normal(size=n)) for level, n in parts]).tolist()


def indexes(detection):
    return [point.index for point in detection.points]


def walked(values, by=1):
    """The history as it is seen when values come one at a time, or `by` so many."""
    detection = Detection()
    for length in range(by, len(values) + 1, by):
        detection = extend(detection, values[detection.resume : length])
    return detection


def test_a_step_with_all_that_is_known_of_it():
    (point,) = detect(noisy((2.0, 60), (2.5, 60))).points
    assert point.index == point.earliest == point.latest == 60
    assert point.before == pytest.approx(2, rel=0.01)
    assert point.after == pytest.approx(2.5, rel=0.01)
    assert point.change == pytest.approx(point.after / point.before - 1)
    assert point.low < 0.25 < point.high
    assert point.high - point.low < 0.03
    assert point.p < 1e-9
    assert point.status == "confirmed"
    assert point.alert


@pytest.mark.parametrize(
    ("better", "up", "down"),
    [("lower", "worse", "better"), ("higher", "better", "worse"), ("none", "changed", "changed")],
)
def test_direction_follows_what_is_better(better, up, down):
    found = detect(noisy((1, 50), (1.5, 50), (1, 50)), better=better)
    assert [point.direction for point in found.points] == [up, down]


def test_a_change_below_two_per_cent_is_kept_without_alert():
    (point,) = detect(noisy((1, 100), (1.01, 100), spread=0.002)).points
    assert point.change == pytest.approx(0.01, abs=0.002)
    assert not point.alert


def test_a_faint_change_is_provisional():
    """Its place isn't known."""
    found = [detect(noisy((1, 200), (1.05, 200), seed=seed, spread=0.1)).points for seed in range(10)]
    points = [point for each in found for point in each]
    assert points
    assert all((point.latest - point.earliest <= 15) or point.status == "provisional" for point in points)
    assert any(point.status == "provisional" for point in points)
    assert all(point.earliest <= point.index <= point.latest for point in points)


@pytest.mark.parametrize(
    "values", [[], [1.0], [1.0, 5.0, 1.0], [None, None], [float("nan")] * 30, [None] * 5 + [2.0]]
)
def test_what_is_too_little_has_no_change(values):
    found = detect(values)
    assert (found.points, found.drift, found.length) == ((), None, len(values))
    assert walked(values).points == ()


@pytest.mark.parametrize("value", [0.0, 0.1, -3.0, 1e300, 1e-300])
def test_constant_values_have_none(value):
    found = detect([value] * 200)
    assert (found.points, found.drift) == ((), None)


def test_steps_without_noise():
    found = detect([3.0] * 40 + [4.0] * 40 + [3.0] * 40)
    assert indexes(found) == [40, 80]
    assert [point.change for point in found.points] == pytest.approx([1 / 3, -1 / 4])


def test_a_large_step_hides_no_small_one():
    """A counter that hardly varies."""
    found = detect([1_000] * 50 + [1_001] * 50 + [1_500] * 50)
    assert indexes(found) == [50, 100]
    assert [point.change for point in found.points] == pytest.approx([0.001, 499 / 1_001])


def test_what_rises_from_nothing_has_no_ratio():
    (point,) = detect([0.0] * 50 + [value * 5 for value in noisy((1, 50))]).points
    assert (point.index, point.change, point.direction) == (50, np.inf, "worse")
    assert point.alert


def test_more_spread_alone_is_no_change():
    values = [noisy((1, 150), (1, 50), seed=seed) for seed in range(20)]
    wide = [[*each[:150], *(1 + 5 * (value - 1) for value in each[150:])] for each in values]
    assert sum(len(detect(each).points) for each in wide) <= 3


def test_missing_values_keep_their_places():
    values = noisy((1, 60), (1.3, 60))
    gaps = [
        value if at % 3 else (None, float("nan"), float("inf"))[at // 3 % 3]
        for at, value in enumerate(values)
    ]
    (point,) = detect(gaps).points
    assert point.index in (60, 61)  # 60 itself is missing
    assert gaps[point.index] is not None


def test_spikes_are_no_changes():
    values = noisy((1, 200))
    for at in (20, 60, 61, 120, 199):
        values[at] *= 4
    assert detect(values).points == ()


@pytest.mark.parametrize("shift", [0.0, -5.0, -1.15])
def test_values_at_or_below_zero_have_changes_too(shift):
    values = [value - 1 + shift if shift == 0 else value + shift for value in noisy((1, 60), (1.3, 60))]
    (point,) = detect(values).points
    assert point.index == 60
    assert point.after - point.before == pytest.approx(0.3, abs=0.02)
    assert point.direction == "worse"
    assert point.low <= point.change <= point.high


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.floats(1e-6, 1e6), st.sampled_from(["normal", "bimodal"]))
def test_the_unit_does_not_matter(seed, factor, kind):
    values = np.array(stepped(np.random.default_rng(seed), kind, 120, 0.2, 0.03, 2).values)
    one, other = detect(values), detect(values * factor)
    assert indexes(one) == indexes(other)
    assert [p.change for p in one.points] == pytest.approx([p.change for p in other.points], rel=1e-6)


@pytest.mark.exhaustive
@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(0, 10_000))
def test_read_backwards_the_changes_are_the_same(seed):
    values = stepped(np.random.default_rng(seed), "normal", 150, 0.5, 0.02, 2).values
    forwards, backwards = indexes(detect(values)), indexes(detect(values[::-1]))
    assert forwards == [len(values) - at for at in reversed(backwards)]


@settings(max_examples=20, deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.integers(2, 3))
def test_every_value_several_times_moves_changes_only(seed, times):
    """What was found is found at the places that the repeats make of it."""
    values = stepped(np.random.default_rng(seed), "normal", 120, 0.5, 0.02, 1).values
    once, often = indexes(detect(values)), indexes(detect(np.repeat(values, times)))
    assert [at * times for at in once] == often


def test_false_alarms_are_rare():
    rng = np.random.default_rng(1)
    found = sum(len(detect(flat(rng, kind, 100, 0.05).values).points) for kind in ("normal", "bimodal") * 100)
    assert found <= 6  # .3 per 1,000; tests/studies/detect measures it better


def test_slow_drift_is_no_staircase():
    values = (1.001 ** np.arange(300) * np.array(noisy((1, 300)))).tolist()
    found = detect(values)
    assert found.points == ()
    assert found.drift is not None
    assert found.drift.change == pytest.approx(1.001**280 - 1, rel=0.1)
    assert found.drift.since == 0


def test_a_step_explains_what_it_is_worth():
    assert detect(noisy((1, 100), (1.3, 100))).drift is None


def test_a_step_in_a_drift_is_told_apart():
    values = 1.001 ** np.arange(300) * np.array(noisy((1, 150), (1.4, 150)))
    found = detect(values)
    assert indexes(found) == [150]
    assert found.points[0].change == pytest.approx(0.4, abs=0.03)
    assert found.drift is not None
    assert found.drift.change == pytest.approx(1.001**280 - 1, abs=0.06)


def test_an_accepted_change_pins_the_baseline_anew():
    values = (1.001 ** np.arange(300) * np.array(noisy((1, 300)))).tolist()
    found = detect(values, pinned=250)
    assert (found.drift, found.pin.index) == (None, 250)
    assert found.pin.values == tuple(values[250:270])


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.exhaustive) for seed in (1, 2))])
def test_bit_by_bit_finds_what_all_at_once_does(seed):
    values = stepped(np.random.default_rng(seed), "normal", 700, 0.2, 0.03, 4).values
    once, grown = detect(values), walked(values, by=7)
    assert indexes(grown) == indexes(once)
    assert [p.status for p in grown.points] == [p.status for p in once.points]
    assert [p.change for p in grown.points] == pytest.approx([p.change for p in once.points], abs=0.01)
    assert grown.pin == once.pin
    assert grown.length == len(values)


def test_one_at_a_time_is_no_different():
    values = noisy((1, 60), (1.2, 40))
    assert indexes(walked(values)) == indexes(detect(values)) == [60]


def test_known_changes_stay_and_new_ones_come():
    values = noisy((1, 400), (1.2, 300), (1.5, 100))
    before = detect(values[:650])
    after = detect(values, known=before.points)
    assert after.points[0] is before.points[0]
    assert indexes(after) == indexes(detect(values)) == [400, 700]


def test_only_the_tail_is_read():
    """Values before it may be gone."""
    values = noisy((1, 2_000), (1.2, 30))
    before = detect(values[:2_000])
    assert before.resume == 1_700
    gone = [None] * before.resume + values[before.resume :]
    assert (
        indexes(extend(before, gone[before.resume :]))
        == indexes(detect(gone, known=before.points))
        == [2_000]
    )


def test_the_tail_begins_at_a_settled_change():
    found = detect(noisy((1, 400), (1.5, 200)))
    assert found.resume == 400
    assert detect(noisy((1, 550), (1.5, 50))).resume == 300, "it may still move"


def test_the_tail_is_never_longer_than_300():
    values = noisy((1, 600), (1.05, 600), seed=3, spread=0.1)
    detection = detect(values[:500])
    for length in range(501, len(values) + 1, 7):
        assert detection.length - detection.resume <= 300
        detection = extend(detection, values[detection.resume : length])


def test_a_tail_that_ends_too_soon_is_refused():
    detection = detect(noisy((1, 100)))
    with pytest.raises(ValueError, match="100 values at least"):
        extend(detection, noisy((1, 50)))


@pytest.mark.parametrize("step", [25, pytest.param(5, marks=pytest.mark.exhaustive)])
def test_drift_is_found_bit_by_bit(step):
    values = (1.001 ** np.arange(500) * np.array(noisy((1, 500), spread=0.01))).tolist()
    found = walked(values, by=step)
    assert found.drift is not None
    assert found.pin.values == tuple(values[:20])


def test_what_is_given_stays_as_it_is():
    values = np.array(noisy((1, 50), (1.5, 50)))
    before = values.copy()
    detect(values)
    assert (values == before).all()
