"""Simulated systems to search for leaks: what they hold is a plain function of what was done."""

from collections import defaultdict
from types import SimpleNamespace

import numpy as np

from suite.leaks.verdict import Idle, Reading, Rules, search
from suite.process.agent_answers import Filling

FAR = 60_000
"""More operations than any search needs."""
RULES = Rules()
SECONDS = 0.0005
"""How long one operation takes."""


class System:
    """Processes whose state is the sum of what `parts` add at each mark.

    `done` counts operations, `held` those since connections were opened (0 while there are none),
    `clock` and `last` are seconds: now, and when the last operation ended. `log` is when operations began
    and how many.
    """

    def __init__(self, seed, *parts):
        self.random = np.random.default_rng(seed)
        self.arena = int(self.random.choice([256, 512, 1024])) * 1024
        self.done = self.held = 0
        self.clock = self.last = 0.0
        self.log = []
        self.parts = [part(self) for part in parts]

    def run(self, operations, hold):
        self.done += operations
        self.held += operations
        self.log.append((self.clock, operations))
        self.clock += operations * SECONDS
        if operations:
            self.last = self.clock
        if not hold:
            self.held = 0

    def idle(self, seconds, hold):
        self.clock += seconds
        if not hold:
            self.held = 0

    def marks(self):
        processes = defaultdict(
            lambda: SimpleNamespace(
                blocks=0,
                small=0,
                malloc=0,
                mapped=0,
                kind="python",
                caches=(),
                descriptors=12,
                sockets=4,
                threads=3,
            )
        )
        processes[1].blocks += 0
        for part in self.parts:
            part(self, processes)
        return {pid: self._reading(process) for pid, process in processes.items()}

    def _reading(self, process):
        arenas = -(-process.small // self.arena) * self.arena
        pages = (process.malloc + process.mapped) // 4096 * 4096
        resident = 40_000_000 + arenas + pages
        things = {name: getattr(process, name) for name in ("descriptors", "sockets", "threads")}
        if process.kind == "unreadable":
            return Reading(None, None, None)
        if process.kind == "other":
            return Reading(None, None, resident, python=False, **things)
        malloc = None if process.kind == "no malloc" else 5_000_000 + process.malloc
        return Reading(30_000 + process.blocks, malloc, resident, caches=process.caches, **things)


def drive(system, rules=RULES, steps=None):
    """Do what a search asks for, as a session does; its verdict."""
    course = search(rules)
    marks = None
    try:
        while True:
            step = course.send(marks)
            if steps is not None:
                steps.append(step)
            if isinstance(step, Idle):
                system.idle(step.seconds, step.hold)
            else:
                system.run(step.operations, step.hold)
            marks = system.marks()
    except StopIteration as end:
        return end.value


def adds(amount, pid=1, **each):
    """`amount(system)`, times `each` field: a part that needs nothing drawn beforehand."""

    def part(_):
        def add(system, processes):
            value = amount(system)
            for field, size in each.items():
                setattr(processes[pid], field, getattr(processes[pid], field) + value * size)

        return add

    return part


def caches(bound, each=1.0, blocks=2):
    """A cache of so many entries, which takes `each` for an operation, and blocks for an entry."""

    def part(_):
        def add(system, processes):
            entries = min(bound, int(each * system.done))
            processes[1].blocks += blocks * entries
            processes[1].small += 64 * blocks * entries
            if 0 < entries < bound:
                processes[1].caches += (Filling(bound, entries, bound),)

        return add

    return part


def drawn(draw, pid=1, **each):
    """As `adds`, of a series over operations that `draw(random)` makes once."""

    def part(system):
        series = draw(system.random)
        return adds(lambda system: int(series[system.done]), pid, **each)(system)

    return part


def jitters(pid=1, **spread):
    """Uniform noise of so much at each mark."""

    def part(_):
        def add(system, processes):
            for field, most in spread.items():
                noise = int(system.random.integers(-most, most, endpoint=True))
                setattr(processes[pid], field, getattr(processes[pid], field) + noise)

        return add

    return part


def usual(pid=1):
    """The noise of a quiet process: now and then a block or two, some pages."""

    def part(_):
        def add(system, processes):
            random = system.random
            processes[pid].blocks += int(random.choice([-2, -1, 0, 0, 0, 0, 0, 0, 1, 2]))
            processes[pid].malloc += int(random.choice([-48, 0, 0, 0, 0, 0, 0, 32]))
            processes[pid].mapped += 4096 * int(random.integers(-2, 3))

        return add

    return part


def is_a(kind, pid=1):
    """ "other" than Python, "unreadable", or without a malloc that can be asked: "no malloc"."""

    def part(_):
        def add(_, processes):
            processes[pid].kind = kind

        return add

    return part


def drifts(**spread):
    """Background work that wanders about a mean: noise that remembers (a half of it, from mark to mark)."""

    def part(_):
        state = dict.fromkeys(spread, 0.0)

        def add(system, processes):
            for field, most in spread.items():
                state[field] = 0.5 * state[field] + system.random.uniform(-most, most)
                setattr(processes[1], field, getattr(processes[1], field) + int(state[field]))

        return add

    return part
