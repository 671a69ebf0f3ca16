"""Simulated processes that share the work, come and go."""

import numpy as np
from support.leaking import FAR, adds


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
