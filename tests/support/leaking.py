"""Simulated systems to search for leaks: what they hold is a plain function of what was done."""

from collections import defaultdict
from types import SimpleNamespace

import numpy as np
from examples.load_null import Asker
from support.processes import EXAMPLES

from suite import Command, Workload, closed_loop
from suite.leaks.verdict import Idle, Reading, Rules, search
from suite.process.injection import Filling

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


# --- what is done with operations


def done(system):
    return system.done


def held(system):
    return system.held


def between(first, last):
    """Fills with the operations from `first` to `last`."""
    return lambda system: min(max(system.done - first, 0), last - first)


def at(first):
    """Once, after so many operations."""
    return lambda system: int(system.done > first)


def share(probability):
    """So many of the operations, at random."""
    return lambda random: np.concatenate([[0], np.cumsum(random.random(FAR) < probability)])


def distinct(keys, most):
    """How many of `keys` were asked for by now, where each operation asks for a random one."""

    def draw(random):
        asked = random.integers(0, keys, FAR)
        new = np.zeros(FAR + 1, int)
        new[np.unique(asked, return_index=True)[1] + 1] = 1
        return np.minimum(np.cumsum(new), most)

    return draw


def fragments(most, each):
    """Pages that freed memory keeps busy: more and more, towards `most`."""

    def draw(random):
        steps = random.exponential(1.0, FAR + 1) * most / each * np.exp(-np.arange(FAR + 1) / each)
        return np.cumsum(steps)

    return draw


def expiring(seconds, *, lazily):
    """Operations of the last `seconds`; with `lazily` they are forgotten by the next operation only."""

    def amount(system):
        since = (system.last if lazily else system.clock) - seconds
        return sum(
            min(count, max(0, round((begin - since) / SECONDS) + count)) for begin, count in system.log
        )

    return amount


def highest(amount):
    """The most that `amount(system)` was at any mark: what an allocator keeps of what was freed."""
    most = {}

    def high(system):
        most[system] = max(most.get(system, 0), amount(system))
        return most[system]

    return high


# --- processes


