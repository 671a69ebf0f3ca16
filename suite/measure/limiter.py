"""What held a round back: pure rules over its evidence, the surest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from suite.contract.loop import ClosedLoop, Loop, OpenLoop
from suite.records.evidence import SATURATED, Evidence, Limiter
from suite.units import format_quantity

_UNDISPATCHED = 0.01
_LATE, _LATE_OF_RESPONSE = 1e-3, 0.25
_REJECTED = 0.01
_FULL = 0.90
"""Share of what there is from which on CPU counts as used up."""
_ON_CORE = 0.5
_BLOCKED = 0.3
_IO = 0.2
_AGAIN, _LINE = 0.01, 0.8
_DONE = 0.95
_PILE = 10
_ALONE = 0.5
"""Users that get what an idle system would give, as a share: fewer means that the others queue in it."""
_SEVERAL = 1.5
_CLOSE = 0.6
_SOME = 0.03
_POOLS = "pool."


class _Case(NamedTuple):
    evidence: Evidence
    loop: Loop
    component: bool
    remote: bool
    own: Mapping[str, float | None]


def limiter(
    evidence: Evidence,
    *,
    loop: Loop,
    component: bool = False,
    remote: bool = False,
    own: Mapping[str, float | None] = MappingProxyType({}),
) -> Limiter:
    """The first of these that the figures speak for, in this order: the generator, a declared limit, the
    plan (an open loop that was done), the system's CPU, disk, network, a lock or a pool, the loop.

    `own` are the round's metrics by name: those of the workload called `pool.…` are its pool's counters.
    A component is part of the generator, so that one is not named there. Only a `remote` system, on
    another machine, has a network between.
    """
    case = _Case(evidence, loop, component, remote, own)
    for rule in (_generator, _limit, _plan, _cpu, _disk, _network, _crowded, _wait, _users):
        for found in rule(case):
            return found
    where = "" if evidence.system_cpu is not None else "; the system runs elsewhere and can't be read"
    return Limiter("unknown", f"nothing that shows in the figures{where}")


def _generator(case: _Case) -> Iterator[Limiter]:
    evidence = case.evidence
    if case.component:
        return
    index = evidence.saturated
    if index is not None and not _done(evidence):
        share = ""
        if evidence.planned:
            share = f"; {_percent(evidence.delivered / evidence.planned)} of the planned load was delivered"
        used, waited = evidence.worker_cpu[index], _waiting(evidence.worker_delay[index])
        text = f"worker {index} used {_percent(used)} of a core{waited}{share}"
        yield Limiter("generator", f"the generator: {text}")
    elif evidence.planned and (evidence.dispatched or 0.0) < (1 - _UNDISPATCHED) * evidence.planned:
        came = _percent((evidence.dispatched or 0.0) / evidence.planned)
        yield Limiter("generator", f"the generator: it came to {came} of the planned starts")
    elif evidence.lateness_p50 is not None and evidence.lateness_p50 > max(
        _LATE, _LATE_OF_RESPONSE * (_response(evidence) or 0.0)
    ):
        text = f"half of its sends were {format_quantity(evidence.lateness_p50, 's')} late or more"
        yield Limiter("generator", f"the generator: {text}")


def _limit(case: _Case) -> Iterator[Limiter]:
    evidence = case.evidence
    if evidence.due and evidence.rejected > _REJECTED * evidence.due:
        share = _percent(evidence.rejected / evidence.due)
        text = f"{evidence.rejected:,} of {evidence.due:,} operations were rejected ({share})"
        yield Limiter("limit", f"the system's own limit: {text}")


def _plan(case: _Case) -> Iterator[Limiter]:
    evidence = case.evidence
    if isinstance(case.loop, OpenLoop) and evidence.planned and _done(evidence):
        free = f"; the system used {_cores(evidence)}" if evidence.system_cpu is not None else ""
        planned = format_quantity(evidence.planned, "1/s")
        yield Limiter("plan", f"the plan: {planned} were planned and done, nothing piled up{free}")


def _cpu(case: _Case) -> Iterator[Limiter]:
    """All cores; or one thread that was never idle; or one process whose threads take turns on one core."""
    evidence = case.evidence
    used, cores = evidence.system_cpu, evidence.system_cores
    if used is None:
        return
    cpu, delay = evidence.busiest_thread or 0.0, evidence.busiest_thread_delay or 0.0
    process = evidence.busiest_process or 0.0
    if cores is not None and cores > 1 and used >= _FULL * cores:
        yield Limiter("cpu", f"the system's CPU: {_cores(evidence)}, all that it has")
    elif cpu + delay >= _FULL and cpu >= min(_ON_CORE, 2 * delay):
        text = f"one thread used {_percent(cpu)} of a core{_waiting(delay)}"
        among = f"; it has {_many(cores, 'core')}" if cores is not None else ""
        yield Limiter("cpu", f"the system's CPU: {text}{among}")
    elif cores is not None and used >= _FULL * cores:
        yield Limiter("cpu", f"the system's CPU: {_cores(evidence)}, all that it has")
    elif process >= _FULL and cores is not None and cores > 1 and process < 1.1:
        text = f"the threads of one process used {_percent(process)} of one core together"
        yield Limiter("cpu", f"the system's CPU: {text}, as under one interpreter lock")


def _disk(case: _Case) -> Iterator[Limiter]:
    evidence = case.evidence
    blocked, pressure = evidence.threads_blocked, evidence.pressure_io
    if blocked is None or blocked < _BLOCKED:
        return
    if pressure is None or pressure >= _IO or blocked >= SATURATED:
        stalled = (
            f"; programs stalled for it {_percent(pressure)} of the time" if pressure is not None else ""
        )
        text = f"{_number(blocked)} of the system's threads waited for it on average{stalled}"
        yield Limiter("disk", f"the disk: {text}")


def _network(case: _Case) -> Iterator[Limiter]:
    evidence = case.evidence
    if not case.remote:
        return
    if evidence.line is not None and evidence.line >= _LINE:
        yield Limiter("network", f"the network: a line carried {_percent(evidence.line)} of what it can")
    elif evidence.retransmitted is not None and evidence.retransmitted >= _AGAIN:
        share = _percent(evidence.retransmitted)
        yield Limiter("network", f"the network: {share} of all TCP segments had to be sent again")


def _crowded(case: _Case) -> Iterator[Limiter]:
    """Operations queue, nobody is at the limit, but one side is close to it: often on a shared machine."""
    evidence = case.evidence
    if not _queued(evidence):
        return
    cpu, delay = evidence.busiest_thread or 0.0, evidence.busiest_thread_delay or 0.0
    workers = [] if case.component else list(zip(evidence.worker_cpu, evidence.worker_delay, strict=False))
    worker = max(workers, key=sum, default=(0.0, 0.0))
    if max(cpu + delay, sum(worker)) < _CLOSE:
        return
    if sum(worker) > cpu + delay:
        text = f"its busiest worker used {_percent(worker[0])} of a core"
        yield Limiter("generator", f"the generator: {text}{_waiting(worker[1])}")
    else:
        text = f"its busiest thread used {_percent(cpu)} of a core"
        yield Limiter("cpu", f"the system's CPU: {text}{_waiting(delay)}")


def _queued(evidence: Evidence) -> str:
    """How many operations are served at a time where most of them wait; empty if they don't."""
    busy, at_once = evidence.busy, evidence.at_once
    if busy is None or at_once is None or busy < _SEVERAL or at_once >= _ALONE * busy:
        return ""
    return f"of {_number(busy)} operations in it {_number(max(at_once, 1.0))} at a time were served"


