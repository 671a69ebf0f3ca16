"""`suite ab --costs`: two commits counted, and where one costs more."""

import json
import signal
import textwrap

import pytest
from support.costs import make_cost, make_costs
from support.processes import Suite
from support.repositories import Scratch, kept, nothing_is_left

from suite.errors import Interrupted, SystemFailed
from suite.records.costs import SentStatement

WORDS = ("ab", "--costs", "HEAD~1", "HEAD", "load_work.py")
SHOP = """
    import sqlite3

    class Shop:
        def __init__(self):
            self.connection = sqlite3.connect(":memory:", check_same_thread=False)
            self.connection.execute("create table orders (id integer)")
            self.connection.executemany("insert into orders values (?)", [(n,) for n in range(7)])

        def orders(self):
            {body}

        def name_of(self, number):
            return self.connection.execute("select id from orders where id = ?", (number,)).fetchone()
"""
ONE = 'return self.connection.execute("select id from orders").fetchall()'
MANY = 'return [self.name_of(n) for n, in self.connection.execute("select id from orders").fetchall()]'
LOAD = """
    from shop import Shop
    from suite import Component, User, Workload, closed_loop, operation

    class Buyer(User):
        def connect(self, shop):
            self.shop = shop

        @operation
        def orders(self):
            self.shop.orders()

    orders = Workload("shop/orders", Component(Shop), Buyer, loop=closed_loop(1, operations=10))
"""


class Bills:
    """Bills that are not counted: the instructions of each side, one after the other."""

    def __init__(self):
        self.base, self.head = [1e6], [1e6]
        self.error, self.after = None, 0
        self.asked = []

    def __call__(self, _runner, sides, task, *words, cut):
        number = len(self.asked)
        self.asked.append((task.name, words))
        if self.error is not None and number >= self.after:
            if self.after:
                side = next(iter(sides))
                cut(side.name, self._bill(side, self.base, number), self.error)
            raise self.error
        return {side.name: self._bill(side, getattr(self, side.name), number) for side in sides}

    def _bill(self, side, values, number):
        costs = {
            "cost.instructions": make_cost(values[min(number, len(values) - 1)]),
            "cost.system_calls": make_cost(7.0),
            "cost.allocations": make_cost(80.0),
            "cost.statements": make_cost(1.0),
        }
        return make_costs(workload="work/turn", commit=side.commit.sha, costs=costs)


@pytest.fixture
def bills(monkeypatch):
    found = Bills()
    monkeypatch.setattr("suite.ab.bills.ProcessRunner.count", lambda *words, cut: found(*words, cut=cut))
    return found


def test_the_same_costs_take_one_bill_of_each_side(command, scratch, bills):
    said = command(*WORDS, "--operations", "20", "--no-instructions", "--json", "out.json")
    assert (said.code, said.err) == (0, "")
    assert bills.asked == [("work/turn", ("--operations", "20", "--no-instructions"))]
    assert "work/turn  costs same  1 bill of each side" in said.out
    assert "COSTS SAME  1 workload counted; saved in results/ab" in said.out
    (document,) = kept(scratch)
    whole = json.loads((command.folder / "out.json").read_text())
    assert (whole["kind"], whole["exit_code"], whole["head"]["subject"]) == ("ab", 0, "Slow")
    assert whole["results"] == document["results"]
    assert nothing_is_left(scratch)


@pytest.mark.parametrize(
    ("head", "count", "code", "word"),
    [
        ([1.01e6], 2, 1, "COSTS MORE"),
        ([0.9e6], 2, 0, "COSTS LESS"),
        ([1.01e6, 1e6], 2, 0, "COSTS SAME"),
        ([1.02e6, 0.97e6, 1.04e6], 3, 3, "INCONCLUSIVE"),
    ],
)
def test_a_change_has_to_show_in_two_bills(command, scratch, bills, head, count, code, word):
    bills.head = head
    if code == 0 and len(head) == 2:
        bills.base = [1e6, 1.008e6]
    said = command(*WORDS)
    assert said.code == code, said.out
    assert len(bills.asked) == count
    only = ("--operations", "100", "--metric", "cost.instructions")
    assert all(words == only for _, words in bills.asked[1:]), "the rest is known"
    assert said.out.splitlines()[-1].startswith(word)


def test_a_system_that_fails_ends_it_with_4(command, scratch, bills):
    bills.error = SystemFailed("work/turn, head (x): it died")
    said = command(*WORDS)
    assert said.code == 4
    assert "work/turn, head (x): it died" in said.out
    assert "SYSTEM FAILED  0 workloads counted" in said.out


