"""A plan shared out is handed out once and whole, whoever comes and goes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from suite.engine.plan_share import PlanShare

STARTS = np.sort(np.random.default_rng(3).integers(0, 1000, 400))


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(1, 5)), max_size=5), st.integers(1, 400))
def test_all_together_take_each_start_once(changes, step):
    epochs = [(0, 3), *sorted(changes)]
    shares = [PlanShare(STARTS) for _ in range(5)]
    for since, members in epochs:
        for mine, share in enumerate(shares):
            share.share(since, members, mine)
    taken = [
        start
        for share in shares
        for until in [*range(0, 1000, step), 1001]
        for start in share.due(until).tolist()
    ]
    assert sorted(taken) == STARTS.tolist()
    assert all(share.over for share in shares)


def test_nobody_bursts_together():
    starts = np.arange(100) * 10
    halves = [PlanShare(starts), PlanShare(starts)]
    for mine, half in enumerate(halves):
        half.share(0, 2, mine)
    assert not set(halves[0].due(2000).tolist()) & set(halves[1].due(2000).tolist())


def test_before_its_share_it_has_none():
    share = PlanShare(np.arange(10))
    share.share(5, 1, 0)
    assert share.due(3).tolist() == []
    assert not share.over
    assert share.due(100).tolist() == [5, 6, 7, 8, 9]
    assert share.over
