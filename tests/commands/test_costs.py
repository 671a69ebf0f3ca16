"""`suite costs`: a real object, its document, exit codes."""

import json

import pytest
from support.processes import Suite

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


def test_an_object_is_counted_without_what_the_engine_takes(folder):
    words = ("costs", "load_clicks.py", "--no-instructions", "--operations", "40", "--json", "out.json")
    suite = Suite(folder, *words)
    assert suite.finish() == 0, suite.err + suite.out
    assert suite.left_behind() == []
    document = json.loads((folder / "out.json").read_text())
    assert (document["kind"], document["verdict"], document["exit_code"]) == ("costs", "pass", 0)
    [bill] = document["results"]
    assert sum(bill["mix"].values()) == 40
    assert bill["mix"].keys() == {"click", "slip"}
    assert bill["costs"]["cost.writes"]["value"] == 0
    assert bill["costs"]["cost.bytes_in"]["value"] is None
    calls = {one["function"]: one["calls"] for one in bill["functions"]}
    assert calls["Clicker.click"] == bill["mix"]["click"] / 40
    assert bill["costs"]["cost.calls"]["value"] == 1, "the engine calls more, and is not on the bill"
    assert bill["costs"]["cost.statements"]["value"] == 0
    assert bill["plan"]["users"] == 1
    assert "cost.instructions" not in bill["costs"]
    assert "not counted: bytes_in, bytes_out: no TCP connection of the users lasts for a window" in suite.out
    assert "COUNTED  8 costs in " in suite.out
    assert list((folder / "results" / "costs").glob("*counter-click*.json"))


@pytest.mark.exhaustive
def test_operations_that_fail_end_it_with_3(folder):
    words = ("costs", "load_clicks.py", "--no-instructions", "--operations", "10", "--set", "slippery=yes")
    suite = Suite(folder, *words)
    assert suite.finish() == 3, suite.err + suite.out
    assert "invalid: " in suite.out
    assert "operations failed while they were counted by kernel, the first: ValueError" in suite.out
    assert suite.left_behind() == []
