"""What will run of what was chosen."""

from types import SimpleNamespace

import pytest

from suite import Component, User, Workload, closed_loop, operation
from suite.config.file import Configuration
from suite.config.layer import SettingsLayer
from suite.config.selection import make_plans
from suite.errors import ConfigurationError


class Idler(User):
    @operation
    def idle(self): ...


def entry(name, *tags, needs=()):
    system = Component(dict, needs=needs)
    return SimpleNamespace(
        workload=Workload(name, system, Idler, loop=closed_loop(1, operations=1), tags=tags)
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


def test_what_an_extra_is_missing_for_is_skipped_where_others_of_its_system_run():
    here, heavy = entry("vision/here"), entry("vision/heavy", needs=("xclip", "no_such_module"))
    other = entry("shop/heavy", needs=("shop", "no_such_module"))
    told = "vision/heavy: no_such_module is not installed; run: pip install 'loadledger[xclip]'"
    assert names(here, heavy) == (["vision/here"], (told,))
    for chosen, extras in (
        ([heavy], ["xclip"]),
        ([here, heavy, other], ["shop"]),
        ([heavy, other], ["xclip", "shop"]),
    ):
        with pytest.raises(ConfigurationError) as caught:
            names(*chosen)
        lines = [f"no_such_module is not installed; run: pip install 'loadledger[{one}]'" for one in extras]
        assert str(caught.value).splitlines() == lines
    assert len(make_plans([here, heavy, other], Configuration(), SettingsLayer(), lenient=True).skipped) == 2
