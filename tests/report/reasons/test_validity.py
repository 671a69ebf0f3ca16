"""Whether figures can be believed, in words."""

from __future__ import annotations

import pytest

from suite.records.reason import Figure, Reason
from suite.report.reasons import words

_WORKER = {"worker": 0, "cpu": 0.99, "delay": 0.0}
_CORES = {"used": 0.25, "cores": 4}
_SAID: list[tuple[str, dict[str, Figure], str]] = [
    (
        "room_full",
        {"operations": 3_145_728, "row": 39},
        "after 3,145,728 operations there was no memory left to record more, at 39 bytes each; give fewer "
        "seconds, or more memory",
    ),
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
        "unawaited",
        {"what": "coroutine 'Http.get' was never awaited", "where": "load_shop.py:16", "times": 7987},
        "load_shop.py:16: coroutine 'Http.get' was never awaited, 7,987 times: what it says was not done, "
        "nor measured; write await before it",
    ),
    (
        "unawaited",
        {"what": "coroutine 'Http.get' was never awaited", "where": "", "times": 1},
        "an operation returns what it should await: coroutine 'Http.get' was never awaited, 1 times: what it "
        "says was not done, nor measured; write await before it",
    ),
    (
        "unexamined",
        {"what": "check none is lost", "why": "there is no memory left; free some memory"},
        "check none is lost could not be made, which says nothing of the system: there is no memory left; "
        "free some memory",
    ),
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
]


@pytest.mark.parametrize(("kind", "figures", "said"), _SAID)
def test_what_makes_figures_doubtful_has_words(kind: str, figures: dict[str, Figure], said: str) -> None:
    assert words(Reason(kind, figures)) == said
