"""Bills of two sides."""

import pytest
from support.costs import make_cost, make_costs

from suite.compare.accepted import Acceptance, accepted
from suite.compare.bills import DECIDING, check_costs, compare_bills, costs_untold
from suite.errors import ConfigurationError
from suite.records.comparison import CostChange
from suite.records.costs import AllocationSite, CCalls, DatabaseStatement, FunctionCalls, SentStatement
from suite.records.reason import Reason
from suite.records.run import Validity
from suite.report.reasons import words

USUAL = {
    "cost.instructions": 1e6,
    "cost.system_calls": 7.5,
    "cost.allocations": 800.0,
    "cost.statements": 2.0,
}
SHOP = {"functions": (), "allocations": (), "statements": ()}


def bill(*, windows=(), side="base", **changes):
    """A bill with the usual costs, some of them changed; `windows` are of instructions."""
    values = {**USUAL, **{f"cost.{name}": value for name, value in changes.items()}}
    costs = {name: make_cost(value) for name, value in values.items()}
    if windows:
        costs["cost.instructions"] = make_cost(windows[-1], windows=windows)
    return make_costs(id=side, commit=side[0] * 40, costs=costs, **SHOP)


def verdicts(found):
    return {change.metric.removeprefix("cost."): change.verdict for change in found.changes}


def test_a_commit_costs_the_same_as_itself():
    found = compare_bills([bill()], [bill(side="head")])
    assert verdicts(found) == dict.fromkeys((name.removeprefix("cost.") for name in DECIDING), "same")
    assert (found.verdict, found.base, found.head, found.runs) == ("same", "b" * 12, "h" * 12, (1, 1))
    assert found.notes == ()


@pytest.mark.parametrize(
    ("metric", "small", "large"),
    [
        ("instructions", 1.0049e6, 1.0051e6),
        ("system_calls", 8.2, 8.5),
        ("allocations", 800.7, 801.0),
        ("statements", 2.04, 2.08),
    ],
)
def test_a_change_is_told_from_its_minimum_on_in_both_ways(metric, small, large):
    assert verdicts(compare_bills([bill()], [bill(**{metric: small})]))[metric] == "same"
    assert verdicts(compare_bills([bill()], [bill(**{metric: large})]))[metric] == "regression"
    assert verdicts(compare_bills([bill(**{metric: large})], [bill()]))[metric] == "improvement"


def test_what_varies_with_threads_has_to_show_in_three_bills():
    """A threaded server's loop of 40 additions was said to take 1.7 more system calls."""
    counts = [(64.2, 64.9), (65.7, 67.5)]
    two = [
        [bill(system_calls=one, side=side) for one in of]
        for side, of in zip(("base", "head"), counts, strict=True)
    ]
    found = compare_bills(*two)
    assert verdicts(found)["system_calls"] == "inconclusive"
    assert found.changes[1].reason == Reason("counts_vary", {"bills": 2})
    assert verdicts(compare_bills([*two[0], two[0][0]], [*two[1], two[1][0]]))["system_calls"] == "regression"
    overlapping = compare_bills([*two[0], bill(system_calls=66.0)], [*two[1], two[1][0]])
    assert verdicts(overlapping)["system_calls"] == "inconclusive"


def test_what_comes_near_its_minimum_is_counted_once_more():
    """One more fsync an operation was the same in 1 of 15: the only bill of a side was off by a quarter."""
    same, near, gone = bill(), bill(system_calls=USUAL["cost.system_calls"] + 0.6), bill(statements=9.0)
    assert costs_untold(compare_bills([same], [same]), 1) == []
    first = compare_bills([same], [near])
    assert verdicts(first)["system_calls"] == "same"
    assert costs_untold(first, 1) == ["cost.system_calls"]
    assert costs_untold(first, 2) == []
    assert costs_untold(compare_bills([same], [gone]), 2) == ["cost.statements"]
    wanted = Acceptance("shop/browse", "cost.statements", "a feature")
    assert costs_untold(accepted(compare_bills([same], [gone]), [wanted]), 1) == []


def test_what_a_timer_adds_to_some_windows_changes_nothing():
    noisy = bill(windows=(1e6, 1.03e6, 1.02e6), side="head")
    assert compare_bills([bill()], [noisy]).verdict == "same"


def test_bills_that_overlap_decide_nothing():
    base = [bill(windows=(1e6, 1e6)), bill(windows=(1.02e6, 1.02e6))]
    head = [bill(windows=(1.01e6, 1.01e6)), bill(windows=(1.03e6, 1.03e6))]
    found = compare_bills(base, head)
    assert verdicts(found)["instructions"] == "inconclusive"
    assert found.changes[0].reason == Reason("counts_overlap")
    assert compare_bills(base[:1], head[1:]).verdict == "regression"


