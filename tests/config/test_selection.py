"""What will run of what was chosen."""

from types import SimpleNamespace

from suite import Component, User, Workload, closed_loop, operation
from suite.config.file import Configuration
from suite.config.layer import SettingsLayer
from suite.config.selection import make_plans


class Idler(User):
    @operation
    def idle(self): ...


def entry(name, *tags):
    return SimpleNamespace(
        workload=Workload(name, Component(dict), Idler, loop=closed_loop(1, operations=1), tags=tags)
    )


def names(*entries, **given):
    plans = make_plans(entries, Configuration(), SettingsLayer(**given))
    return [found.workload.name for found, _ in plans.runs], plans.skipped


def test_quick_runs_of_several_do_without_the_slow_ones():
    fast, slow = entry("vision/fast"), entry("vision/slow", "slow")
    assert names(fast, slow) == (["vision/fast", "vision/slow"], ())
    assert names(slow, quick=True) == (["vision/slow"], ())
    ran, skipped = names(fast, slow, quick=True)
    assert ran == ["vision/fast"]
    assert skipped == ("vision/slow: it is slow, and runs without --quick or by its name",)
