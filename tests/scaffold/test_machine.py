"""What about a machine makes figures unreliable, read from trees of files that tests make."""

import pytest

from suite.scaffold.machine import examine_machine

SOUND = {
    "proc/self/status": "Name: suite",
    "proc/self/cgroup": "0::/",
    "proc/pressure/cpu": "some avg10=0.00",
    "proc/loadavg": "0.10 0.20 0.30 1/200 4000",
    "proc/stat": "cpu  1000 0 500 90000 10 0 5 0 0 0\n",
    "proc/meminfo": "MemTotal:  16000000 kB\nSwapTotal:       0 kB\nSwapFree:        0 kB\n",
    "proc/sys/kernel/osrelease": "6.8.0-45-generic",
    "proc/sys/kernel/perf_event_paranoid": "2",
    "proc/sys/kernel/yama/ptrace_scope": "1",
    "proc/sys/net/core/somaxconn": "4096",
    "proc/sys/net/ipv4/ip_local_port_range": "32768\t60999",
    "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "performance",
    "sys/devices/system/cpu/cpu1/cpufreq/scaling_governor": "performance",
    "sys/devices/system/cpu/intel_pstate/no_turbo": "1",
    "sys/devices/system/clocksource/clocksource0/current_clocksource": "tsc",
    "sys/bus/event_source/devices/cpu/type": "4",
    "sys/fs/cgroup/cpu.max": "max 100000",
    "sys/fs/cgroup/cpu.stat": "usage_usec 5\nnr_throttled 0\nthrottled_usec 0",
}


def examined(root, *, cores=4, shared=1e9, **changes):
    """Severity and figures by kind, of a sound machine but for `changes`; None is no file."""
    for path, text in {**SOUND, **{path.replace("__", "/"): text for path, text in changes.items()}}.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        if text is not None:
            file.write_text(text + "\n")
    found = examine_machine(root, cores, lambda _: shared)
    assert {one.area for one in found} == {"machine"}
    return {one.reason.kind: (one.severity, dict(one.reason.figures)) for one in found}


def test_a_sound_machine(tmp_path):
    found = examined(tmp_path)
    assert {severity for severity, _ in found.values()} == {"good"}
    assert found.keys() == {"cores", "fast_governor", "quiet", "kernel"}
    assert found["kernel"][1] == {"release": "6.8.0-45-generic"}


GROUP = "sys/fs/cgroup/"


@pytest.mark.parametrize(
    ("changes", "kind", "severity", "figures"),
    [
        ({"cores": 1}, "one_core", "warning", {"cores": 1}),
        (
            {"sys/devices/system/cpu/cpu1/cpufreq/scaling_governor": "powersave"},
            *("slow_governor", "warning", {"governor": "powersave"}),
        ),
        (
            {"sys/devices/system/cpu/intel_pstate/no_turbo": "0"},
            *("turbo", "note", {"file": "/sys/devices/system/cpu/intel_pstate/no_turbo", "off": 1}),
        ),
        (
            {
                "sys/devices/system/cpu/intel_pstate/no_turbo": None,
                "sys/devices/system/cpu/cpufreq/boost": "1",
            },
            *("turbo", "note", {"file": "/sys/devices/system/cpu/cpufreq/boost", "off": 0}),
        ),
        (
            {"sys/devices/system/clocksource/clocksource0/current_clocksource": "hpet"},
            *("slow_clock", "warning", {"clock": "hpet"}),
        ),
        ({GROUP + "cpu.max": "150000 100000"}, "cpu_limit", "warning", {"limit": 1.5, "cores": 4}),
        (
            {
                "proc/self/cgroup": "3:cpu,cpuacct:/docker/1",
                GROUP + "cpu.max": None,
                GROUP + "cpu,cpuacct/docker/1/cpu.cfs_quota_us": "200000",
                GROUP + "cpu,cpuacct/docker/1/cpu.cfs_period_us": "100000",
            },
            *("cpu_limit", "warning", {"limit": 2.0, "cores": 4}),
        ),
        (
            {GROUP + "cpu.stat": "nr_throttled 7\nthrottled_usec 2500000"},
            *("throttled_before", "warning", {"times": 7, "seconds": 2.5}),
        ),
        ({"proc/loadavg": "3.5 1 1 1/2 3"}, "busy_now", "warning", {"load": 3.5, "cores": 4}),
        ({"proc/stat": "cpu 400 0 100 400 0 0 0 100 0 0"}, "stolen", "warning", {"share": 0.1}),
        (
            {"proc/meminfo": "SwapTotal:  2000 kB\nSwapFree:  1500 kB"},
            *("swap_used", "warning", {"used": 512_000}),
        ),
        (
            {"proc/meminfo": "SwapTotal:  2000 kB\nSwapFree:  2000 kB"},
            *("swap_on", "note", {"size": 2_048_000}),
        ),
        ({"shared": None}, "no_shared_memory", "warning", {}),
        ({"shared": 64e6}, "little_shared_memory", "warning", {"size": 64e6}),
        ({"proc/sys/kernel/osrelease": "4.4.0"}, "old_kernel", "warning", {"release": "4.4.0"}),
        ({"proc/sys/kernel/perf_event_paranoid": "4"}, "pmu_locked", "note", {"level": 4}),
        ({"sys/bus/event_source/devices/cpu/type": None, "proc/sys/kernel/perf_event_paranoid": None},
         "no_pmu", "note", {}),
        ({"proc/sys/kernel/yama/ptrace_scope": "3"}, "no_ptrace", "note", {"level": 3}),
        ({"proc/sys/net/core/somaxconn": "128"}, "short_backlog", "note", {"backlog": 128}),
        ({"proc/sys/net/ipv4/ip_local_port_range": "60000 60999"}, "few_ports", "warning", {"ports": 1000}),
    ],
)  # fmt: skip
def test_each_thing_that_is_not_as_it_should_be_and_that_alone(tmp_path, changes, kind, severity, figures):
    found = examined(tmp_path, **changes)
    assert found[kind] == (severity, figures)
    assert [one for one, (how, _) in found.items() if how != "good"] == [kind]


def test_nothing_of_it_is_there(tmp_path):
    found = {one.reason.kind: one.severity for one in examine_machine(tmp_path, 2, lambda _: 1e9)}
    assert found == {"cores": "good", "no_proc": "fatal", "no_pressure": "note", "no_pmu": "note"}


def test_what_is_garbled_is_left_out(tmp_path):
    found = examined(
        tmp_path,
        **{
            "proc/loadavg": "much",
            "proc/stat": "cpu",
            "proc/meminfo": "?",
            "proc/sys/kernel/osrelease": "",
            "proc/sys/net/core/somaxconn": "many",
            "proc/sys/net/ipv4/ip_local_port_range": "1",
            GROUP + "cpu.max": "a b",
        },
    )
    assert {severity for severity, _ in found.values()} <= {"good", "note"}


def test_this_machine():
    assert any(one.reason.kind in ("cores", "one_core") for one in examine_machine())