def turns(pids, every, **each):
    """Processes that share operations out as it happens: so many in a row go to one of them."""

    def part(system):
        owners = np.repeat(system.random.choice(pids, FAR // every + 1), every)
        served = {pid: np.concatenate([[0], np.cumsum(owners == pid)]) for pid in pids}
        parts = [
            adds(lambda system, pid=pid: int(served[pid][system.done]), pid, **each)(system) for pid in pids
        ]

        def add(system, processes):
            for part in parts:
                part(system, processes)

        return add

    return part


def recycled(every, first=10, warm=0, **each):
    """A worker that is replaced after so many operations; it grows by `each` of its own and warms up."""

    def part(_):
        def add(system, processes):
            served = system.done % every
            worker = processes[first + system.done // every]
            worker.blocks += min(served, 20) * warm // 20
            for field, size in each.items():
                setattr(worker, field, getattr(worker, field) + served * size)

        return add

    return part


def started(pid, after=0):
    """A process that is there from then on."""

    def part(_):
        def add(system, processes):
            if system.done >= after:
                processes[pid].blocks += 0

        return add

    return part


def piling(every):
    """A process more after so many operations."""

    def part(_):
        def add(system, processes):
            for index in range(system.done // every):
                processes[100 + index].blocks += 0

        return add

    return part


def vanishing(after):
    """All are gone after so many operations."""

    def part(_):
        def add(system, processes):
            if system.done >= after:
                processes.clear()

        return add

    return part


def every(count, upto=FAR):
    """One more after so many operations, until there were `upto`."""
    return lambda system: min(system.done, upto) // count


CHILDREN = range(2, 10)
SMALL = {"blocks": 2, "small": 100}
CLEAN = {"no growth"}
FILLED = {"no growth", "bounded"}
LEAK = {"unbounded"}

CASES = {
    "clean": (CLEAN, usual()),
    "clean, 8 children": (CLEAN, *(usual(pid) for pid in CHILDREN)),
    "garbage": (CLEAN, usual(), jitters(blocks=20, malloc=2_000)),
    "cache that fills early": (CLEAN, usual(), adds(between(0, 250), **SMALL)),
    "cache that fills within the windows": (FILLED, usual(), adds(between(0, 1_700), **SMALL)),
    "cache that starts and fills within the windows": (FILLED, usual(), adds(between(600, 900), **SMALL)),
    "cache that fills while it is confirmed": (FILLED, usual(), adds(between(300, 1_900), **SMALL)),
    "LRU of 3,000": (FILLED, usual(), adds(between(0, 3_000), blocks=3, malloc=1_000)),
    "LRU of 1,000, random keys": (FILLED, usual(), drawn(distinct(1_050, 1_000), blocks=3, malloc=1_000)),
    "clean, malloc unknown": (CLEAN, usual(), is_a("no malloc")),
    "ring of 600 frames": (CLEAN, usual(), adds(between(0, 600), malloc=100_000)),
    "fragmentation": (FILLED, usual(), drawn(fragments(3_000_000, 700), mapped=1)),
    "fragmentation, slow": (FILLED, usual(), drawn(fragments(3_000_000, 2_000), mapped=1)),
    "busy": (CLEAN, usual(), jitters(blocks=300, malloc=10_000, mapped=500_000)),
    "busy, slowly": (FILLED, usual(), drifts(blocks=200, malloc=10_000)),
    "one step": (FILLED, usual(), adds(at(700), malloc=1_000_000, blocks=300)),
    "caches of 8 threads": (
        FILLED, usual(), *(adds(between(50, 300 * i), blocks=1, malloc=64) for i in range(1, 9))
    ),
    "expires, at once": ({"released"}, usual(), adds(expiring(2.0, lazily=False), **SMALL)),
    "expires, with the next": ({"released"}, usual(), adds(expiring(2.0, lazily=True), **SMALL)),
    "expires soon": (FILLED, usual(), adds(expiring(0.5, lazily=True), **SMALL)),
    "expires, but its pages stay": (
        {"released", *FILLED},
        usual(),
        adds(expiring(1.0, lazily=False), **SMALL),
        adds(highest(expiring(1.0, lazily=False)), mapped=200),
    ),
    "worker recycled": (CLEAN, usual(), recycled(500)),
    "worker recycled, warms up": (FILLED | {"unsettled"}, usual(), recycled(500, warm=400)),
    "worker recycled, leaks": (FILLED | {"unsettled"}, usual(), recycled(500, blocks=2, small=100)),
    "worker recycled oddly, leaks": (FILLED | {"unsettled"}, usual(), recycled(470, blocks=2, small=100)),
    "not Python": (CLEAN, is_a("other"), jitters(mapped=50_000)),
    "not Python beside": (CLEAN, usual(), is_a("other", 2), jitters(2, mapped=50_000)),
    "unreadable beside": (CLEAN, usual(), is_a("unreadable", 2)),
    "unreadable": ({"unsettled"}, is_a("unreadable")),
    "vanishes": ({"unsettled"}, usual(), vanishing(700)),
    "replaced all the time": ({"unsettled"}, vanishing(0), recycled(70)),
    "far too busy": ({"unsettled"}, usual(), jitters(blocks=50_000, malloc=5_000_000)),
    "very busy": (CLEAN, usual(), jitters(blocks=3_000, malloc=200_000)),
    "100 B": (LEAK, usual(), adds(done, **SMALL)),
    "1 KB": (LEAK, usual(), adds(done, blocks=12, small=1_000)),
    "10 KB": (LEAK, usual(), adds(done, blocks=2, small=100, malloc=10_000)),
    "100 B, busy": (LEAK, usual(), adds(done, **SMALL), jitters(blocks=150)),
    "1 KB, busy": (LEAK, usual(), adds(done, blocks=12, small=1_000), jitters(blocks=300, malloc=10_000)),
    "100 B and a step": (LEAK, usual(), adds(done, **SMALL), adds(at(1_400), blocks=5_000, malloc=10**6)),
    "numpy, 1 KB": (LEAK, usual(), adds(done, blocks=1, malloc=1_100)),
    "malloc, 100 B": (LEAK, usual(), adds(done, malloc=112)),
    "malloc, 1 KB, malloc unknown": (LEAK, usual(), is_a("no malloc"), adds(done, malloc=1_100)),
    "mmap, 4 KB": (LEAK, usual(), adds(done, mapped=4_096)),
    "forked child": (LEAK, usual(), usual(2), adds(done, 2, **SMALL)),
    "spawned child": (LEAK, usual(), started(2, 50), adds(lambda s: max(0, s.done - 50), 2, **SMALL)),
    "one of 8 children": (
        LEAK, usual(), *(usual(pid) for pid in CHILDREN), drawn(share(1 / 8), 5, **SMALL)
    ),
    "all of 8 children": (LEAK, usual(), *(drawn(share(1 / 8), pid, **SMALL) for pid in CHILDREN)),
    "children that take turns": (LEAK, usual(), usual(2), usual(3), turns((2, 3), 100, **SMALL)),
    "children that take long turns": (LEAK, usual(), usual(2), usual(3), turns((2, 3), 250, **SMALL)),
    "parent of a recycled worker": (LEAK, usual(), recycled(500), adds(done, **SMALL)),
    "sporadic": (LEAK, usual(), drawn(share(0.01), blocks=2, malloc=10_000)),
    "held connections": (LEAK, usual(), adds(held, **SMALL)),
    "children pile up": (LEAK, usual(), piling(50)),
    "children pile up, slowly": (LEAK, usual(), piling(400)),
    "not Python, 10 KB": (LEAK, is_a("other"), jitters(mapped=50_000), adds(done, mapped=10_000)),
    "not Python, 1 KB": (LEAK, is_a("other"), jitters(mapped=50_000), adds(done, mapped=1_000)),
    "descriptors": (LEAK, usual(), adds(every(20), descriptors=1)),
    "descriptors, not Python": (LEAK, is_a("other"), adds(every(20), descriptors=1)),
    "descriptors while held": (LEAK, usual(), adds(lambda s: s.held // 20, descriptors=1)),
    "sockets": (LEAK, usual(), adds(every(50), descriptors=1, sockets=1)),
    "threads": (LEAK, usual(), adds(every(30), threads=1)),
    "pool of threads": (FILLED, usual(), adds(every(30, 1_000), threads=1)),
    "connections that come and go": (CLEAN, usual(), jitters(descriptors=6, sockets=6, threads=3)),
}  # fmt: skip


def system_of(case, seed):
    """One of the cases."""
    return System(seed, *CASES[case][1:])


def trial(case, seeds, rules=RULES):
    """The outcomes of a case over `seeds` with their number, and the mean number of operations."""
    outcomes = defaultdict(int)
    operations = 0
    for seed in seeds:
        verdict = drive(system_of(case, seed), rules)
        outcomes[verdict.outcome] += 1
        operations += verdict.operations
    return dict(outcomes), operations / len(seeds)


# --- a real one

DIES = """
import os, sys
if os.environ["LOADLEDGER_AGENT_MODE"] in "MODES".split():
    sys.exit("no thank you")
sys.path.insert(0, sys.argv.pop(1))
from little_leaky import main
main()
"""


def program(behaviour, size, *, script=EXAMPLES / "little_leaky.py", more=()):
    """Four users of a program that leaks and imports little."""
    words = ["{python}", str(script), *more, "--port={port}", f"--behaviour={behaviour}", f"--size={size}"]
    return Workload(f"little/{behaviour}", Command(words), Asker, loop=closed_loop(4, operations=50))


def dies_under(modes, folder):
    """The same, 100 bytes a request; it does not start in these of the agent's modes."""
    script = folder / "dies.py"
    script.write_text(DIES.replace("MODES", modes))
    return program("python", 100, script=script, more=[str(EXAMPLES)])
