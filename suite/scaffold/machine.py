"""What about a machine makes figures unreliable: read from /proc and /sys, which may lie below any root."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from suite.measure.control_groups import group_folders
from suite.measure.throttling import own_groups, throttling
from suite.records.reason import Figure, Reason
from suite.scaffold.symptom import Severity, Symptom

_BUSY = 0.5
"""Processes that run or want to, per core, from which on a machine counts as busy."""
_STOLEN = 0.01
_OLDEST = (4, 14)
"""The first kernel that sums up the memory of a process in one read (smaps_rollup)."""
_SHARED_MEMORY = 256e6
_BACKLOG = 1024
_PORTS = 16_000
_QUICK_CLOCKS = ("tsc", "kvm-clock", "arch_sys_counter", "hyperv_clocksource_tsc_page")
"""Clocks that are read without a system call."""


def _room(folder: Path) -> float | None:
    """Bytes that a file system has in all; None where there is none."""
    try:
        return float(psutil.disk_usage(str(folder)).total)
    except OSError:
        return None


def examine_machine(
    root: Path = Path("/"), cores: int = 0, room: Callable[[Path], float | None] = _room
) -> list[Symptom]:
    """Symptoms of the machine whose files lie below `root`; `cores` that we may use (0: as it is)."""
    cores = cores or len(os.sched_getaffinity(0))
    found = [
        *_processor(root, cores), *_limits(root, cores), *_neighbours(root, cores), *_memory(root, room),
        *_kernel(root), *_network(root),
    ]  # fmt: skip
    return [Symptom("machine", severity, Reason(kind, figures)) for severity, kind, figures in found]


_Found = Iterator[tuple[Severity, str, dict[str, Figure]]]


def _processor(root: Path, cores: int) -> _Found:
    yield ("warning" if cores == 1 else "good"), ("one_core" if cores == 1 else "cores"), {"cores": cores}
    cpus = root / "sys/devices/system/cpu"
    governors = {_text(path) for path in cpus.glob("cpu[0-9]*/cpufreq/scaling_governor")} - {""}
    if slow := sorted(governors - {"performance"}):
        yield "warning", "slow_governor", {"governor": ", ".join(slow)}
    elif governors:
        yield "good", "fast_governor", {"governor": "performance"}
    if _text(cpus / "intel_pstate/no_turbo") == "0":
        yield "note", "turbo", {"file": "/sys/devices/system/cpu/intel_pstate/no_turbo", "off": 1}
    elif _text(cpus / "cpufreq/boost") == "1":
        yield "note", "turbo", {"file": "/sys/devices/system/cpu/cpufreq/boost", "off": 0}
    clock = _text(root / "sys/devices/system/clocksource/clocksource0/current_clocksource")
    if clock and clock not in _QUICK_CLOCKS:
        yield "warning", "slow_clock", {"clock": clock}


def _limits(root: Path, cores: int) -> _Found:
    tops = root / "sys/fs/cgroup", root / "proc/self/cgroup"
    limit = min((found for folder in group_folders("cpu", *tops) if (found := _cpu_limit(folder))), default=0)
    if 0 < limit < cores:
        yield "warning", "cpu_limit", {"limit": limit, "cores": cores}
    seen = throttling(own_groups(*tops))
    if seen is not None and seen.times:
        yield "warning", "throttled_before", {"times": seen.times, "seconds": seen.seconds}


def _cpu_limit(folder: Path) -> float | None:
    """Cores that a control group may use, where it has a limit."""
    words = _text(folder / "cpu.max").split()
    if len(words) != 2:
        words = [_text(folder / "cpu.cfs_quota_us"), _text(folder / "cpu.cfs_period_us")]
    try:
        quota, period = map(float, words)
    except ValueError:
        return None
    return quota / period if quota > 0 and period > 0 else None


def _neighbours(root: Path, cores: int) -> _Found:
    words = _text(root / "proc/loadavg").split()
    load = _number(words[0]) if words else None
    if load is not None:
        busy = load > _BUSY * cores
        kind = "busy_now" if busy else "quiet"
        yield ("warning" if busy else "good"), kind, {"load": load, "cores": cores}
    first = _text(root / "proc/stat").partition("\n")[0].split()[1:]
    ticks = [float(field) for field in first if field.isdigit()]
    if len(ticks) > 7 and (all_of_it := sum(ticks[:8])) and ticks[7] / all_of_it > _STOLEN:
        yield "warning", "stolen", {"share": ticks[7] / all_of_it}


def _memory(root: Path, room: Callable[[Path], float | None]) -> _Found:
    said = dict(re.findall(r"^(\w+): +(\d+) kB", _text(root / "proc/meminfo"), re.M))
    total, free = (1024.0 * int(said.get(name, 0)) for name in ("SwapTotal", "SwapFree"))
    if total > free:
        yield "warning", "swap_used", {"used": total - free}
    elif total:
        yield "note", "swap_on", {"size": total}
    shared = room(root / "dev/shm")
    if shared is None:
        yield "warning", "no_shared_memory", {}
    elif shared < _SHARED_MEMORY:
        yield "warning", "little_shared_memory", {"size": shared}


def _kernel(root: Path) -> _Found:
    release = _text(root / "proc/sys/kernel/osrelease")
    parts = [int(number) for number in re.findall(r"\d+", release)[:2]]
    if not (root / "proc/self").exists():
        yield "fatal", "no_proc", {}
    elif release:
        old = tuple(parts) < _OLDEST
        yield ("warning" if old else "good"), ("old_kernel" if old else "kernel"), {"release": release}
    if not (root / "proc/pressure").exists():
        yield "note", "no_pressure", {}
    level = _number(_text(root / "proc/sys/kernel/perf_event_paranoid"))
    units = [path.name for path in (root / "sys/bus/event_source/devices").glob("cpu*")]
    if level is None or not units:
        yield "note", "no_pmu", {}
    elif level > 2:
        yield "note", "pmu_locked", {"level": level}
    if (tracing := _number(_text(root / "proc/sys/kernel/yama/ptrace_scope"))) is not None and tracing > 1:
        yield "note", "no_ptrace", {"level": tracing}


def _network(root: Path) -> _Found:
    backlog = _number(_text(root / "proc/sys/net/core/somaxconn"))
    if backlog is not None and backlog < _BACKLOG:
        yield "note", "short_backlog", {"backlog": backlog}
    span = re.findall(r"\d+", _text(root / "proc/sys/net/ipv4/ip_local_port_range"))
    if len(span) == 2 and (ports := int(span[1]) - int(span[0]) + 1) < _PORTS:
        yield "warning", "few_ports", {"ports": ports}


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
