"""What to do next, and why."""

from __future__ import annotations

from suite.report.reasons.limiter import pool_words
from suite.report.reasons.template import Figures, Kinds, number


def _add_workers(figures: Figures) -> str:
    return f"load with more worker processes, --workers {number(figures['workers']) + 1:.0f}: " + _generator(
        figures
    )


def _load_from_elsewhere(figures: Figures) -> str:
    return "load from another machine, or ask for less: " + _generator(figures)


def _generator(figures: Figures) -> str:
    used = "; a worker used {cpu:ratio} of a core" if "cpu" in figures else ""
    share = next((name for name in ("delivered", "dispatched") if name in figures), "")
    told = f"; {{{share}:ratio}} of the plan was {share}" if share else ""
    return "the generator was the limit, with {workers} of {cores} cores" + used + told


def _widen_pool(figures: Figures) -> str:
    return f"give the pool more places, or hold each for less time: {pool_words(figures)}"


def _hold_lock_shorter(figures: Figures) -> str:
    queue = "of {busy:tenths} operations {at_once:tenths} at a time were served" if "busy" in figures else ""
    threads = "{locked:tenths} threads waited for it on average" if "locked" in figures else ""
    told = ", ".join(filter(None, (queue, threads)))
    return f"hold the lock for less time, or take several: {told}; where it is held, suite ab --profile shows"


def _add_processes(figures: Figures) -> str:
    each = _each(figures)
    if "process" in figures:
        return (
            f"run more server processes: the threads of one used {{process:ratio}} of a core together{each}"
        )
    return f"run more server processes: one thread used {{thread:ratio}} of a core of {{cores}}{each}"


def _each(figures: Figures) -> str:
    return "" if figures["each"] is None else "; {each:s} of CPU an operation"


def _calm_collector(figures: Figures) -> str:
    full = "{full:,.0f} of all generations" if number(figures["full"]) else "none of all generations"
    return (
        "have the garbage collector stop for less, by gc.freeze() when started or a higher threshold: its "
        f"longest pause was {{pause:s}} ({full}), p99 is {{p99:s}}, the median {{p50:s}}"
    )


KINDS: Kinds = {
    "unblock_loop": "await what {operation} does at {place}, or hand it to a thread: it kept the generator's "
    "event loop {blocked:ratio} of the time",
    "add_workers": _add_workers,
    "load_from_elsewhere": _load_from_elsewhere,
    "widen_pool": _widen_pool,
    "hold_lock_shorter": _hold_lock_shorter,
    "add_processes": _add_processes,
    "spend_less_cpu": "spend less CPU on an operation, or give more cores: {each:s} each; where it goes, "
    "suite ab --profile shows",
    "synchronise_less": "synchronise the disk (fsync) for several operations at once: {threads:tenths} "
    "threads waited for it on average at {throughput:1/s}",
    "widen_backlog": "raise the server's listen backlog (and net.core.somaxconn), or accept sooner: it was "
    "full {overflows:,} times",
    "serve_several": "serve several at a time: of {busy:tenths} operations {at_once:tenths} at a time were "
    "served, as by one association, one worker or one lock for all",
    "allow_associations": "allow more associations, or load with fewer users: the association limit was "
    "reached, {refused:,} were rejected with local limit exceeded",
    "write_at_once": "write each answer at once, or turn Nagle off (TCP_NODELAY) on the side of the system: "
    "{late:,} of {count:,} took 40 to 50 ms, the time of a delayed acknowledgement, of which there were "
    "{delayed:,}",
    "calm_collector": _calm_collector,
    "take_disk_off_the_way": "let answers not wait for the disk: {threads:tenths} threads did on average, "
    "p99 is {p99:s}, the median {p50:s}",
    "raise_cpu_limit": "raise the container's CPU limit: it stopped the system {times:,} times and took "
    "{share:ratio} of a core",
    "run_longer": "measure {times:.3g} times as long: {metric} rests on {n:,} samples, and {wanted:,} are "
    "wanted",
    "search_for_leaks": "see whether it leaks with suite leaks {workload}: memory grew by {growth:B}, and "
    "{limit:B} are allowed",
}
