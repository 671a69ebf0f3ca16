"""`suite costs`: a real object, its document, exit codes."""

import json
from types import SimpleNamespace

import pytest
from support.costs import make_costs
from support.processes import Suite

from suite.config.catalog import select
from suite.config.settings import Settings
from suite.contract.loop import ClosedLoop
from suite.costs.calls import CallCounter
from suite.costs.cost_settings import CostSettings
from suite.costs.counting import count
from suite.costs.details import functions
from suite.engine.progress import Silent
from suite.engine.workload_spec import WorkloadSpec
from suite.errors import SystemFailed
from suite.leaks.site import Sites
from suite.process.guard import interruptible
from suite.records.reason import Reason
from suite.records.run import Validity

LOAD = """
from suite import Component, User, Workload, closed_loop, operation

class Clicker(User):
    def connect(self, kept):
        self.kept = kept

    @operation(weight=3)
    def click(self):
        open("/proc/self/comm", "rb", buffering=0).close()

    @operation
    def slip(self):
        if self.parameters["slippery"]:
            raise ValueError("on a banana skin")

loop = closed_loop(2, operations=9, think="5ms")
click = Workload("counter/click", Component(list), Clicker, loop=loop, parameters={"slippery": False})
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("costs")
    (folder / "load_clicks.py").write_text(LOAD)
    return folder


@pytest.fixture
def counted(command, monkeypatch):
    """`suite costs` of bills that are not counted; `counted.asked` is what was to be."""
    (command.folder / "load_clicks.py").write_text(LOAD)
    made = SimpleNamespace(answer=make_costs(), asked=[])

    def stand_in(workload, settings, how, *, reference, progress, keeper):
        made.asked.append((workload.name, settings.seed, how))
        if isinstance(made.answer, Exception):
            raise made.answer
        return made.answer

    monkeypatch.setattr("suite.costs.session.count_costs", stand_in)
    return made


def test_a_bill_is_shown_and_kept(command, counted):
    said = command("costs", "load_clicks.py", "--operations", "20", "--seed", "3", "--json", "out.json")
    assert (said.code, said.err) == (0, "")
    assert counted.asked == [("counter/click", 3, CostSettings(20, instructions=True))]
    assert "N+1: sent 6 times in one operation (browse) by price() shop.py:14: select ?" in said.out
    assert "COUNTED  2 costs in 2.5 s; saved as results/costs/" in said.out.replace("\n", "")
    document = json.loads((command.folder / "out.json").read_text())
    assert (document["kind"], document["verdict"], document["exit_code"]) == ("costs", "pass", 0)
    assert command("show", make_costs().id).code == 0


def test_some_costs_alone(command, counted):
    assert command("costs", "load_clicks.py", "--metric", "cost.reads").code == 0
    assert counted.asked[0][2] == CostSettings(metrics=("cost.reads",))
    said = command("costs", "load_clicks.py", "--metric", "cpu")
    assert (said.code, len(counted.asked)) == (2, 1)
    assert said.complaints[0].startswith("suite: cpu is no cost that can be counted: cost.instructions")


def test_a_bill_that_can_not_be_believed_ends_with_3(command, counted):
    why = Reason("operations_failed", {"bad": 3, "source": "kernel"})
    counted.answer = make_costs(validity=Validity("invalid", (why,)))
    said = command("costs", "load_clicks.py", "--no-instructions")
    assert said.code == 3
    assert "invalid: 3 operations failed while they were counted by kernel" in said.out


def test_a_system_that_dies_ends_it_with_4(command, counted):
    counted.answer = SystemFailed("the system died")
    said = command("costs", "load_clicks.py")
    assert said.code == 4
    assert "the system died" in said.out


def test_an_object_is_counted_without_what_the_engine_takes(folder):
    [entry] = select([str(folder / "load_clicks.py")])
    spec = WorkloadSpec(entry.reference, Settings(loop=ClosedLoop(1, operations=40), rounds=1))
    sites = Sites([folder])
    counter = CallCounter(sites)
    engine = counter.twin()
    with interruptible():
        own = count(spec, Silent(), counter, kinds=True, engine=engine)
    bill = own.costs(Reason("not_counted"), CallCounter.metrics)
    assert bill["cost.calls"].value == 1, "the engine calls more, and is not on the bill"
    assert bill["cost.statements"].value == 0
    assert own.mix.keys() == {"click", "slip"}
    calls = {one.function: one.calls for one in functions(counter, 40, engine)}
    assert calls["Clicker.click"] == own.mix["click"] / 40
    assert bill["cost.calls@click"].value == bill["cost.calls@slip"].value == 1
    assert len(counter.windows) == len(own.counts), "windows of single operations are no part of the mix"


@pytest.mark.exhaustive
@pytest.mark.parametrize(("slippery", "code"), [("no", 0), ("yes", 3)])
def test_a_bill_from_the_command_line(folder, slippery, code):
    words = ("--operations", "10", "--set", f"slippery={slippery}", "--json", "out.json")
    suite = Suite(folder, "costs", "load_clicks.py", "--no-instructions", *words)
    assert suite.finish(150) == code, suite.err + suite.out
    assert suite.left_behind() == []
    [bill] = json.loads((folder / "out.json").read_text())["results"]
    assert sum(bill["mix"].values()) == 10
    assert bill["costs"]["cost.bytes_in"]["value"] is None
    assert bill["plan"]["users"] == 1
    nothing = "not counted: bytes_in, bytes_out: no TCP connection of the users lasts for a window"
    assert (nothing in suite.out) == (code == 0)
    failed = "operations failed while they were counted by kernel, the first: ValueError"
    assert (failed in suite.out) == (code == 3)
