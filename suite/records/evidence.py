"""What a round says about itself: whether its load was what was planned, and what held it back."""

from __future__ import annotations

from dataclasses import dataclass

SATURATED = 0.95
"""Share of the time from which on a thread counts as never idle."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Figures of one round's measured part, `wall` seconds long. None is what can't be read or told.

    Shares are ratios: of one core for processes and threads, of `wall` for pressure. Rates are per
    second. What the fields of a group mean stands above them.
    """

    wall: float = 0.0

    # Sends against the plan (open loop), in seconds.
    lateness_p50: float | None = None
    lateness_p99: float | None = None

    # The generator: share of a core that each worker process used, and share of the time in which it
    # could have run and did not get a core. `workers_delay` is the sum in seconds. `blocked`: share of
    # the time in which the event loop of a worker stood still, kept by `blocked_by` (operation, "" for
    # none) at `blocked_at` (file and line). `lag`: seconds that an answer waited for it.
    worker_cpu: tuple[float, ...] = ()
    worker_delay: tuple[float, ...] = ()
    workers_delay: float | None = None
    blocked: float | None = None
    blocked_by: str | None = None
    blocked_at: str | None = None
    lag_p50: float | None = None
    lag_p99: float | None = None

    # The system: cores used, cores it may use, seconds for which its threads waited for a core, the
    # busiest process and thread, threads waiting for a lock and for a disk on average.
    system_cpu: float | None = None
    system_cores: int | None = None
    system_delay: float | None = None
    busiest_process: float | None = None
    busiest_thread: float | None = None
    busiest_thread_delay: float | None = None
    threads_locked: float | None = None
    threads_blocked: float | None = None

    # The machine: seconds taken by the hypervisor, cores used by processes that are none of ours, time
    # in which some task stalled (PSI), segments sent again, load on the busiest line but the loopback, how
    # often a CPU limit of our container stopped it, and for how many seconds over its cores.
    steal: float | None = None
    others: float | None = None
    pressure_cpu: float | None = None
    pressure_memory: float | None = None
    pressure_io: float | None = None
    retransmitted: float | None = None
    line: float | None = None
    throttles: int | None = None
    throttled: float | None = None

    # TCP where the system runs, over the round and its connects: connections that found the listen backlog
    # full, SYNs sent again, waits for an answer that ran out, connections reset, acknowledgements put off
    # for as long as they may be. `dialled`: operations that had to connect first. `slow_connects`: connects
    # that took as long as the kernel's second SYN does.
    overflows: int | None = None
    syns: int | None = None
    timeouts: int | None = None
    resets: int | None = None
    delayed_acks: int | None = None
    dialled: int | None = None
    slow_connects: int = 0

    # Offered against delivered. `planned` is None in a closed loop; `dispatched` is what the generator
    # came to, `delivered` what ended within the window, `completed` what ended ok.
    planned: float | None = None
    dispatched: float | None = None
    delivered: float = 0.0
    completed: float = 0.0
    due: int = 0
    rejected: int = 0
    dropped: int = 0
    unfinished: int = 0

    # Operations that rank in a percentile, and how many the highest percentile asked for wants.
    samples: int = 0
    samples_wanted: int = 0

    # What the system counted (the workload's own metric `served`) and what the loop saw answered.
    served: float | None = None
    answered: int = 0

    # Little's law: operations in flight on average, counted, and as throughput times mean response.
    # `backlog`: in flight at the end less those at the middle of the window (open loop). `at_once`:
    # throughput times the shortest service time, the concurrency that the system itself shows. `busy`:
    # users at work on average, `thinking` those of them in their think time, `users` those that had
    # operations left to do (closed loop).
    in_flight: float | None = None
    little: float | None = None
    backlog: float | None = None
    at_once: float | None = None
    busy: float | None = None
    thinking: float | None = None
    users: float | None = None

    # Median response of the last third over that of the first.
    trend: float | None = None

    @property
    def saturated(self) -> int | None:
        """The first worker that could hardly have done more: it ran, or waited to run, all the time."""
        for index, (cpu, delay) in enumerate(zip(self.worker_cpu, self.worker_delay, strict=False)):
            if cpu + delay >= SATURATED:
                return index
        return None
