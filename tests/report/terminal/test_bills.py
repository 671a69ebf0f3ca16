"""What two sides' bills say to people."""

import io

from rich.console import Console
from support.costs import make_cost, make_costs

from suite.compare.bills import compare_bills
from suite.records.costs import FunctionCalls, SentStatement
from suite.report.terminal.bills import bills_closing, print_bills


def made(instructions, statements, calls, *sent):
    costs = {
        "cost.instructions": make_cost(instructions),
        "cost.system_calls": make_cost(7.0),
        "cost.allocations": make_cost(80.0),
        "cost.statements": make_cost(statements),
    }
    functions = (FunctionCalls("name_of", "shop.py", 30, calls),) if calls else ()
    return make_costs(costs=costs, functions=functions, allocations=(), statements=sent)


def said(found):
    out = io.StringIO()
    print_bills(Console(file=out, width=110, color_system=None), found)
    return "\n".join(line.rstrip() for line in out.getvalue().strip().splitlines())


ONE = SentStatement("select ?", "items", "shop.py", 20, 1.0, 1)
MANY = SentStatement("select ?", "name_of", "shop.py", 31, 7.0, 7)


def test_what_costs_more_is_told_with_its_statement_and_line():
    found = compare_bills([made(1e6, 1.0, 0.0, ONE)], [made(1.1e6, 8.0, 7.0, ONE, MANY)])
    lines = said(found).splitlines()
    assert lines[0] == "shop/browse  costs more  1 bill of each side"
    assert "  statement 0 → 7 an operation, by name_of() shop.py:31: select ?" in lines
    assert any("name_of() shop.py" in line and "calls" in line and "+7" in line for line in lines)
    closing = [line.plain for line in bills_closing([found], 1, "results/ab")]
    assert closing == [
        "costs more: shop/browse cost.instructions: +10 % (+10 % to +10 %)",
        "costs more: shop/browse cost.statements: +7 (+7 to +7)",
        "COSTS MORE  1 workload counted; saved in results/ab",
    ]


def test_the_same_costs_are_never_called_not_slower():
    found = compare_bills([made(1e6, 1.0, 0.0, ONE)], [made(1e6, 1.0, 0.0, ONE)])
    text = said(found)
    assert text.startswith("shop/browse  costs same  1 bill of each side")
    assert "slower" not in text
    assert [line.plain for line in bills_closing([found], 0)] == ["COSTS SAME  1 workload counted"]


def test_another_end_is_told_as_that():
    assert [line.plain for line in bills_closing([], 4)] == ["SYSTEM FAILED  0 workloads counted"]
