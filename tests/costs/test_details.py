"""What windows tell apart, put together."""

from collections import Counter as Tally

from suite.costs.allocations import AllocationCounter, AllocationWindow
from suite.costs.calls import CallCounter, CallWindow, Place, StatementTally
from suite.costs.counter import Span
from suite.costs.details import allocation_sites, c_functions, functions, sent_statements
from suite.leaks.site import Sites
from suite.process.agent_answers import Bill
from suite.records.costs import AllocationSite, CCalls, FunctionCalls

PRICE, ENGINE = Place("price", "shop.py", 7), Place("run", "engine.py", 1)


def window(seconds=1.0, **calls):
    found = CallWindow((), Tally({PRICE: calls.get("price", 0), ENGINE: calls.get("engine", 0)}))
    found.seconds = seconds
    return found


def counter(*windows, held=None):
    """One that has counted these."""
    found = CallCounter(Sites())
    found.windows, found.held = list(windows), held
    return found


def test_calls_are_those_of_the_last_two_windows_without_the_engine():
    own = counter(window(price=900, engine=10), window(price=20, engine=10), window(price=40, engine=10))
    engine = counter(window(engine=10), window(engine=10))
    assert functions(own, 10, engine) == (FunctionCalls(*PRICE, 3.0),)
    assert functions(counter(), 10) == ()


def test_what_goes_by_the_clock_is_left_out_in_proportion_to_time():
    own = counter(
        window(2.0, price=20, engine=45),
        window(4.0, price=20, engine=75),
        held=window(6.0, price=20, engine=105),
    )
    assert {one.function: one.calls for one in functions(own, 10)} == {"price": 2.0, "run": 1.5}
    every = counter(window(1.0, price=20, engine=10), held=window(2.0, price=20, engine=21))
    assert [one.function for one in functions(every, 10)] == ["price"]


def test_c_functions_are_told_with_the_line_that_calls_them():
    own = counter(window())
    own.windows[0].c_calls = Tally({(PRICE, "os.fsync"): 20, (PRICE, "len"): 30})
    assert c_functions(own, 10) == (CCalls(*PRICE, "len", 3.0), CCalls(*PRICE, "os.fsync", 2.0))


def test_those_with_most_come_first():
    found = functions(counter(window(price=20, engine=100)), 10)
    assert [one.function for one in found] == ["run", "price"]


def test_allocations_are_told_with_their_bytes():
    own, engine = AllocationCounter(Sites()), AllocationCounter(Sites())
    own.windows = [AllocationWindow({PRICE: (100, 5000), ENGINE: (10, 80)})] * 2
    engine.windows = [AllocationWindow({ENGINE: (10, 80)})] * 2
    assert allocation_sites(own, 10, engine) == (AllocationSite(*PRICE, 10.0, 500.0),)


def test_statements_outside_of_operations_count_and_repeat_in_none():
    spans = (Span("browse", 0, 10), Span("buy", 20, 30))
    found = CallWindow(spans)
    found.statements["select ?", PRICE] = StatementTally(7, Tally({0: 5, 1: 1}))
    [one] = sent_statements([found])
    assert (one.sent, one.repeated, one.looped, one.operations) == (3.5, 5, True, ("browse", "buy"))
    assert sent_statements([]) == ()


def test_a_statement_is_laid_at_the_operation_in_which_it_was_sent():
    found = CallWindow((Span("browse", 100, 200), Span("buy", 300, 400)))
    sent = [(150, 0, 0), (160, 0, 0), (250, 0, 0), (350, 0, 0), (50, 0, 0), (350, 1, 0)]
    bill = Bill([], [], ["select 1", "COMMIT"], [[("price", "/x/shop.py", 7)]], sent)
    assert counter()._sent(bill, found) == 5
    [(key, one)] = found.statements.items()
    assert key == ("select ?", Place("price", "/x/shop.py", 7))
    assert (one.times, one.within) == (5, Tally({0: 2, 1: 1}))


def test_the_function_that_differs_most_is_named():
    assert counter().differing() is None
    assert counter(window(price=20, engine=10), window(price=20, engine=13)).differing() == ENGINE
    assert counter(window(price=20), window(price=20)).differing() is None
