"""The smallest system there is, for tests of the command line: two workloads, each over in a moment."""

from suite import Component, User, Workload, closed_loop, operation


class Counter:
    def __init__(self, step=1, ratio=0.5, name="x", fast=False):
        self.step = step
        self.count = 0


class Clicker(User):
    def connect(self, counter):
        self.counter = counter

    @operation(weight=3, tags={"write"})
    def click(self):
        self.counter.count += self.counter.step

    @operation(tags={"read"})
    def look(self):
        assert self.counter.count >= 0


def counts(counter, kept, recording):
    clicks = recording.of("click").counts()["ok"] if "click" in recording.names else 0
    assert counter.count == clicks * counter.step, f"{counter.count} after {clicks} clicks"
    return f"{counter.count} after {clicks} clicks"


click = Workload(
    "counter/click",
    Component(Counter, step=1, ratio=0.5, name="x", fast=False),
    Clicker,
    loop=closed_loop(1, operations=2000),
    checks=[counts],
    tags={"small"},
    description="counts as fast as it can",
)
watch = Workload(
    "counter/watch", Component(Counter), Clicker, loop=closed_loop(1, seconds=0.1), parameters={"depth": 3}
)
