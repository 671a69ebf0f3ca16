"""Reasons in words."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import suite
from suite.compare.likeness import Unlike
from suite.errors import StoreError
from suite.records.leak import Growth, LeakVerdict
from suite.records.reason import Figure, Reason
from suite.report.reasons import (
    all_words,
    capacity,
    comparison,
    error_words,
    leaks,
    limiter,
    observed,
    validity,
    verdict_words,
    words,
)
from suite.report.reasons.wording import KINDS

_WORKER = {"worker": 0, "cpu": 0.99, "delay": 0.0}
_CORES = {"used": 0.25, "cores": 4}
_SAID: list[tuple[str, dict[str, Figure], str]] = [
    # validity
    ("worker_died", {"workers": 1}, "a worker died, with its share of the load"),
    (
        "nothing_planned",
        {},
        "by chance of the arrivals no operation was due; give more seconds or a higher rate",
    ),
    ("no_samples", {}, "no samples: no operation was due in the measured part"),
    (
        "few_samples",
        {"metric": "response.p95", "n": 400, "wanted": 2000},
        "response.p95 gated on 400 samples; 2,000 are wanted",
    ),
    (
        "late_sends",
        {"lateness_p99": 0.06, "metric": "response.p99", "reported": 0.0625, "punctual": 0.003},
        "the generator was late: sends p99 60 ms after plan; response.p99 is 62.5 ms instead of 3 ms",
    ),
    (
        "loop_blocked",
        {
            "blocked": 0.97,
            "operation": "get",
            "place": "load.py:7",
            "lag": 0.118,
            "metric": "service.p50",
            "reported": 0.253,
        },
        "the generator's event loop stood still 97 % of the time, kept by operation get at load.py:7: "
        "answers waited 118 ms for it, service.p50 is 253 ms; await what takes long, or hand it to a thread",
    ),
    (
        "dialled",
        {"dialled": 383, "metric": "response.p90", "reported": 1.02, "without": 0.2},
        "383 operations had to connect first: response.p90 is 1.02 s, 200 ms without; users= fixes the "
        "number of connections",
    ),
    (
        "dialled",
        {
            "dialled": 383,
            "metric": "response.p90",
            "reported": 1.02,
            "without": 0.2,
            "overflows": 111,
            "syns": 112,
            "timeouts": 113,
            "resets": 0,
        },
        "383 operations had to connect first: response.p90 is 1.02 s, 200 ms without; users= fixes the "
        "number of connections; the listen backlog was full 111 times, and connections waited for the "
        "kernel's second SYN (112 SYNs sent again, 113 time-outs, 0 resets)",
    ),
    (
        "backlog_full",
        {"slow": 40, "overflows": 111, "syns": 112, "timeouts": 113, "resets": 0},
        "40 users waited to be connected: the listen backlog was full 111 times, and connections waited for "
        "the kernel's second SYN (112 SYNs sent again, 113 time-outs, 0 resets)",
    ),
    (
        "throttled",
        {"times": 12, "share": 0.17},
        "the CPU limit of the container stopped it 12 times, and took 17 % of a core",
    ),
    (
        "run_delay",
        {"share": 0.3, "per_operation": 300e-6},
        "the generator had to wait for a core: 30 % of the time, 300 µs per operation",
    ),
    (
        "undelivered",
        {"share": 0.5, "delivered": 500.0, "planned": 1000.0, **_WORKER},
        "planned load was not delivered: the generator delivered 50 % of the planned load (500 /s of "
        "1,000 /s); worker 0 used 99 % of its core",
    ),
    (
        "missed_starts",
        {"missed": 20, "due": 4000, "share": 0.995},
        "planned load was not delivered: the generator never came to 20 of 4,000 starts, it delivered "
        "99.5 % of the planned load",
    ),
    (
        "generator_saturated",
        {"worker": 1, "cpu": 0.6, "delay": 0.38},
        "the generator was at its limit: worker 1 used 60 % of its core and waited for it 38 % of the time; "
        "the system may do more",
    ),
    (
        "idle_users",
        {"busy": 1.0, "users": 4},
        "users were idle: 1 of 4 at work on average (Little's law)",
    ),
    ("shared_cores", {}, "system and load generator share cores: each slows the other"),
    ("steal", {"share": 0.2}, "noisy machine: the hypervisor took 20 % of a core away"),
    (
        "machine_busy",
        {"others": 1.0, "waited": 1.2, "wall": 4.0},
        "busy machine: other programs used 1 cores, and the system waited 1.2 s in 4 s for a core",
    ),
    (
        "requests_differ",
        {"metric": "http_requests_total", "counted": 1501, "answered": 1500, "unanswered": 0, "beyond": 1},
        "http_requests_total counted 1,501 requests, 1,500 were answered: 1 too many; something repeats "
        "requests, or others send some",
    ),
    (
        "requests_differ",
        {"metric": "hits", "counted": 900, "answered": 1000, "unanswered": 5, "beyond": -100},
        "hits counted 900 requests, 1,000 were answered (5 more without an answer): something else answered, "
        "or it does not count all",
    ),
    (
        "unreconciled",
        {"metric": "hits", "why": "moves"},
        "sent and counted can't be compared by hits: it moves while we send nothing: others send requests "
        "too",
    ),
    (
        "observed_restart",
        {"source": "/metrics"},
        "the counters of /metrics fell: the system, or a part of it, started anew under load",
    ),
    (
        "wait",
        {"behind": "pool", "pool": "db_pool", "out": 20.0, "size": 20.0, "waits": 312.0, **_CORES},
        "waiting for a pool in the system: db_pool: 20 of 20 checked out, 312 waits, it used 0.25 of 4 cores",
    ),
    (
        "wait",
        {"behind": "pool", "pool": "db_pool", "size": 5.0, "waits": 40.0, "waited": 2.0, "timeouts": 3.0},
        "waiting for a pool in the system: db_pool: 5 places, 40 waits of 50 ms, 3 given up",
    ),
    ("memory_short", {"share": 0.1}, "memory is short: programs waited for it 10 % of the time"),
    (
        "counts_differ",
        {"served": 3999.0, "answered": 4000},
        "counts differ: the system counted 3,999, 4,000 were answered",
    ),
    (
        "trend",
        {"first": 0.001, "last": 0.003, "in_rounds": 2, "of_rounds": 3},
        "a trend within the measured part: median response went from 1 ms to 3 ms (in 2 of 3 rounds)",
    ),
    ("unconnected_users", {"refused": 2, "users": 8}, "users could not connect: 2 of 8"),
    (
        "few_faults",
        {"metric": "recovery.time", "n": 2, "wanted": 8},
        "recovery.time gated on 2 faults; 8 are wanted: give more rounds",
    ),
    (
        "fault_not_made",
        {"fault": "Kill", "whom": "cache", "planned": 5.0},
        "Kill of cache, planned at 5 s, was not made: the load was over",
    ),
    (
        "fault_met_nothing",
        {"fault": "Reset", "whom": "cache", "planned": 5.0},
        "Reset of cache at 5 s met no connection, request or process",
    ),
    (
        "faults_left_out",
        {"faults": 2},
        "2 of its faults= were not made: users who come and go have no timeline",
    ),
    # limiters
    (
        "generator",
        {**_WORKER, "delivered": 0.75},
        "the generator: worker 0 used 99 % of a core; 75 % of the planned load was delivered",
    ),
    ("generator", {"dispatched": 0.75}, "the generator: it came to 75 % of the planned starts"),
    ("generator", {"lateness_p50": 0.3}, "the generator: half of its sends were 300 ms late or more"),
    (
        "generator",
        {"cpu": 0.8, "delay": 0.1},
        "the generator: its busiest worker used 80 % of a core and waited for one 10 % of the time",
    ),
    (
        "limit",
        {"rejected": 320, "due": 3200},
        "the system's own limit: 320 of 3,200 operations were rejected (10 %)",
    ),
    (
        "plan",
        {"planned": 200.0, **_CORES},
        "the plan: 200 /s were planned and done, nothing piled up; the system used 0.25 of 4 cores",
    ),
    ("cpu", {"used": 0.95, "cores": 1}, "the system's CPU: 0.95 of 1 core, all that it has"),
    (
        "cpu",
        {"thread": 0.98, "delay": 0.0, "cores": 4},
        "the system's CPU: one thread used 98 % of a core; it has 4 cores",
    ),
    (
        "cpu",
        {"process": 0.99},
        "the system's CPU: the threads of one process used 99 % of one core together, as under one "
        "interpreter lock",
    ),
    ("cpu", {"cpu": 0.7, "delay": 0.0}, "the system's CPU: its busiest thread used 70 % of a core"),
    (
        "disk",
        {"threads": 0.9, "stalled": 0.7},
        "the disk: 0.9 of the system's threads waited for it on average; programs stalled for it 70 % of "
        "the time",
    ),
    ("network", {"line": 0.93}, "the network: a line carried 93 % of what it can"),
    (
        "network",
        {"retransmitted": 0.02},
        "the network: 2 % of all TCP segments had to be sent again",
    ),
    (
        "wait",
        {"behind": "lock", "busy": 8.0, "at_once": 1.0, "locked": 6.9, **_CORES},
        "waiting for a lock in the system: of 8 operations in it 1 at a time were served, 6.9 of its threads "
        "waited for a lock on average, it used 0.25 of 4 cores",
    ),
    (
        "wait",
        {"behind": "pool", "pool.waits": 130.0, "pool.size": 2.0},
        "waiting for a pool in the system: pool.waits is 130, pool.size is 2",
    ),
    (
        "loop",
        {"users": 8, "thinking": False, **_CORES},
        "the loop: 8 users, each waiting for its answer; the system used 0.25 of 4 cores",
    ),
    (
        "generator",
        {"blocked": 0.97, "operation": "", "place": "load.py:7"},
        "the generator: its event loop stood still 97 % of the time, kept at load.py:7",
    ),
    (
        "generator",
        {"blocked": 0.97, "operation": None, "place": None},
        "the generator: its event loop stood still 97 % of the time, kept by something unseen",
    ),
    (
        "backlog",
        {"slow": 230, "dialled": 383, "overflows": 232, "syns": 232},
        "the listen backlog, full 232 times: 230 connections waited for the kernel's second SYN; users= "
        "fixes their number",
    ),
    ("loop", {"users": 1, "thinking": False}, "the loop: 1 user, waiting for its answer"),
    ("loop", {"users": 8, "thinking": True}, "the loop: 8 users, in an operation or its think time"),
    (
        "loop",
        {"users": 8, "thinking": 7.9},
        "the loop: 8 users, of whom 7.9 were in their think time on average",
    ),
    (
        "unknown",
        {"readable": False},
        "nothing that shows in the figures; the system runs elsewhere and can't be read",
    ),
    # capacity
    (
        "limit_broken",
        {
            "metric": "response.p95",
            "value": 0.4,
            "at_least": True,
            "limit": 0.1,
            "better": "lower",
            "unit": "s",
        },
        "response.p95 > 400 ms, at most 100 ms",
    ),
    ("failed", {"share": 0.02}, "2 % failed"),
    ("check_failed", {"check": "active is 0", "detail": "active is 3"}, "check active is 0: active is 3"),
    ("backlog_grew", {"by": 1234.0}, "a backlog grew by 1,234"),
    ("not_measured", {"metric": "response.p95"}, "response.p95 was not measured"),
    ("few_points", {"points": 4, "wanted": 5}, "too few points for a fit: 4 of 5"),
    (
        "fit",
        {"quality": "good", "r_squared": 0.99, "least": 1.0, "most": 64.0},
        "a good fit (R² 0.990); seen from 1 to 64 in flight",
    ),
    (
        "fit_without_peak",
        {"quality": "poor", "r_squared": 0.5, "least": 1.0, "most": 64.0},
        "a poor fit (R² 0.500), take it for nothing; no peak",
    ),
    # comparisons
    ("other_hardware", {"fact": "cpu", "base": "EPYC", "head": None}, "CPU: EPYC v unknown"),
    ("other_hardware", {"fact": "cores", "base": 8, "head": 4}, "cores: 8 v 4"),
    ("other_hardware", {"fact": "affinity", "base": 8, "head": 2}, "usable cores: 8 v 2"),
    (
        "other_hardware",
        {"fact": "container", "base": "docker", "head": "none"},
        "container class: docker v none",
    ),
    (
        "other_hardware",
        {"fact": "machine", "base": "x86_64", "head": "aarch64"},
        "architecture: x86_64 v aarch64",
    ),
    (
        "other_hardware",
        {"fact": "memory", "base": 32_000_000_000, "head": 16_000_000_000, "passes": "anywhere"},
        "memory: 32.0 GB v 16.0 GB; --anywhere compares them all the same",
    ),
    ("other_software", {"fact": "kernel", "base": "6.1", "head": "6.6"}, "kernel: 6.1 v 6.6"),
    ("other_software", {"fact": "python", "base": "3.11", "head": "3.12"}, "Python: 3.11 v 3.12"),
    (
        "other_software",
        {"fact": "governor", "base": None, "head": "performance"},
        "CPU governor: unknown v performance",
    ),
    ("other_package", {"fact": "uvloop", "base": "0.20", "head": "0.21"}, "package uvloop: 0.20 v 0.21"),
    ("other_packages", {"more": 4}, "and 4 more packages differ"),
    ("other_load", {"fact": "users", "base": 8, "head": 16}, "load, users: 8 v 16"),
    ("other_plan", {"fact": "seconds", "base": 10.0, "head": 30.0}, "seconds: 10.0 v 30.0"),
    ("other_parameter", {"fact": "{limit}", "base": None, "head": 6}, "parameter {limit}: unknown v 6"),
    ("other_rounds", {"base": 3, "head": 1}, "rounds: 3 v 1"),
    (
        "other_workload",
        {"base": "dicom/receive", "head": "api/steady"},
        "workload: dicom/receive v api/steady",
    ),
    (
        "other_loop",
        {"base": "closed", "head": "open"},
        "loop: closed v open; closed and open loops measure different things",
    ),
    ("uncommitted", {"side": "head"}, "head had changes that were not committed"),
    ("invalid_runs", {"side": "base", "invalid": 6, "of": 14}, "base: 6 of 14 runs invalid, not counted"),
    ("no_value", {"side": "both"}, "no value in base and head"),
    (
        "no_value",
        {"metric": "response.p99", "side": "head", "note": "needs 1,000 samples, has 8"},
        "response.p99: no value in head (needs 1,000 samples, has 8)",
    ),
    ("no_valid_run", {"metric": "response.p50", "side": "head"}, "response.p50: no valid run of head"),
    ("few_base_runs", {"runs": 1, "wanted": 8}, "1 run of base, 8 tell its spread; use suite ab"),
    (
        "few_head_runs",
        {"runs": 1, "rounds": 3, "wanted_runs": 3, "wanted_rounds": 5},
        "1 run, 3 rounds of head; 3 runs and 5 rounds make a verdict on a change",
    ),
    (
        "few_head_runs",
        {"runs": 2, "rounds": 2, "wanted_runs": 1, "wanted_rounds": 3},
        "2 runs, 2 rounds of head; 3 rounds make a verdict on a change",
    ),
    (
        "few_moments",
        {"moments": 1, "wanted": 8, "allowed": 0.05},
        "base ran at 1 moment: 5 % is allowed for how others are; 8 of them, or suite ab, tell more",
    ),
    ("within_minimum", {"minimum": 0.001, "relative": False, "unit": "ratio"}, "within ±0.1 points"),
    (
        "no_clear_change",
        {"minimum": 0.05, "relative": True, "unit": "s"},
        "no clear change, nor within ±5 %",
    ),
    ("no_runs", {"workload": "shop/new", "side": "base"}, "shop/new: no runs in base"),
    (
        "no_search",
        {"workload": "shop/new", "side": "base"},
        "shop/new: its capacity was not searched for in base",
    ),
    (
        "left_out",
        {"side": "base", "runs": 2},
        "base: 2 runs left out: other machine, plan or code, or not valid",
    ),
    (
        "neighbours",
        {"commit": "0123456789abcdef", "own": 1, "others": 7},
        "base: 1 run of 0123456789ab and 7 of its neighbours",
    ),
    ("nothing_compared", {"workload": "a/b"}, "a/b: nothing could be compared"),
    ("nothing_compared", {}, "nothing was compared"),
    ("machine_shifted", {"canary/cpu": 0.3, "workload": "a/b"}, "the machine shifted (canary/cpu +30 %)"),
    ("check_broken", {"side": "head", "check": "all is stored"}, "head: check failed: all is stored"),
    ("failures", {"base": 0.0, "head": 0.25}, "failures: 0 % v 25 %"),
    (
        "failures_rise",
        {"base": 0.0, "head": 0.25},
        "more fails, 0 % v 25 %: what is left may only seem better",
    ),
    # leaks
    ("restless", {"counter": "malloc", "process": "all"}, "malloc's bytes in all never became quiet"),
    ("restless", {"counter": "blocks", "process": "7"}, "Python's blocks of process 7 never became quiet"),
    (
        "bad_operations",
        {"bad": 5, "operations": 1000, "cause.reset": 3, "cause.{x}": 2},
        "5 of 1,000 operations did not end well: 3 reset, 2 {x}",
    ),
    ("no_answer", {"process": 12, "error": "it is not Python"}, "process 12: it is not Python"),
    (
        "recording_stopped",
        {"processes": 3, "bytes": 1.2e6, "limit": 1e6},
        "recording stopped: 3 processes have written 1.2 MB, more than the limit of 1 MB; fewer operations "
        "per window need less",
    ),
    (
        "memray_failed",
        {"objects": False, "error": "no thank you"},
        "no call site is named: the system failed under memray: no thank you",
    ),
    (
        "gave_back",
        {"function": "warm_up", "file": "/app.py", "bytes": 100.0},
        "warm_up (/app.py) gave back 100 B per operation meanwhile: a suspect of that size may only have "
        "taken its place",
    ),
]


@pytest.mark.parametrize(("kind", "figures", "said"), _SAID)
def test_each_kind_has_its_words(kind: str, figures: dict[str, Figure], said: str) -> None:
    assert words(Reason(kind, figures)) == said


_GROWTHS = (
    Growth("12", "blocks", 100, (1.0, 2.0), 1.0),
    Growth("all", "blocks", 100, (1.0, 2.0), 1.0),
    Growth("all", "resident", 100, (1.0, 2.0), 1.0),
)


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (
            LeakVerdict("no growth", 2000, detectable=8.0),
            "no growth in 2,000 operations, from 8 B/operation on it would have shown",
        ),
        (
            LeakVerdict("bounded", 4500, reasons=(Reason("filled", {"bytes": 3e6}),)),
            "filled, bounded at about 3 MB after 4,500 operations",
        ),
        (
            LeakVerdict("bounded", 4500, held=True, reasons=(Reason("filled"), Reason("processes_changed"))),
            "filled while connections are held, bounded at about what it had after 4,500 operations; "
            "processes came and went meanwhile",
        ),
        (
            LeakVerdict("released", 700, reasons=(Reason("retained", {"seconds": 5.0}),)),
            "retained for up to 5 s, then released, in 700 operations",
        ),
        (
            LeakVerdict("unbounded", 3700, 64.0, 1.0, growths=_GROWTHS),
            "unbounded up to 3,700 operations at 64 B/operation (1 blocks): Python's blocks and "
            "resident memory of process 12 rose",
        ),
        (
            LeakVerdict("unbounded", 3700, 64.0, growths=_GROWTHS[1:2], reasons=(Reason("not_python"),)),
            "unbounded up to 3,700 operations at 64 B/operation: Python's blocks of all "
            "processes together rose; of processes that aren't Python only resident memory is known, with "
            "wider floors",
        ),
        (
            LeakVerdict("sporadic", 900, 8.0),
            "sporadic: grew irregularly, about 8 B/operation in 900 operations; needs more",
        ),
        (
            LeakVerdict("unsettled", 0, reasons=(Reason("nothing_readable"),)),
            "could not settle after 0 operations: no process of the system could be read",
        ),
        (LeakVerdict("unbounded", 9, reasons=(Reason.of_text("it leaks"),)), "it leaks"),
    ],
)
def test_a_search_for_leaks_says_in_a_line_what_it_found(verdict: LeakVerdict, said: str) -> None:
    assert verdict_words(verdict) == said


def test_what_was_a_sentence_stays_one() -> None:
    assert words(Reason.of_text("busy machine: x")) == "busy machine: x"
    assert words(Reason("cpu", {"text": "the system's CPU: one thread"})) == "the system's CPU: one thread"


def test_what_a_newer_version_says_is_shown_as_kind_and_figures() -> None:
    moon: dict[str, Figure] = {"phase": 0.5, "name": "half", "in_rounds": 1, "of_rounds": 3}
    assert words(Reason("full_moon", moon)) == "full moon: phase 0.5, name half (in 1 of 3 rounds)"
    assert words(Reason("trend", {"slope": 2})) == "trend: slope 2"
    assert words(Reason("full_moon")) == "full moon"


def test_some_that_are_doubtful_say_why_the_first_is() -> None:
    trend = Reason("trend", {"first": 0.001, "last": 0.003, "in_rounds": 2, "of_rounds": 3})
    assert words(Reason.doubtful([[], [trend]], 5, "head")) == f"head: 2 of 5 runs doubtful ({words(trend)})"
    assert words(Reason.doubtful([[]], 1)) == "1 of 1 runs doubtful (no reason given)"
    said = Reason.doubtful([[Reason.of_text("one core")]], 2, "base")
    assert words(said) == "base: 1 of 2 runs doubtful (one core)"


def test_what_rests_on_another_reason_says_it() -> None:
    late = Reason.of_text("load was not delivered")
    again = late.behind("pairs_repeated", pairs=2, side="base")
    assert words(again) == "2 pairs repeated, the first because: base: load was not delivered"
    assert words(late.behind("given_up", side="head")) == "given up: head: load was not delivered"
    assert words(Reason.of_text("no\nroom").behind("ended_early")) == "ended early: no"
    assert words(Reason("only_bound").behind("new_moon")) == "only a bound is known"


def test_an_error_with_reasons_has_a_line_for_each() -> None:
    reasons = [
        Reason("other_load", {"fact": "users", "base": 8, "head": 16}),
        Reason("other_rounds", {"base": 3, "head": 1}),
    ]
    assert error_words(Unlike("a/b", reasons)).splitlines() == [
        "a/b: base and head can't be compared: load, users: 8 v 16",
        "a/b: base and head can't be compared: rounds: 3 v 1",
    ]
    assert error_words(StoreError("no room")) == "no room"


def test_several_stand_on_one_line() -> None:
    assert all_words([Reason("no_samples"), Reason("shared_cores")]).count("; ") == 1
    assert all_words([], "invalid") == "invalid"


def _kinds_in_code() -> set[str]:
    """The kinds that are written out where reasons are made."""
    found = set()
    for path in Path(suite.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            place = {"Reason": 0, "behind": 0, "_other": 0, "_differing": 0, "_doubt": 1}.get(name)
            kind = node.args[place] if place is not None and len(node.args) > place else None
            if isinstance(kind, ast.Constant) and isinstance(kind.value, str):
                found.add(kind.value)
    return found


def test_each_kind_that_is_made_has_words_and_only_once() -> None:
    made = _kinds_in_code()
    assert {"few_samples", "late_sends", "given_up", "other_load", "restless"} <= made
    assert made <= {*KINDS, "load, ", "package ", "parameter "}
    tables = [module.KINDS for module in (validity, observed, limiter, capacity, comparison, leaks)]
    assert sum(map(len, tables)) == len(KINDS)