def test_a_minimum_that_is_asked_for_counts():
    found = compare_bills([bill()], [bill(instructions=1.04e6)], minimums={"cost.instructions": "5%"})
    assert found.verdict == "same"


def test_without_instructions_calls_are_judged():
    bills = [
        make_costs(costs={"cost.calls": make_cost(calls), "cost.allocations": make_cost(1.0)}, **SHOP)
        for calls in (200.0, 210.0)
    ]
    found = compare_bills(bills[:1], bills[1:])
    assert verdicts(found) == {"calls": "regression", "allocations": "same", "statements": "inconclusive"}
    assert found.changes[-1].reason == Reason("no_value", {"side": "both"})


def test_only_what_is_asked_for_is_judged():
    found = compare_bills([bill()], [bill(allocations=900.0)], metrics=["cost.statements"])
    assert verdicts(found) == {"statements": "same"}


def test_a_bill_that_can_not_be_believed_decides_nothing():
    why = Reason("operations_failed", {"bad": 3, "source": "kernel"})
    bad = make_costs(costs=bill().costs, validity=Validity("invalid", (why,)), **SHOP)
    found = compare_bills([bill()], [bad])
    assert found.verdict == "inconclusive"
    assert [note.kind for note in found.notes] == ["doubtful"]


def test_other_versions_of_what_counts_are_told():
    other = {name: make_cost(value, source="callgrind 3.25.1") for name, value in USUAL.items()}
    found = compare_bills([bill()], [make_costs(costs=other, **SHOP)])
    [note] = found.notes
    assert note.figures == {"base": "callgrind 3.19.0", "head": "callgrind 3.25.1"}


def test_places_are_where_the_sides_differ():
    base = make_costs(
        functions=(FunctionCalls("price", "shop.py", 12, 40.0), FunctionCalls("tick", "loop.py", 1, 0.1)),
        allocations=(AllocationSite("price", "shop.py", 13, 20.0, 640.0),),
        statements=(SentStatement("select ?", "items", "shop.py", 20, 1.0, 1),),
    )
    head = make_costs(
        functions=(FunctionCalls("price", "shop.py", 14, 40.0), FunctionCalls("tick", "loop.py", 1, 0.14)),
        allocations=(
            AllocationSite("price", "shop.py", 15, 70.0, 2240.0),
            AllocationSite("price", "shop.py", 16, 50.0, 1600.0),
        ),
        statements=(SentStatement("select ?", "name_of", "shop.py", 25, 7.0, 7),),
    )
    assert compare_bills([base], [head]).places == (
        CostChange("statements", "name_of", "shop.py", 25, 0.0, 7.0, "select ?"),
        CostChange("statements", "items", "shop.py", 20, 1.0, 0.0, "select ?"),
        CostChange("allocations", "price", "shop.py", 15, 20.0, 120.0),
    )


def test_c_functions_are_told_by_caller_those_that_call_the_kernel_first():
    def calling(*found):
        return make_costs(functions=(), allocations=(), statements=(), c_functions=found)

    base = calling(
        CCalls("noted", "shop.py", 43, "os.fsync", 1.0), CCalls("noted", "shop.py", 43, "len", 1.0)
    )
    head = calling(
        CCalls("noted", "shop.py", 44, "len", 90.0),
        CCalls("noted", "shop.py", 44, "os.fsync", 1.0),
        CCalls("noted", "shop.py", 45, "os.fsync", 1.0),
    )
    assert compare_bills([base], [head]).places == (
        CostChange("c_calls", "noted", "shop.py", 44, 1.0, 2.0, "os.fsync"),
        CostChange("c_calls", "noted", "shop.py", 44, 1.0, 90.0, "len"),
    )


def test_a_plan_that_changed_is_named():
    def planned(*plan, text="select ?"):
        return make_costs(
            **SHOP, database=(DatabaseStatement("database", text, 1.0, 1.0, 4.0, plan or None),)
        )

    base = planned("Index Scan using o_pkey on o", "  Index Cond: (id = $1)")
    [note] = compare_bills([base], [planned("Seq Scan on o")]).notes
    assert words(note) == (
        "database goes about it in another way: select ?: "
        "Index Scan using o_pkey on o / Index Cond: (id = $1) → Seq Scan on o"
    )
    assert compare_bills([base], [base]).notes == ()
    assert compare_bills([base], [planned()]).notes == (), "it could not be had"
    assert compare_bills([base], [planned("Seq Scan on o", text="select 1")]).notes == ()


def test_what_is_no_cost_can_not_be_judged():
    with pytest.raises(ConfigurationError, match=r"response\.p50 is no cost that can be counted: "):
        check_costs(["response.p50"], {})
    with pytest.raises(ConfigurationError, match=r"minimum effect of cost\.calls"):
        check_costs([], {"cost.calls": "much"})
    check_costs(["cost.calls"], {"cost.instructions": "2%"})
