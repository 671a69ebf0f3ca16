"""Both sides' bills, made at the same time."""

from pathlib import Path

import pytest
from support.costs import make_costs

from suite.ab.checkout import Checkout
from suite.ab.repository import Commit
from suite.ab.sample import ProcessRunner
from suite.ab.task import Task
from suite.errors import SystemFailed, WorkerFailed
from suite.formats.document import write_document
from suite.formats.envelope import entry, envelope

TASK = Task("shop/browse", "shop/browse")
SIDES = [Checkout(name, Commit(name[0] * 40, "Subject", 0), Path(), Path()) for name in ("base", "head")]


class Child:
    """A `suite costs` that is not run."""

    def __init__(self, ends=True, status=0):
        self.ends, self.exit_status, self.stopped = ends, status, 0

    def wait(self, _seconds):
        return self.ends

    def stop(self, _grace):
        self.stopped += 1

    def tail(self):
        return "suite: it died"

    def exit_summary(self):
        return "it died"


@pytest.fixture
def runner(tmp_path, monkeypatch):
    """What starts nothing: `runner.children` are what it would have."""
    children = {"base": Child(), "head": Child()}

    def start(_self, side, _task, command, document, *words):
        assert (command, words) == ("costs", ("--operations", "7"))
        bill = make_costs(commit=None)
        if children[side.name].exit_status == 0:
            write_document(document, envelope("costs", [entry(bill)], exit_code=0))
        return children[side.name]

    monkeypatch.setattr(ProcessRunner, "start", start)
    return ProcessRunner(tmp_path, Path(), tmp_path), children


def test_the_bills_are_those_of_their_commits(runner):
    made, children = runner
    found = made.count(SIDES, TASK, "--operations", "7")
    assert {name: bill.commit for name, bill in found.items()} == {"base": "b" * 40, "head": "h" * 40}
    assert [child.stopped for child in children.values()] == [1, 1]


def test_a_side_that_fails_is_named(runner):
    made, children = runner
    children["head"].exit_status = 4
    with pytest.raises(SystemFailed, match=r"shop/browse, head .*it died"):
        made.count(SIDES, TASK, "--operations", "7")
    assert [child.stopped for child in children.values()] == [1, 1]


def test_a_bill_that_takes_for_ever_ends_both(runner):
    made, children = runner
    children["base"].ends = False
    with pytest.raises(WorkerFailed, match=r"base .*: a bill was not made in 3,600 s"):
        made.count(SIDES, TASK, "--operations", "7")
    assert [child.stopped for child in children.values()] == [1, 1]


def test_what_was_counted_is_given_on_when_the_other_side_fails(runner):
    """A bill that was whole was gone, and so was what an interrupt had cut short."""
    made, children = runner
    children["head"].exit_status = 4
    cut = []
    with pytest.raises(SystemFailed):
        made.count(SIDES, TASK, "--operations", "7", cut=lambda *words: cut.append(words))
    ((name, bill, error),) = cut
    assert (name, bill.commit, bill.costs) == ("base", "b" * 40, make_costs().costs)
    assert isinstance(error, SystemFailed)
