"""Why numbers can't be believed, or not quite."""

from __future__ import annotations

from suite.report.reasons.template import Figures, Kinds, kept_by, number

_NOTABLE = 0.03
"""Share of the time from which on it is worth a word that a worker waited for a core."""


def _doubtful(figures: Figures) -> str:
    side = "{side}: " if "side" in figures else ""
    return side + "{doubtful} of {of} runs doubtful ({why})"


def _worker_died(figures: Figures) -> str:
    if figures["workers"] == 1:
        return "a worker died, with its share of the load"
    return "workers died: {workers}, with their shares of the load"


def _worker(figures: Figures) -> str:
    waited = " and waited for it {delay:ratio} of the time" if number(figures["delay"]) > _NOTABLE else ""
    return "worker {worker} used {cpu:ratio} of its core" + waited


def _undelivered(figures: Figures) -> str:
    return (
        "planned load was not delivered: the generator delivered {share:ratio} of the planned load "
        "({delivered:1/s} of {planned:1/s}); " + _worker(figures)
    )


def _saturated(figures: Figures) -> str:
    return f"the generator was at its limit: {_worker(figures)}; the system may do more"


def _blocked(figures: Figures) -> str:
    return (
        f"the generator's event loop stood still {{blocked:ratio}} of the time, {kept_by(figures)}: answers "
        "waited {lag:s} for it, {metric} is {reported:s}; await what takes long, or hand it to a thread"
    )


def _dialled(figures: Figures) -> str:
    full = f"; {_FULL}" if "overflows" in figures else ""
    return (
        "{dialled:,} operations had to connect first: {metric} is {reported:s}, {without:s} without; users= "
        f"fixes the number of connections{full}"
    )


def _unawaited(figures: Figures) -> str:
    where = "{where}: " if figures["where"] else "an operation returns what it should await: "
    return where + "{what}, {times:,} times: what it says was not done, nor measured; write await before it"


_FULL = (
    "the listen backlog was full {overflows:,} times, and connections waited for the kernel's second SYN "
    "({syns:,} SYNs sent again, {timeouts:,} time-outs, {resets:,} resets)"
)


def _instrumented(figures: Figures) -> str:
    if "side" in figures:
        return "{side} was measured under {by}, which nothing is compared with"
    return "measured under {by}: all may take longer than it does without, and nothing is compared with it"


def _threshold_lost(figures: Figures) -> str:
    unit = "ratio" if str(figures["metric"]).startswith(("failures", "dropped")) else "s"
    most = " of {most:,} at most" if "most" in figures else ""
    over = f"{{over:,}}{most} operations are over it"
    return f"{{metric}} can't hold its critical {{limit:{unit}}} any more: {over}"


KINDS: Kinds = {
    "threshold_lost": _threshold_lost,
    "slow_sent": "the generator sent it {seconds:s} late",
    "slow_queued": "no user was free for {seconds:s}",
    "slow_loop": "the generator's event loop stood still for {seconds:s}",
    "slow_collector": "the system's garbage collector paused it for {seconds:s}",
    "slow_stolen": "the hypervisor took {seconds:s}",
    "slow_fault": "{fault} of {whom}",
    "target_failing": "{failed:,} of {ended:,} operations failed within {seconds:s}: it was left alone",
    "room_full": "after {operations:,} operations there was no memory left to record more, at {row} bytes "
    "each; give fewer seconds, or more memory",
    "doubtful": _doubtful,
    "no_reason": "no reason given",
    "instrumented": _instrumented,
    "worker_died": _worker_died,
    "worker_lost": "worker {worker} was lost: what it told in its {at:s} is kept",
    "cut_short": "it ended early: {operations:,} operations of its first {seconds:s} are kept",
    "no_samples": "no samples: no operation was due in the measured part",
    "nothing_planned": "by chance of the arrivals no operation was due; give more seconds or a higher rate",
    "few_samples": "{metric} gated on {n:,} samples; {wanted:,} are wanted",
    "few_faults": "{metric} gated on {n:,} faults; {wanted:,} are wanted: give more rounds",
    "fault_not_made": "{fault} of {whom}, planned at {planned:s}, was not made: the load was over",
    "fault_met_nothing": "{fault} of {whom} at {planned:s} met no connection, request or process",
    "faults_left_out": "{faults} of its faults= were not made: users who come and go have no timeline",
    "late_sends": "the generator was late: sends p99 {lateness_p99:s} after plan; {metric} is {reported:s} "
    "instead of {punctual:s}",
    "loop_blocked": _blocked,
    "dialled": _dialled,
    "backlog_full": "{slow:,} users waited to be connected: " + _FULL,
    "run_delay": "the generator had to wait for a core: {share:ratio} of the time, {per_operation:s} per "
    "operation",
    "undelivered": _undelivered,
    "missed_starts": "planned load was not delivered: the generator never came to {missed:,} of {due:,} "
    "starts, it delivered {share:ratio} of the planned load",
    "generator_saturated": _saturated,
    "idle_users": "users were idle: {busy:.3g} of {users:tenths} at work on average (Little's law)",
    "shared_cores": "system and load generator share cores: each slows the other",
    "steal": "noisy machine: the hypervisor took {share:ratio} of a core away",
    "machine_busy": "busy machine: other programs used {others:.2g} cores, and the system waited {waited:s} "
    "in {wall:s} for a core",
    "throttled": "the CPU limit of the container stopped it {times:,} times, and took {share:ratio} of a "
    "core",
    "memory_short": "memory is short: programs waited for it {share:ratio} of the time",
    "counts_differ": "counts differ: the system counted {served:,.0f}, {answered:,} were answered",
    "trend": "a trend within the measured part: median response went from {first:s} to {last:s}",
    "left_undone": "{started:,} of {planned:,} planned operations were started",
    "unconnected_users": "users could not connect: {refused} of {users}",
    "much_output": "it wrote {rate:B} of output a second, {bytes:B} in all, of which the end is kept: that "
    "took time and disk of what was measured; have it log less",
    "scratch_full": "there was no room left in {folder}, where a round keeps what it writes: failures are "
    "ours, not the system's ({lost:,} values of users lost); free some space, or set TMPDIR to another place",
    "unawaited": _unawaited,
    "unexamined": "{what} could not be made, which says nothing of the system: {why}",
    "nested_lost": "nested operations were not recorded: {lost}",
    "recording_full": "the recording was full before the time was over; run fewer seconds",
}
