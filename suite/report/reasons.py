"""Reasons in words: one table of kinds, and how the figures of each read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from suite.records.reason import Figure, Reason
from suite.units import format_quantity

Figures = Mapping[str, Figure]
_UNITS = ("s", "B", "ratio", "1/s", "1")
_NOTABLE = 0.03
"""Share of the time from which on it is worth a word that a thread waited for a core."""


def words(reason: Reason) -> str:
    """`reason` for people; one of a kind that is not known here as its kind and figures."""
    figures = reason.figures
    if "because" in figures:
        rest = {name: figure for name, figure in figures.items() if name != "because"}
        why = words(Reason(str(figures["because"]), rest))
        return _said(reason.kind, {**rest, "why": why}) or why
    if "text" in figures:
        return str(figures["text"])
    text = _said(reason.kind, figures) or _plainly(reason)
    if "of_rounds" in figures:
        text += f" (in {figures.get('in_rounds')} of {figures['of_rounds']} rounds)"
    return text


def _said(kind: str, figures: Figures) -> str:
    """What the table makes of it; "" for a kind, or figures, of another version."""
    template = _KINDS.get(kind, "")
    try:
        return _filled(template if isinstance(template, str) else template(figures), figures)
    except (KeyError, TypeError, ValueError):
        return ""


def all_words(reasons: Iterable[Reason], otherwise: str = "") -> str:
    """Several on one line, or what to say where there are none."""
    return "; ".join(map(words, reasons)) or otherwise


class _Shown:
    """A figure in a template: `{name:s}` is a quantity of that unit, `{name:tenths}` a rounded count."""

    def __init__(self, figure: Figure) -> None:
        self._figure = figure

    def __format__(self, spec: str) -> str:
        figure = self._figure
        if not isinstance(figure, int | float) or not spec:
            return str(figure)
        if spec == "tenths":
            return format_quantity(round(figure, 1), "1")
        return format_quantity(figure, spec) if spec in _UNITS else format(figure, spec)


def _filled(template: str, figures: Figures) -> str:
    return template.format_map({name: _Shown(figure) for name, figure in figures.items()})


def _plainly(reason: Reason) -> str:
    shown = (
        f"{name} {format_quantity(value, '1') if isinstance(value, float) else value}"
        for name, value in reason.figures.items()
        if name not in ("in_rounds", "of_rounds")
    )
    kind = reason.kind.replace("_", " ")
    return f"{kind}: {', '.join(listed)}" if (listed := list(shown)) else kind


def _number(figure: Figure) -> float:
    return figure if isinstance(figure, int | float) else 0.0


def _plural(count: Figure, noun: str) -> str:
    return noun if count == 1 else f"{noun}s"


# --- validity: why the numbers can't be believed, or not quite


def _doubtful(figures: Figures) -> str:
    side = "{side}: " if "side" in figures else ""
    return side + "{doubtful} of {of} runs doubtful ({why})"


def _worker_died(figures: Figures) -> str:
    if figures["workers"] == 1:
        return "a worker died, with its share of the load"
    return "workers died: {workers}, with their shares of the load"


def _worker(figures: Figures) -> str:
    waited = " and waited for it {delay:ratio} of the time" if _number(figures["delay"]) > _NOTABLE else ""
    return "worker {worker} used {cpu:ratio} of its core" + waited


def _undelivered(figures: Figures) -> str:
    return (
        "planned load was not delivered: the generator delivered {share:ratio} of the planned load "
        "({delivered:1/s} of {planned:1/s}); " + _worker(figures)
    )


def _saturated(figures: Figures) -> str:
    return f"the generator was at its limit: {_worker(figures)}; the system may do more"


# --- limiters: what held a result back


def _generator(figures: Figures) -> str:
    if "dispatched" in figures:
        return "the generator: it came to {dispatched:ratio} of the planned starts"
    if "lateness_p50" in figures:
        return "the generator: half of its sends were {lateness_p50:s} late or more"
    who = "worker {worker}" if "worker" in figures else "its busiest worker"
    share = "; {delivered:ratio} of the planned load was delivered" if "delivered" in figures else ""
    return f"the generator: {who} used {{cpu:ratio}} of a core{_waiting(figures)}{share}"


def _limit(figures: Figures) -> str:
    share = format_quantity(_number(figures["rejected"]) / _number(figures["due"]), "ratio")
    return f"the system's own limit: {{rejected:,}} of {{due:,}} operations were rejected ({share})"


def _plan(figures: Figures) -> str:
    return "the plan: {planned:1/s} were planned and done, nothing piled up" + _used(figures)


def _cpu(figures: Figures) -> str:
    if "used" in figures:
        how = f"{_cores(figures)}, all that it has"
    elif "thread" in figures:
        cores = figures["cores"]
        among = "" if cores is None else f"; it has {{cores:,}} {_plural(cores, 'core')}"
        how = f"one thread used {{thread:ratio}} of a core{_waiting(figures)}{among}"
    elif "process" in figures:
        how = "the threads of one process used {process:ratio} of one core together"
        how += ", as under one interpreter lock"
    else:
        how = f"its busiest thread used {{cpu:ratio}} of a core{_waiting(figures)}"
    return f"the system's CPU: {how}"


def _disk(figures: Figures) -> str:
    stalled = "" if figures["stalled"] is None else "; programs stalled for it {stalled:ratio} of the time"
    return "the disk: {threads:tenths} of the system's threads waited for it on average" + stalled


def _network(figures: Figures) -> str:
    if "line" in figures:
        return "the network: a line carried {line:ratio} of what it can"
    return "the network: {retransmitted:ratio} of all TCP segments had to be sent again"


def _wait(figures: Figures) -> str:
    parts = []
    if "busy" in figures:
        parts.append("of {busy:tenths} operations in it {at_once:tenths} at a time were served")
    if "locked" in figures:
        parts.append("{locked:tenths} of its threads waited for a lock on average")
    pools = [(name, value) for name, value in figures.items() if name.startswith("pool.")]
    parts += [f"{name} is {_number(value):,.6g}" for name, value in pools]
    if "used" in figures:
        parts.append(f"it used {_cores(figures)}")
    behind = {"pool": "a pool", "lock": "a lock"}.get(str(figures["behind"]), "a lock or a pool")
    return f"waiting for {behind} in the system: {', '.join(parts)}"


def _loop(figures: Figures) -> str:
    users = figures["users"]
    if figures["thinking"]:
        doing = "in an operation or its think time"
    else:
        doing = "waiting for its answer" if users == 1 else "each waiting for its answer"
    return f"the loop: {{users:,}} {_plural(users, 'user')}, {doing}{_used(figures)}"


def _unknown(figures: Figures) -> str:
    where = "" if figures["readable"] else "; the system runs elsewhere and can't be read"
    return f"nothing that shows in the figures{where}"


def _waiting(figures: Figures) -> str:
    return " and waited for one {delay:ratio} of the time" if _number(figures["delay"]) > _NOTABLE else ""


def _used(figures: Figures) -> str:
    return f"; the system used {_cores(figures)}" if "used" in figures else ""


def _cores(figures: Figures) -> str:
    cores = figures["cores"]
    return f"{{used:.2g}} of {{cores:,}} {_plural(cores, 'core')}" if cores else "{used:.2g} cores"


# --- capacity: why a load did not hold


def _limit_broken(figures: Figures) -> str:
    value, limit = (
        format_quantity(_number(figures[name]), str(figures["unit"])) for name in ("value", "limit")
    )
    bound = "> " if figures["at_least"] else ""
    return f"{{metric}} {bound}{value}, at {'least' if figures['better'] == 'higher' else 'most'} {limit}"


_KINDS: Mapping[str, str | Callable[[Figures], str]] = {
    # validity
    "doubtful": _doubtful,
    "no_reason": "no reason given",
    "worker_died": _worker_died,
    "no_samples": "no samples: no operation was due in the measured part",
    "few_samples": "{metric} gated on {n:,} samples; {wanted:,} are wanted",
    "late_sends": "the generator was late: sends p99 {lateness_p99:s} after plan; {metric} is {reported:s} "
    "instead of {punctual:s}",
    "run_delay": "the generator had to wait for a core: {share:ratio} of the time, {per_operation:s} per "
    "operation",
    "undelivered": _undelivered,
    "missed_starts": "planned load was not delivered: the generator never came to {missed:,} of {due:,} "
    "starts, it delivered {share:ratio} of the planned load",
    "generator_saturated": _saturated,
    "idle_users": "users were idle: {busy:.3g} of {users:,} at work on average (Little's law)",
    "shared_cores": "system and load generator share cores: each slows the other",
    "steal": "noisy machine: the hypervisor took {share:ratio} of a core away",
    "machine_busy": "busy machine: other programs used {others:.2g} cores, and the system waited {waited:s} "
    "in {wall:s} for a core",
    "memory_short": "memory is short: programs waited for it {share:ratio} of the time",
    "counts_differ": "counts differ: the system counted {served:,.0f}, {answered:,} were answered",
    "trend": "a trend within the measured part: median response went from {first:s} to {last:s}",
    "unconnected_users": "users could not connect: {refused} of {users}",
    "nested_lost": "nested operations were not recorded, the columns were full: {lost}",
    "recording_full": "the recording was full before the time was over; run fewer seconds",
    # limiters
    "generator": _generator,
    "limit": _limit,
    "plan": _plan,
    "cpu": _cpu,
    "disk": _disk,
    "network": _network,
    "wait": _wait,
    "loop": _loop,
    "unknown": _unknown,
    # capacity
    "limit_broken": _limit_broken,
    "failed": "{share:ratio} failed",
    "rejected": "{share:ratio} rejected",
    "check_failed": "check {check}: {detail}",
    "backlog_grew": "a backlog grew by {by:,.0f}",
    "not_measured": "{metric} was not measured",
}
"""Kind to words, or to what makes them of the figures: text with `{name:unit}` where a figure belongs."""
