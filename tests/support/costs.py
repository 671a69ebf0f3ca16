"""Bills to test with."""

from dataclasses import replace

from suite.records.costs import AllocationSite, CostBill, CountedCost, FunctionCalls, SentStatement
from suite.records.reason import Reason


def make_cost(value, *, unit="1", source="callgrind 3.19.0", **changes):
    """Counted in two windows that agree."""
    return replace(CountedCost(unit, source, value, (value, value), (value,)), **changes)


def make_costs(**changes):
    """Of a shop, on a machine without valgrind."""
    bill = CostBill(
        id="c0575c0575c0",
        workload="shop/browse",
        started="2024-05-01T10:11:12+00:00",
        commit="0123456789abcdef0123456789abcdef01234567",
        branch="main",
        environment={"cores": 8},
        plan={"loop": "closed", "users": 1, "operations": 100},
        mix={"browse": 92, "buy": 8},
        costs={
            "cost.reads": make_cost(1.0, source="kernel", processes=(0.75, 0.25)),
            "cost.bytes_out": make_cost(51.1, unit="B", source="kernel"),
            "cost.instructions": CountedCost("1", "callgrind", why=Reason("no_valgrind")),
        },
        seconds=2.5,
        functions=(
            FunctionCalls("price", "shop.py", 12, 40.0),
            FunctionCalls("send", "site-packages/a.py", 3, 9.0),
        ),
        allocations=(AllocationSite("price", "shop.py", 13, 25.5, 1640.0),),
        statements=(
            SentStatement("select ?", "price", "shop.py", 14, 5.6, 6, ("browse",)),
            SentStatement("insert into orders values (?)", "order", "shop.py", 30, 0.08, 1, ("buy",)),
        ),
    )
    return replace(bill, **changes)
