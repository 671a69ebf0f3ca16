"""Profiles of callgrind, read."""

from suite.costs.callgrind_profile import totals

PROFILE = """# callgrind format
version: 1
pid: 14455
part: 2

events: Ir sysCount sysTime sysCpuTime

fl=(1) /lib/libc.so.6
fn=(1) malloc
0 12 3

totals: 20924742 520
"""

CLOCK = """events: Ir sysCount sysTime

fl=(1) /lib/libc.so.6
fn=(1) malloc
0 12 3
cfn=(12) clock_gettime@@GLIBC_2.17
calls=70 0
0 4000 63 9

fn=(12)
+5 100 60 9
* 40 3
cfn=(2) brk
calls=1 0
* 100 5

fn=(2)
+3 100 5
fn=(13) clock_gettime_of_mine
+3 100 7

totals: 20924742 520
"""


def test_totals_are_read_by_name_and_zeros_at_the_end_left_out():
    assert totals(PROFILE) == {"cost.instructions": 20924742, "cost.system_calls": 520}
    assert totals(PROFILE.replace("20924742 520", "7")) == {"cost.instructions": 7}
    assert totals("no profile") == {}


def test_clocks_that_are_read_without_the_kernel_elsewhere_are_no_system_calls():
    """Half of what the shop was said to ask of the kernel was the time, as often as its loop looks at it."""
    assert totals(CLOCK)["cost.system_calls"] == 520 - 63
