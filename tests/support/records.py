"""Records for tests that ask no more of them: a recording by counts, searches for leaks."""

from dataclasses import replace

from hypothesis import strategies as st
from support.runs import make_run

from suite.ledger.store import Ledger
from suite.records.calibration import Calibration, Power, SelfComparison
from suite.records.leak import Frame, Growth, LeakSearch, LeakSuspect, LeakVerdict
from suite.records.outcome import OUTCOMES
from suite.records.plan_facts import KNOWN_FACTS
from suite.records.provenance import provenance_of
from suite.records.reason import Reason


class Counted:
    """What a `Recording` says of outcomes: operation names to counts like {"ok": 3}."""

    def __init__(self, **operations):
        self.operations = operations
        self.names = tuple(operations)

    def of(self, name):
        return Counted(**{name: self.operations.get(name, {})})

    def loop_only(self):
        return self

    def counts(self):
        return {
            outcome: sum(counts.get(outcome, 0) for counts in self.operations.values())
            for outcome in OUTCOMES
        }


def make_suspect(function="remember", file="shop/basket.py", per_operation=1020.0, **changes):
    """A suspect with two blocks per operation and a stack of three."""
    stack = (
        Frame(function, file, 12),
        Frame("handle", "shop/server.py", 40),
        Frame("<module>", "shop/__main__.py", 7),
    )
    return replace(LeakSuspect(function, file, 12, per_operation, 2.0, 0.9, stack), **changes)


def make_verdict(outcome="unbounded", **changes):
    """Of a system that keeps 1,020 bytes and two blocks of each request."""
    growths = (
        Growth("4242 python", "blocks", 100, (50_000.0, 50_200.0, 50_400.0, 50_600.0), 2.0),
        Growth("all", "malloc", 100, (48_100_000.0, 48_202_000.0, 48_304_000.0, 48_406_000.0), 1020.0),
    )
    return replace(LeakVerdict(outcome, 2400, 1020.0, 2.0, 8.0, False, growths), **changes)


def make_search(outcome="unbounded", **changes):
    """A search that found a leak and named it, with any fields replaced."""
    search = LeakSearch(
        id="20240501T101112-0a1b2c3d",
        workload="shop/browse",
        started="2024-05-01T10:11:12+00:00",
        commit="0123456789abcdef0123456789abcdef01234567",
        branch="main",
        environment={"machine": {"cores": 8}, "python": "3.11.2", "flags": ["a", "b"]},
        plan={"windows": 8, "requests": 100},
        verdict=make_verdict(outcome),
        seconds=12.3,
        suspects=(make_suspect(),),
        unattributed=96.0,
        recordings=("results/leaks/shop.html",),
        notes=(Reason.of_text("malloc was not traced: memray is not installed in the system"),),
    )
    return replace(search, **changes)


def make_calibration(**changes):
    """Of one metric, and two looks of `suite ab`."""
    power = Power("response.p50", "s", 0.02, 0.05, {"8": 0.2, "12": None, "16": 0.1}, 0.3, {"5 %": 0.1})
    calibration = Calibration(
        **{**provenance_of(make_run()), "id": "0d0d0d0d0d0d", "workload": "shop/browse"},
        machine="0123456789ab",
        load="ba9876543210",
        runs=16,
        ab_alarms=0.01,
        gate_alarms=0.0,
        metrics=(power,),
        values={"response.p50": (0.1, 0.11)},
        against_itself=SelfComparison("same", 8, ()),
    )
    return replace(calibration, **changes)


def add_the_same_search(place, _prefix, barrier):
    barrier.wait(30)
    with Ledger(place) as ledger:
        ledger.add(make_search(id="same"))


def any_searches():
    """Searches with everything that their types allow, but for what JSON has no word for."""
    text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
    numbers, counts = st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 2**53)
    lines = st.integers(0, 2**31 - 1)
    objects = st.dictionaries(text, st.none() | numbers | text | st.lists(numbers, max_size=2), max_size=3)
    frames = st.builds(Frame, text, text, lines)
    growths = st.builds(
        Growth, text, st.sampled_from(["blocks", "malloc", "resident"]), counts, _tuples(numbers), numbers
    )
    suspects = st.builds(LeakSuspect, text, text, lines, numbers, numbers, numbers, _tuples(frames))
    outcomes = st.sampled_from(["no growth", "bounded", "released", "unbounded", "sporadic", "unsettled"])
    maybe = st.none() | numbers
    reasons = st.builds(Reason, text, st.dictionaries(text, maybe | text | st.booleans(), max_size=3))
    return st.builds(
        LeakSearch,
        id=st.uuids().map(str),
        workload=text.filter(lambda name: len(name.splitlines()) < 2),
        started=st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat()),
        commit=st.none() | st.text("0123456789abcdef", min_size=40, max_size=40),
        branch=st.none() | text,
        environment=objects.filter(KNOWN_FACTS.isdisjoint),
        plan=objects.filter(KNOWN_FACTS.isdisjoint),
        verdict=st.builds(
            LeakVerdict,
            outcomes,
            counts,
            maybe,
            maybe,
            maybe,
            st.booleans(),
            _tuples(growths),
            _tuples(reasons),
        ),
        seconds=numbers,
        suspects=st.none() | _tuples(suspects),
        unattributed=maybe,
        recordings=_tuples(text),
        notes=_tuples(reasons),
    )


def _tuples(items):
    return st.lists(items, max_size=3).map(tuple)