def _waiting(delay: float) -> str:
    return f" and waited for one {_percent(delay)} of the time" if delay > _SOME else ""


def _wait(case: _Case) -> Iterator[Limiter]:
    """Operations queue within the system, which is not busy.

    By Little's law throughput times the shortest service time is the concurrency that the system shows:
    where each of N users gets what an idle system would give it is about N, behind a lock it is 1.
    """
    evidence = case.evidence
    waits = {name: value for name, value in case.own.items() if value and name.startswith(_POOLS)}
    queued = _queued(evidence)
    if not queued and not _waited(waits):
        return
    words = [queued] if queued else []
    locked = evidence.threads_locked or 0.0
    if locked >= 0.5:
        words.append(f"{_number(locked)} of its threads waited for a lock on average")
    words += [f"{name} is {value:,.6g}" for name, value in waits.items()]
    if evidence.system_cpu is not None:
        words.append(f"it used {_cores(evidence)}")
    what = "a lock" if locked >= 0.5 and not waits else "a pool" if waits else "a lock or a pool"
    yield Limiter("wait", f"waiting for {what} in the system: {', '.join(words)}")


def _waited(waits: Mapping[str, float | None]) -> bool:
    return any(name.rpartition(".")[2] in ("waits", "waited", "waiting", "exhausted") for name in waits)


def _users(case: _Case) -> Iterator[Limiter]:
    evidence, loop = case.evidence, case.loop
    users, busy = loop.users, evidence.busy
    if users is None or busy is None or busy < _DONE * users - 0.5:
        return
    used = f"; the system used {_cores(evidence)}" if evidence.system_cpu is not None else ""
    if isinstance(loop, ClosedLoop) and loop.think:
        doing = "in an operation or its think time"
    else:
        doing = "waiting for its answer" if users == 1 else "each waiting for its answer"
    yield Limiter("loop", f"the loop: {_many(users, 'user')}, {doing}{used}")


def _done(evidence: Evidence) -> bool:
    """Whether all that an open loop planned ended, and nothing more waited at the end than before."""
    if not evidence.planned or evidence.backlog is None:
        return False
    allowed = max(_PILE, 0.02 * evidence.due, (evidence.in_flight or 0.0) ** 0.5 * 4)
    lost = evidence.dropped > (1 - _DONE) * evidence.due and evidence.backlog <= allowed
    return evidence.backlog <= allowed and not lost and _kept_up(evidence)


def _kept_up(evidence: Evidence) -> bool:
    """What was delivered and what was in flight anyhow make up the plan."""
    flying = (evidence.in_flight or 0.0) / evidence.wall if evidence.wall > 0 else 0.0
    return evidence.delivered + 2 * flying >= _DONE * (evidence.planned or 0.0)


def _response(evidence: Evidence) -> float | None:
    return evidence.little / evidence.delivered if evidence.little and evidence.delivered else None


def _cores(evidence: Evidence) -> str:
    used = f"{evidence.system_cpu or 0.0:.2g}"
    return f"{used} of {_many(evidence.system_cores, 'core')}" if evidence.system_cores else f"{used} cores"


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _number(value: float) -> str:
    return format_quantity(round(value, 1), "1")


def _percent(share: float) -> str:
    return format_quantity(share, "ratio")
