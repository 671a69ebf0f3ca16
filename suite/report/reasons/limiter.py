"""What held a result back."""

from __future__ import annotations

from suite.report.reasons.template import Figures, Kinds, kept_by, number, plural
from suite.units import format_quantity

_NOTABLE = 0.03
"""Share of the time from which on it is worth a word that a thread waited for a core."""
_SOME = 0.01
"""Share of the users from which on it is worth a word that they were thinking."""


def _generator(figures: Figures) -> str:
    if "blocked" in figures:
        return f"the generator: its event loop stood still {{blocked:ratio}} of the time, {kept_by(figures)}"
    if "dispatched" in figures:
        return "the generator: it came to {dispatched:ratio} of the planned starts"
    if "lateness_p50" in figures:
        return "the generator: half of its sends were {lateness_p50:s} late or more"
    who = "worker {worker}" if "worker" in figures else "its busiest worker"
    share = "; {delivered:ratio} of the planned load was delivered" if "delivered" in figures else ""
    return f"the generator: {who} used {{cpu:ratio}} of a core{_waiting(figures)}{share}"


def _limit(figures: Figures) -> str:
    share = format_quantity(number(figures["rejected"]) / number(figures["due"]), "ratio")
    return f"the system's own limit: {{rejected:,}} of {{due:,}} operations were rejected ({share})"


def _plan(figures: Figures) -> str:
    return "the plan: {planned:1/s} were planned and done, nothing piled up" + _used(figures)


def _cpu(figures: Figures) -> str:
    if "used" in figures:
        how = f"{_cores(figures)}, all that it has"
    elif "thread" in figures:
        cores = figures["cores"]
        among = "" if cores is None else f"; it has {{cores:,}} {plural(cores, 'core')}"
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
    parts = [pool_words(figures)] if "pool" in figures else []
    if "busy" in figures:
        parts.append("of {busy:tenths} operations in it {at_once:tenths} at a time were served")
    if "locked" in figures:
        parts.append("{locked:tenths} of its threads waited for a lock on average")
    pools = [(name, value) for name, value in figures.items() if name.startswith("pool.")]
    parts += [f"{name} is {number(value):,.6g}" for name, value in pools]
    if "used" in figures:
        parts.append(f"it used {_cores(figures)}")
    behind = {"pool": "a pool", "lock": "a lock"}.get(str(figures["behind"]), "a lock or a pool")
    return f"waiting for {behind} in the system: {', '.join(parts)}"


def pool_words(figures: Figures) -> str:
    """As in "db_pool: 20 of 20 checked out, 312 waits of 40 ms, 3 given up"."""
    parts = []
    if "out" in figures:
        parts.append("{out:,.0f}" + (" of {size:,.0f}" if "size" in figures else "") + " checked out")
    elif "size" in figures:
        parts.append("{size:,.0f} places")
    if "waits" in figures:
        each = number(figures.get("waited")) / (number(figures["waits"]) or 1.0)
        parts.append("{waits:,.0f} waits" + (f" of {format_quantity(each, 's')}" if each else ""))
    elif "waited" in figures:
        parts.append("{waited:s} waited")
    if number(figures.get("timeouts")):
        parts.append("{timeouts:,.0f} given up")
    return "{pool}: " + ", ".join(parts)


def _loop(figures: Figures) -> str:
    users = figures["users"]
    thinking = figures["thinking"]
    if thinking is True:  # as older versions had it
        doing = "in an operation or its think time"
    elif number(thinking) >= _SOME * number(users):
        doing = "of whom {thinking:tenths} were in their think time on average"
    else:
        doing = "waiting for its answer" if users == 1 else "each waiting for its answer"
    return f"the loop: {{users:,}} {plural(users, 'user')}, {doing}{_used(figures)}"


def _unknown(figures: Figures) -> str:
    where = "" if figures["readable"] else "; the system runs elsewhere and can't be read"
    return f"nothing that shows in the figures{where}"


def _waiting(figures: Figures) -> str:
    return " and waited for one {delay:ratio} of the time" if number(figures["delay"]) > _NOTABLE else ""


def _used(figures: Figures) -> str:
    return f"; the system used {_cores(figures)}" if "used" in figures else ""


def _cores(figures: Figures) -> str:
    cores = figures["cores"]
    return f"{{used:.2g}} of {{cores:,}} {plural(cores, 'core')}" if cores else "{used:.2g} cores"


KINDS: Kinds = {
    "generator": _generator,
    "limit": _limit,
    "backlog": "the listen backlog, full {overflows:,} times: {slow:,} connections waited for the kernel's "
    "second SYN; users= fixes their number",
    "plan": _plan,
    "cpu": _cpu,
    "disk": _disk,
    "network": _network,
    "wait": _wait,
    "loop": _loop,
    "unknown": _unknown,
}
