"""From a regression to the function: costs compared, py-spy's output read, both sides profiled for real."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suite.ab.profile import collapsed, kind_of
from suite.compare.profilediff import LEAST, SURE, Function, Profile, difference
from suite.leaks.site import Sites

A, B, C, D = (Function(name, f"work/{name}.py") for name in "abcd")
COSTS = st.dictionaries(
    st.lists(st.sampled_from([A, B, C, D]), min_size=1, max_size=5).map(tuple),
    st.floats(0, 1e3, allow_subnormal=False),
    max_size=6,
)
REPEATS = st.lists(COSTS, min_size=1, max_size=3)


def profiles(repeats, grain=0.0):
    return [Profile(costs, grain) for costs in repeats]


def slowly(repeats, function):
    """(own, total) means, the long way round."""
    own = sum(cost for costs in repeats for stack, cost in costs.items() if stack[-1] == function)
    total = sum(cost for costs in repeats for stack, cost in costs.items() if function in stack)
    return own / len(repeats), total / len(repeats)


@given(REPEATS, REPEATS)
def test_rows_are_what_summing_up_stack_by_stack_gives(base, head):
    found = difference(profiles(base), profiles(head))
    for row in found.rows:
        for side, own, total in (
            (base, row.own.before, row.total.before),
            (head, row.own.after, row.total.after),
        ):
            assert (own, total) == pytest.approx(slowly(side, row.function))
            assert own <= total * (1 + 1e-9)
    whole = [sum(sum(costs.values()) for costs in side) / len(side) for side in (base, head)]
    assert [found.whole.before, found.whole.after] == pytest.approx(whole)
    assert sum(found.before.values()) == pytest.approx(whole[0])
    assert sum(found.after.values()) == pytest.approx(whole[1])


@given(REPEATS, REPEATS)
def test_a_row_changed_by_more_than_the_noise(base, head):
    found = difference(profiles(base), profiles(head))
    least = LEAST * found.whole.before
    for row in found.rows:
        assert any(abs(cost.change) > max(SURE * cost.error, least) for cost in (row.own, row.total))


@given(REPEATS, REPEATS)
def test_the_other_way_round_all_changes_have_the_other_sign(base, head):
    there = difference(profiles(base, 1.0), profiles(head, 1.0))
    back = difference(profiles(head, 1.0), profiles(base, 1.0))
    assert there.whole.change == pytest.approx(-back.whole.change)
    assert there.whole.error == pytest.approx(back.whole.error)


@given(REPEATS)
def test_a_side_against_itself_has_no_causes(costs):
    assert difference(profiles(costs), profiles(costs)).rows == ()


def test_what_costs_more_itself_comes_before_who_calls_it_and_what_costs_less():
    base = {(A, B): 5.0, (A, C): 5.0, (A, D): 1.0, (D,): 9.0}
    head = {(A, B): 9.0, (A, C): 7.0, (A, D): 0.5, (D,): 9.0}
    found = difference(profiles([base] * 3), profiles([head] * 3))
    assert [row.function for row in found.rows] == [B, C, D, A]
    assert found.rows[0].own[:2] == (5.0, 9.0)
    assert found.rows[-1].own[:2] == (0.0, 0.0)
    assert found.rows[-1].total[:2] == (11.0, 16.5)


def test_who_calls_everything_is_no_cause():
    found = difference(profiles([{(A, B): 5.0, (A, C): 5.0}] * 2), profiles([{(A, B): 9.0, (A, C): 5.0}] * 2))
    assert [row.function for row in found.rows] == [B]


def test_what_varies_from_repeat_to_repeat_is_noise():
    base = [{(A,): 10.0, (B,): cost} for cost in (4.0, 7.0, 5.0)]
    head = [{(A,): 14.0, (B,): cost} for cost in (5.0, 8.0, 6.0)]
    assert [row.function for row in difference(profiles(base), profiles(head)).rows] == [A]


@pytest.mark.parametrize(("grain", "causes"), [(0.01, [A]), (1.0, [])])
def test_few_samples_prove_nothing(grain, causes):
    found = difference(profiles([{(A,): 4.0}] * 3, grain), profiles([{(A,): 8.0}] * 3, grain))
    assert [row.function for row in found.rows] == causes


def test_a_function_that_calls_itself_counts_once():
    (row,) = difference(
        profiles([{(A, B, A): 1.0, (B,): 2.0}]), profiles([{(A, B, A): 3.0, (B,): 2.0}])
    ).rows[:1]
    assert row.function == A
    assert (row.own[:2], row.total[:2]) == ((1.0, 3.0), (1.0, 3.0))


def test_stacks_as_py_spy_writes_them(tmp_path):
    text = (
        'process 7:"python -c a;b (c)";'
        f"<module> ({tmp_path}/run.py:3);Worker.turn ({tmp_path}/shop/it.py) 30\n"
        f"<module> ({tmp_path}/run.py:4);Worker.turn ({tmp_path}/shop/it.py) 12\n"
        "loads (/usr/lib/python3.11/json/__init__.py) 5\n"
        "get (/venv/lib/python3.11/site-packages/lib/get.py) 1\n"
        'process 8:"nothing that runs" 4\n'
        "\n"
    )
    assert collapsed(text, Sites([tmp_path])) == {
        (Function("<module>", "run.py"), Function("Worker.turn", "shop/it.py")): 42,
        (Function("loads", "stdlib/json/__init__.py"),): 5,
        (Function("get", "site-packages/lib/get.py"),): 1,
    }


def test_the_metric_chooses_the_profiler():
    names = ("time_per_operation", "response.p99", "cpu.per_operation", "memory.peak")
    assert [kind_of(name) for name in names] == ["time", "time", "time", "memory"]
