"""How far stored Runs lie from others: rare is what is called rare; what nobody measured is allowed for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.runs import make_run
from support.variants import exhaustive

from suite.compare.reference_distribution import DRIFT, ENOUGH, Draws, ReferenceDistribution, few
from suite.records.reason import Reason

EIGHT = np.arange(1.0, 9.0)
DEVIATION = np.std(EIGHT, ddof=1)
HOUR = 3600.0


def apart(values):
    """Draws an hour apart."""
    return Draws(np.asarray(values, float), tuple(HOUR * at for at in range(len(values))))


def together(values):
    """Draws within a moment."""
    return Draws(np.asarray(values, float), tuple(float(at) for at in range(len(values))))


def one(value):
    return np.array([value])


def test_moments_are_runs_with_ten_minutes_between_them():
    draws = Draws(np.array([1.0, 5.0, 3.0, 9.0, 8.0]), (0.0, 1300.0, 500.0, 1000.0, 2000.0))
    assert draws.by_moment().tolist() == [4.0, 8.0]
    assert together(EIGHT).by_moment().tolist() == [4.5]
    assert apart(EIGHT).by_moment().tolist() == EIGHT.tolist()


def test_from_eight_moments_on_it_is_student_s_with_few_degrees():
    spread = ReferenceDistribution(apart(EIGHT), DRIFT)
    error = DEVIATION * np.sqrt(1 + np.pi / 2 / 8)
    shift = spread.shift(one(4.5), 0.95)
    assert (shift.estimate, shift.high) == (0.0, pytest.approx(2.776445 * error, rel=1e-6))
    rose, fell = spread.p(one(4.5 + 3.746947 * error))
    assert (rose, fell) == (pytest.approx(0.01, rel=1e-5), pytest.approx(1.0))
    many = np.full(5, 4.5 + 3.746947 * error)
    assert spread.p(many) == (rose, fell)  # however many they are, they share a moment


def test_within_a_moment_each_run_counts_and_drift_is_added():
    spread = ReferenceDistribution(together(EIGHT), 2.0)
    for count, own in ((1, 1.0), (5, np.pi / 2 / 5)):
        error = np.sqrt(DEVIATION**2 * (own + np.pi / 2 / 8) + 4.0)
        assert spread.shift(np.full(count, 4.5), 0.95).high == pytest.approx(2.364624 * error, rel=1e-6)
    assert ReferenceDistribution(together(EIGHT), 0.0).shift(one(4.5), 0.95).high == pytest.approx(
        2.776445 * DEVIATION * np.sqrt(1 + np.pi / 2 / 8), rel=1e-6
    )


def test_what_base_had_before_is_never_rare():
    assert ReferenceDistribution(apart([*[0.0] * 28, 0.01, 9.0]), 0.0).p(one(8.9))[0] == pytest.approx(2 / 31)


def test_without_spread_any_difference_is_one():
    spread = ReferenceDistribution(together([5.0] * 8), 0.0)
    chances = [spread.p(one(value)) for value in (6.0, 4.0, 5.0)]
    assert chances == [(0.0, 1.0), (1.0, 0.0), (1.0, 1.0)]
    assert spread.shift(one(6.0), 0.9).low == 1.0


@given(
    st.lists(st.floats(-9, 9), min_size=2, max_size=20),
    st.lists(st.floats(-20, 20), min_size=1, max_size=5),
    st.floats(0, 20),
    st.booleans(),
    st.sampled_from([0.0, 0.05]),
)
def test_further_out_is_never_likelier_and_sides_mirror(base, head, more, spaced, drift):
    draws = apart if spaced else together
    spread, mirrored = (
        ReferenceDistribution(draws(base), drift),
        ReferenceDistribution(draws([-value for value in base]), drift),
    )
    here = np.array(head)
    assert spread.p(here + more)[0] <= spread.p(here)[0] + 1e-9
    assert spread.p(here) == pytest.approx(mirrored.p(-here)[::-1], abs=1e-9)


@pytest.mark.exhaustive
@pytest.mark.parametrize("heavy", [exhaustive(False), True])
def test_one_more_draw_is_called_rare_about_as_often_as_it_is(heavy):
    """4,000 draws: a standard error is .16 %."""
    rng = np.random.default_rng(3)
    table = rng.standard_t(3, (4000, 9)) if heavy else rng.normal(0, 1, (4000, 9))
    p = np.array([ReferenceDistribution(apart(row[:8]), DRIFT).p(row[8:])[0] for row in table])
    assert 0.001 <= (p <= 0.01).mean() <= (0.015 if heavy else 0.01)


def test_runs_in_a_row_do_not_speak_for_another_hour():
    """Of 120 real runs in four minutes, 8 in a row took another stretch for a regression in 13 of 100 gates:
    runs close together agree to 2 %, and the machine moves by 5 %."""
    rng = np.random.default_rng(5)
    alarms = dict.fromkeys((0.0, DRIFT), 0)
    for _ in range(2000):
        base, head = (rng.normal(rng.normal(0, 0.05), 0.02, count) for count in (8, 3))
        for drift in alarms:
            alarms[drift] += ReferenceDistribution(together(base), drift).p(head)[0] <= 0.01
    assert alarms[0.0] > 0.1 * 2000
    assert alarms[DRIFT] < 0.02 * 2000


@pytest.mark.parametrize(
    ("unit", "rounds", "apart", "figures"),
    [
        ("s", (3,), False, (1, 3, 3, 5)),
        ("1/s", (1, 1, 1), False, (3, 3, 3, 5)),
        ("s", (1, 1), True, (2, 2, 1, 3)),
        ("s", (3,), True, None),
        ("s", (2, 2, 1), False, None),
        ("s", (1,) * 5, False, None),
        ("B", (1,), False, None),
        ("ratio", (1,), False, None),
    ],
)
def test_what_a_verdict_wants_of_head(unit, rounds, apart, figures):
    found = few(unit, [make_run(rounds=count) for count in rounds], apart=apart)
    names = ("runs", "rounds", "wanted_runs", "wanted_rounds")
    assert found == (figures and Reason("few_head_runs", dict(zip(names, figures, strict=True))))


def test_what_is_assumed_is_said():
    assert ReferenceDistribution(apart(EIGHT), DRIFT).assumption is None
    said = ReferenceDistribution(together(EIGHT), DRIFT).assumption
    assert said == Reason("few_moments", {"moments": 1, "wanted": ENOUGH, "allowed": DRIFT})
