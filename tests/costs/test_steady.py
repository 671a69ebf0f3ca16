"""When windows agree."""

import pytest

from suite.costs.clock_work import NONE, ClockWork
from suite.costs.passes import Pass, doubts
from suite.costs.steady import ALLOWED, SCHEDULED, agree, steady, value
from suite.records.costs import COSTS, CountedCost
from suite.records.reason import Reason

INSTRUCTIONS = "cost.instructions"
WHY = Reason("not_counted")


def counted(*windows, operations=10, metric=INSTRUCTIONS):
    """A Pass with windows, each what processes 7 and 9 took in all."""
    found = Pass("callgrind", operations)
    found.counts = [{metric: dict(zip((9, 7), window, strict=True))} for window in windows]
    return found


def test_each_cost_has_an_allowance():
    assert ALLOWED.keys() == COSTS.keys()
    assert ALLOWED.keys() >= SCHEDULED


@pytest.mark.parametrize(
    ("metric", "first", "second", "same"),
    [
        (INSTRUCTIONS, 1_000_000.0, 1_002_900.0, True),
        (INSTRUCTIONS, 1_000_000.0, 1_003_100.0, False),
        (INSTRUCTIONS, 0.0, 19.0, True),
        ("cost.system_calls", 5.0, 5.24, True),
        ("cost.system_calls", 5.0, 5.4, False),
        ("cost.context_switches", 1.0, 1.2, True),
    ],
)
def test_windows_agree_within_what_is_allowed(metric, first, second, same):
    assert agree(metric, first, second) is same
    assert agree(metric, second, first) is same


def test_the_last_two_decide():
    assert not steady(INSTRUCTIONS, [100_000.0])
    assert steady(INSTRUCTIONS, [200_000.0, 100_000.0, 100_010.0])
    assert value([200_000.0, 100_000.0, 100_010.0]) == 100_005.0
    assert value([5.0]) == 5.0
    assert value([]) is None


def test_what_the_kernel_decides_holds_nothing_up():
    found = counted((50, 0), (50, 0))
    for window, switches in zip(found.counts, (10, 90), strict=True):
        window["cost.context_switches"] = {7: switches}
    assert found.settled()
    assert not counted((5e7, 0), (6e7, 0)).settled()


def test_what_goes_by_the_clock_is_known_to_a_tenth():
    found = counted((5_000_000, 0), (5_060_000, 0))
    assert not found.settled()
    found.seconds, found.clock = [2.0, 3.0], {INSTRUCTIONS: {7: ClockWork(150_000.0), 9: NONE}}
    assert found.unsure(INSTRUCTIONS) == pytest.approx(0.1 * 150_000 * 3 / 10)
    assert found.settled()
    assert found.costs(WHY, (INSTRUCTIONS,))[INSTRUCTIONS].steady


def test_processes_are_summed_and_told_apart():
    found = counted((4_000_000, 1_000_000), (4_001_000, 1_000_000))
    cost = found.costs(WHY, (INSTRUCTIONS,))[INSTRUCTIONS]
    assert cost.windows == (500_000.0, 500_100.0)
    assert cost.value == 500_050.0
    assert cost.processes == (100_000.0, 400_100.0)
    assert cost.steady
    assert cost.why is None
    assert doubts({INSTRUCTIONS: cost}) == []


def test_threads_are_told_apart_within_their_processes():
    found = counted((4_000_000, 1_000_000), (4_000_000, 1_000_000))
    found.threads = {INSTRUCTIONS: {7: [900_000.0, 0.0, 300_000.0], 9: [5_000_000.0]}}
    cost = found.costs(WHY, (INSTRUCTIONS,))[INSTRUCTIONS]
    assert cost.processes == (100_000.0, 400_000.0)
    assert cost.threads == ((75_000.0, 25_000.0), (400_000.0,)), "in proportion: some of it goes by the clock"


def test_helpers_are_counted_beside_the_system():
    found = counted((4_000_000, 1_000_000), (4_000_000, 1_000_000)).divided({9: "store"}, ["store", "far"])
    assert found.windows() == {INSTRUCTIONS: (100_000.0, 100_000.0)}
    assert {name: part.windows() for name, part in found.beside.items()} == {
        "store": {INSTRUCTIONS: (400_000.0, 400_000.0)},
        "far": {},
    }


def test_what_no_window_could_count_has_its_reason():
    found = counted((1, 1), (2, 2))
    found.counts[1] = {INSTRUCTIONS: {}}
    cost = found.costs(WHY, (INSTRUCTIONS, "cost.system_calls"))
    assert cost[INSTRUCTIONS] == CountedCost("1", "callgrind", why=WHY)
    assert cost["cost.system_calls"].why == WHY


def test_windows_that_disagree_are_told():
    found = counted((4_000_000, 0), (5_000_000, 0)).costs(WHY, (INSTRUCTIONS,))
    assert not found[INSTRUCTIONS].steady
    [doubt] = doubts(found)
    assert doubt.figures == {"metric": INSTRUCTIONS, "low": 400_000.0, "high": 500_000.0}
    switches = counted((40, 0), (90, 0), metric="cost.context_switches").costs(
        WHY, ("cost.context_switches",)
    )
    assert not switches["cost.context_switches"].steady
    assert doubts(switches) == []


def test_the_engine_is_taken_off_where_it_shares_the_process():
    engine = counted((1_000_000, 0), (1_000_000, 0))
    found = counted((4_000_000, 0), (4_000_000, 0)).less(engine)
    assert found.windows() == {INSTRUCTIONS: (300_000.0, 300_000.0)}
    nothing = counted((900_000, 0), (900_000, 0)).less(engine)
    assert nothing.windows() == {INSTRUCTIONS: (0.0, 0.0)}


def test_operations_by_themselves_come_to_what_their_mix_does():
    found = counted((4_000_000, 0), (4_000_000, 0))
    found.mix = {"browse": 9, "buy": 1}
    assert found.unlike() == []
    found.kinds = {"browse": {INSTRUCTIONS: {7: 300_000.0}}, "buy": {INSTRUCTIONS: {7: 1_300_000.0}}}
    assert found.unlike() == []
    costs = found.costs(WHY, (INSTRUCTIONS,))
    assert costs[f"{INSTRUCTIONS}@buy"] == CountedCost("1", "callgrind", 1_300_000.0, (1_300_000.0,))
    assert doubts(costs) == []
    found.kinds["buy"] = {INSTRUCTIONS: {7: 1_400_000.0}}
    [note] = found.unlike()
    assert note.figures == {"metric": INSTRUCTIONS, "added": 410_000.0, "mixed": 400_000.0}
    found.kinds["buy"] = {}
    assert found.unlike() == []