@pytest.mark.parametrize("error", [Interrupted(signal.SIGTERM), SystemFailed("it died")])
def test_a_bill_of_each_side_is_kept_when_the_next_is_interrupted(command, scratch, bills, error):
    """Under valgrind it had taken minutes."""
    bills.head, bills.error, bills.after = [1.01e6], error, 1
    said = command(*WORDS)
    assert said.code == error.exit_code
    assert "saved in results/ab" in said.out
    ((cut,),) = (document["results"] for document in kept(scratch))
    assert (cut["partial"], cut["runs"]) == (True, [1, 1])
    why = cut["notes"][-1]
    assert why["kind"] == "ended_early"
    assert str(error) in json.dumps(why)
    (half,) = cut["unpaired"]
    assert (half["side"], half["bill"]["workload"]) == ("base", "work/turn")
    assert not (scratch.folder / "results/journal").exists()


def test_options_that_belong_to_the_other_way_are_refused(command, scratch, bills):
    said = command(*WORDS, "--full", "--seconds", "3", "--profile")
    assert said.code == 2
    assert said.complaints[:3] == [
        "suite: --full is not for --costs",
        "suite: --seconds is not for --costs",
        "suite: --profile is not for --costs",
    ]
    said = command("ab", "HEAD~1", "HEAD", "load_work.py", "--operations", "7")
    assert (said.code, said.complaints) == (2, ["suite: --operations is for --costs"])
    said = command(*WORDS, "--metric", "response.p50")
    assert said.code == 2
    assert "response.p50 is no cost that can be counted" in said.err
    assert bills.asked == []


def test_a_base_that_can_not_count_yet_ends_with_3_and_the_commit_that_can_is_named(command, bills):
    scratch = Scratch(command.folder)
    scratch.write("suite/__init__.py", "")
    scratch.write("suite/commands/__init__.py", "")
    scratch.write("load_work.py", textwrap.dedent(LOAD).replace("from shop import Shop", "Shop = list"))
    scratch.git("add", "-A")
    scratch.git("commit", "-qm", "Not yet")
    scratch.write("suite/commands/costs.py", "")
    scratch.git("add", "-A")
    scratch.git("commit", "-qm", "Count")
    can = scratch.git("rev-parse", "--short", "HEAD")
    said = command("ab", "--costs", "HEAD~1", "load_work.py")
    assert said.code == 3, said.err
    assert f"note: base has no suite costs yet; the first commit that has it is {can}" in said.out
    assert bills.asked == []


def test_a_pull_request_is_told_what_costs_more(command, scratch, bills, monkeypatch):
    bills.head = [1.05e6]
    summary = command.folder / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    said = command(*WORDS)
    assert said.code == 1
    assert "title=work/turn cost.instructions regressed::+5 %" in said.out
    text = summary.read_text()
    assert text.startswith("## What operations cost: regression")
    assert "| work/turn | cost.instructions | 1,000,000 | 1,050,000 |" in text


def test_a_cost_that_is_meant_to_grow_passes_with_the_commit_that_says_so(command, scratch, bills):
    bills.head = [1.05e6]
    entry = 'workload = "work/turn"\nmetric = "instructions"\nmost = "6%"\nreason = "counts stock too"\n'
    scratch.write("costs-accepted.toml", f"[[accepted]]\n{entry}")
    said = command("ab", "--costs", "HEAD~1", "load_work.py")
    assert (said.code, said.err) == (0, "")
    assert "note: cost.instructions: costs more, as it is meant to: counts stock too" in said.out
    assert len(bills.asked) == 1
    scratch.commit("Wanted")
    assert command("ab", "--costs", "HEAD", "load_work.py").code == 1, "base accepted it already"
    scratch.write("costs-accepted.toml", "[[accepted]]")
    said = command("ab", "--costs", "HEAD~1", "load_work.py")
    assert (said.code, said.complaints[0]) == (2, "suite: costs-accepted.toml, entry 1: workload is missing")


@pytest.mark.exhaustive
@pytest.mark.nightly
def test_a_planted_n_plus_one_is_found_with_its_statement_and_line(tmp_path):
    scratch = Scratch(tmp_path)
    scratch.write("load_shop.py", textwrap.dedent(LOAD))
    for subject, body in (("One", ONE), ("Many", MANY)):
        scratch.write("shop.py", textwrap.dedent(SHOP).replace("{body}", body))
        scratch.git("add", "-A")
        scratch.git("commit", "-qm", subject)
    words = ("load_shop.py", "--no-instructions", "--operations", "10")
    found = Suite(tmp_path, "ab", "--costs", "HEAD~1", "HEAD", *words)
    assert found.finish(200) == 1, found.out + found.err
    assert "statement 0 → 7 an operation, by Shop.name_of() shop.py:" in found.out
    assert len(scratch.git("worktree", "list").splitlines()) == 1


def test_statements_are_known_by_what_is_repeated():
    assert SentStatement("select ?", "name_of", "shop.py", 25, 7.0, 7).looped
