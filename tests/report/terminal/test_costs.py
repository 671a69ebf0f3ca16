"""What a bill says to people."""

from dataclasses import replace

from support.costs import make_cost, make_costs

from suite.records.costs import CountedCost, DatabaseStatement
from suite.records.reason import Reason
from suite.records.run import Validity
from suite.report.terminal.costs import costs_closing, costs_head, costs_lines
from suite.report.terminal.record import record_text


def test_a_bill_in_full():
    assert record_text(make_costs()) == (
        "shop/browse  valid, per operation; a window: 92 browse, 8 buy\n"
        "\n"
        "  cost          an operation  windows  processes (threads)  counted by\n"
        "  reads                    1        1          0.75 + 0.25  kernel\n"
        "  bytes_out           51.1 B   51.1 B                       kernel\n"
        "\n"
        "  sent  most at once  statement                      where\n"
        "   5.6             6  select ?                       price() shop.py:14\n"
        "  0.08             1  insert into orders values (?)  order() shop.py:30\n"
        "\n"
        "  N+1: sent 6 times in one operation (browse) by price() shop.py:14: select ?\n"
        "  most calls in own code: price() shop.py 40\n"
        "  most allocations in own code: price() shop.py:13 25.5\n"
        "  not counted: instructions: valgrind is not installed; install the system's package: valgrind\n"
        "COUNTED  2 costs in 2.5 s"
    )


def test_doubts_are_told_with_the_way_to_mend_them():
    why = Reason("windows_disagree", {"metric": "cost.instructions", "low": 1.5e6, "high": 2e6})
    bill = make_costs(
        functions=None,
        allocations=None,
        statements=None,
        costs={"cost.instructions": make_cost(1.75e6, windows=(1.5e6, 2e6), steady=False)},
        validity=Validity("doubtful", (why,)),
    )
    [line] = costs_lines(bill)
    assert line.plain == (
        "doubtful: cost.instructions: windows of the same operations cost from 1,500,000 to 2,000,000; "
        "a fixed seed (--seed), a fixed clock, PYTHONHASHSEED and no job in the background make it so"
    )
    assert costs_head(bill).plain.startswith("shop/browse  doubtful, ")


def test_what_can_not_be_believed_is_no_bill():
    bill = replace(make_costs(), validity=Validity("invalid", (Reason("operations_failed"),)))
    assert costs_closing(bill, 3, "x.json").plain == "INVALID  2 costs in 2.5 s; saved as x.json"


def test_operations_that_were_counted_by_themselves_have_a_table():
    own = {"cost.reads@browse": make_cost(1.0), "cost.calls@browse": make_cost(44.0)}
    costs = {**make_costs().costs, "cost.calls": make_cost(47.25), **own, "cost.calls@buy": make_cost(80.0)}
    said = record_text(make_costs(costs=costs, statements=()))
    assert (
        "  operation  instructions  calls\n"
        "  browse                -     44\n"
        "  buy                   -     80\n"
    ) in said
    assert "@" not in said
    assert "COUNTED  3 costs" in said


def test_threads_are_told_apart_and_what_goes_by_the_clock_is_said():
    costs = {
        "cost.instructions": make_cost(100.0, processes=(75.0, 25.0), threads=((70.0, 5.0), (25.0,))),
        "cost.calls": make_cost(7.0, by_clock=130.0),
        "cost.reads": make_cost(7.0, by_clock=0.0),
    }
    said = record_text(make_costs(costs=costs, statements=()))
    assert "(70 + 5) + 25" in said
    assert "  by the clock, a second, and taken off: calls 130\n" in said


def test_helpers_have_a_table_of_their_own():
    own = {
        "cost.reads@database": make_cost(8.0),
        "cost.calls@database": CountedCost("1", "Python", why=Reason("out_of_reach")),
    }
    costs = {"cost.reads": make_cost(1.0), "cost.calls": make_cost(2.0), **own}
    said = record_text(make_costs(costs=costs, statements=(), beside=("database",)))
    assert "  beside it  calls  reads\n  database       -      8\n" in said
    assert "not counted: calls@database: no process of it is ours, or nothing may count inside of it" in said


def test_what_a_database_counted_is_shown_with_its_plan():
    database = (
        DatabaseStatement("store", "select ?", 2.5, 5.0, 10.0, ("Limit", "  ->  Seq Scan on o")),
        DatabaseStatement(
            "store", "insert into o", 1.0, 1.0, 1.0, why=Reason("not_explained", {"error": "no"})
        ),
    )
    said = record_text(make_costs(statements=(), database=database))
    assert (
        "  sent  rows  blocks  counted by the database  plan\n"
        "   2.5     5      10  store: select ?          Limit\n"
        "                                                 ->  Seq Scan on o\n"
        "     1     1       1  store: insert into o     no plan: no\n"
    ) in said
