"""A bill as a whole: what is missing, what fails, what is in doubt."""

import pytest

from suite import Component, Remote, Server, User, Workload, closed_loop, operation
from suite.costs import growing_bill
from suite.costs.callgrind import Callgrind
from suite.costs.cost_settings import CostSettings
from suite.costs.passes import Pass
from suite.costs.session import count_costs
from suite.errors import ConfigurationError, SystemFailed
from suite.records.costs import COSTS
from suite.records.detail import Detail
from suite.report.reasons import words


class Clicker(User):
    @operation
    def click(self):
        """Click."""


CLICK = Workload("counter/click", Component(list), Clicker, loop=closed_loop(1, operations=1))


def passed(_spec, _progress, counter, *, kinds=False, every=False, engine=None, kept=None, **changes):
    """What a pass would count: the engine 1,000 times as much as an operation's 5."""
    found, shared = Pass(counter.source, 10, mix={"click": 10}, **changes), Pass(counter.source, 10)
    found.counts = [{metric: {7: 10_050.0} for metric in counter.metrics}] * 2
    shared.counts = [{metric: {7: 10_000.0} for metric in counter.metrics}] * 2
    if kinds:
        found.kinds = {"click": {metric: {7: 1_005.0} for metric in counter.metrics}}
    if kept is not None:
        kept.keep(found)
    found = found if engine is None or found.bad else found.less(shared)
    return found.divided({}, ["store"]) if every else found


@pytest.fixture
def stub(monkeypatch):
    monkeypatch.setattr(growing_bill, "count", passed)
    monkeypatch.setattr(growing_bill, "version", lambda: "3.19.0")
    return monkeypatch


def test_a_bill_has_all_costs_and_the_engine_is_not_on_it(stub):
    bill = count_costs(CLICK)
    assert bill.costs.keys() == COSTS.keys()
    assert (bill.functions, bill.allocations, bill.statements) == ((), (), ())
    assert {cost.value for cost in bill.costs.values()} == {5.0}
    assert (bill.mix, bill.validity.verdict, bill.exit_code) == ({"click": 10}, "valid", 0)
    assert bill.plan["operations"] == 100


def test_of_the_engine_itself_nothing_is_taken_off(stub):
    class Engine(Component):
        of_engine = True

    whole = Workload("engine", Engine(list), Clicker, loop=closed_loop(1, operations=1))
    bill = count_costs(whole)
    assert {cost.value for cost in bill.costs.values()} == {1_005.0}


def test_operations_by_themselves_are_on_it_if_that_is_asked_for(stub):
    bill = count_costs(CLICK, how=CostSettings(kinds=True))
    assert bill.costs.keys() == {*COSTS, *(f"{metric}@click" for metric in COSTS)}
    assert bill.costs["cost.instructions@click"].value == 5.0, "the engine is taken off too"
    assert bill.notes == ()


@pytest.mark.parametrize(
    ("metrics", "counted"),
    [
        (("cost.statements",), ["Python"]),
        (("cost.reads", "cost.allocated@click"), ["kernel", "memray"]),
        (("cost.system_calls",), ["kernel", "callgrind 3.19.0"]),
    ],
)
def test_what_is_not_asked_for_is_not_counted(stub, metrics, counted):
    bill = count_costs(CLICK, how=CostSettings(metrics=metrics))
    assert list(dict.fromkeys(cost.source for cost in bill.costs.values())) == counted
    assert bill.mix == {"click": 10}


def test_helpers_are_on_it_under_their_own_names_if_that_is_asked_for(stub):
    bill = count_costs(CLICK, how=CostSettings(beside=True))
    assert bill.costs["cost.reads"].value == 5.0
    assert bill.costs["cost.reads@store"].value is None
    assert words(bill.costs["cost.reads@store"].why).startswith("no process of it is ours")
    assert "cost.bytes_in@store" not in bill.costs, "those are read on the users' side"


def test_a_helper_and_an_operation_of_one_name_can_not_be_told_apart():
    far = Remote("http://127.0.0.1:1")
    twin = Workload("twin", Server(list), Visitor, loop=closed_loop(1, operations=1), beside={"look": far})
    with pytest.raises(
        ConfigurationError, match="look is an operation and a helper, and both would have the"
    ):
        count_costs(twin, how=CostSettings(kinds=True, beside=True))


def test_operations_that_fail_under_valgrind_alone_cost_the_bill_no_more_than_its_instructions(stub):
    details = (Detail("failed", "TimeoutError", "click", 1, 0.1, "no answer in 60 s"),)

    def slow(spec, progress, counter, **words):
        failing = {"bad": 1, "details": details} if counter.source.startswith("callgrind") else {}
        return passed(spec, progress, counter, **words, **failing)

    stub.setattr(growing_bill, "count", slow)
    bill = count_costs(CLICK)
    assert (bill.exit_code, bill.validity.verdict, bill.costs["cost.calls"].value) == (0, "valid", 5.0)
    assert words(bill.costs["cost.instructions"].why) == (
        "1 operations fail under valgrind, where all is some fifty times slower, "
        "the first: TimeoutError (no answer in 60 s)"
    )


def test_without_valgrind_all_else_is_counted_and_the_package_named(stub):
    stub.setattr(growing_bill, "version", lambda: None)
    bill = count_costs(CLICK)
    cost = bill.costs["cost.instructions"]
    assert cost.value is None
    assert words(cost.why) == "valgrind is not installed; install the system's package: valgrind"
    assert bill.costs["cost.reads"].value == 5.0
    assert bill.exit_code == 0


def test_a_system_that_does_not_run_under_valgrind_is_told_and_all_else_counted(stub):
    def failing(spec, progress, counter, **how):
        if counter.source.startswith("callgrind"):
            raise SystemFailed("shop (pid 7) was killed by SIGILL")
        return passed(spec, progress, counter, **how)

    stub.setattr(growing_bill, "count", failing)
    stub.setattr(Callgrind, "complaint", lambda _self: "Unrecognised instruction")
    bill = count_costs(CLICK)
    assert words(bill.costs["cost.system_calls"].why) == (
        "it does not run under valgrind; valgrind: Unrecognised instruction; "
        "shop (pid 7) was killed by SIGILL"
    )
    assert bill.costs["cost.writes"].value == 5.0


def test_a_system_that_does_not_start_at_all_ends_it(stub):
    def failing(*_, **__):
        raise SystemFailed("shop would not start")

    stub.setattr(growing_bill, "count", failing)
    with pytest.raises(SystemFailed, match="would not start"):
        count_costs(CLICK)


def test_operations_that_fail_are_no_bill(stub):
    details = (Detail("failed", "ValueError", "click", 3, 0.1, "on a banana skin"),)
    stub.setattr(growing_bill, "count", lambda *words, **_: passed(*words, bad=3, details=details))
    bill = count_costs(CLICK, how=CostSettings(instructions=False))
    assert bill.exit_code == 3
    assert bill.validity.verdict == "invalid"
    assert words(bill.validity.reasons[0]) == (
        "3 operations failed while they were counted by kernel, the first: ValueError (on a banana skin)"
    )


def test_a_system_that_runs_elsewhere_can_not_be_counted():
    far = Workload("far", Remote("http://127.0.0.1:1"), Visitor, loop=closed_loop(1, operations=1))
    with pytest.raises(ConfigurationError, match="leave --target out"):
        count_costs(far)


class Visitor(User):
    @operation
    async def look(self):
        """Look."""
