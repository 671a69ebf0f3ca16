"""What held a round back: pure rules over its evidence, the surest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from suite.contract.loop import Loop, OpenLoop
from suite.measure.pools import pools
from suite.measure.validity import STILL
from suite.records.evidence import SATURATED, Evidence
from suite.records.reason import Figure, Reason

_UNDISPATCHED = 0.01
_LATE, _LATE_OF_RESPONSE = 1e-3, 0.25
_REJECTED = 0.01
_WAITED = 0.01
"""Share of the operations whose connections waited that much from which on it is what there is to say."""
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
_LOCKED = 0.5
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
) -> Reason:
    """The first of these that the figures speak for, in this order: the generator, a declared limit, a full
    listen backlog, the plan (an open loop that was done), the system's CPU, disk, network, a lock or a pool,
    the loop.

    Kinds: generator, limit, backlog, plan, cpu, disk, network, wait, loop (all users are busy), unknown.

    `own` are the round's metrics by name: those of the workload called `pool.…` are its pool's counters, and
    what it says of itself may tell of more, see `pools`.
    A component is part of the generator, so that one is not named there. Only a `remote` system, on
    another machine, has a network between.
    """
    case = _Case(evidence, loop, component, remote, own)
    for rule in (_generator, _limit, _backlog, _plan, _cpu, _disk, _network, _crowded, _wait, _users):
        for found in rule(case):
            return found
    return Reason("unknown", {"readable": evidence.system_cpu is not None})


def _generator(case: _Case) -> Iterator[Reason]:
    evidence = case.evidence
    if case.component:
        return
    index = evidence.saturated
    if (evidence.blocked or 0.0) >= STILL:
        by, at = evidence.blocked_by, evidence.blocked_at
        yield Reason("generator", {"blocked": evidence.blocked, "operation": by, "place": at})
    elif index is not None and not _done(evidence):
        figures = _thread(evidence.worker_cpu[index], evidence.worker_delay[index])
        if evidence.planned:
            figures["delivered"] = evidence.delivered / evidence.planned
        yield Reason("generator", {"worker": index, **figures})
    elif evidence.planned and (evidence.dispatched or 0.0) < (1 - _UNDISPATCHED) * evidence.planned:
        yield Reason("generator", {"dispatched": (evidence.dispatched or 0.0) / evidence.planned})
    elif evidence.lateness_p50 is not None and evidence.lateness_p50 > max(
        _LATE, _LATE_OF_RESPONSE * (_response(evidence) or 0.0)
    ):
        yield Reason("generator", {"lateness_p50": evidence.lateness_p50})


def _limit(case: _Case) -> Iterator[Reason]:
    evidence = case.evidence
    if evidence.due and evidence.rejected > _REJECTED * evidence.due:
        yield Reason("limit", {"rejected": evidence.rejected, "due": evidence.due})


def _backlog(case: _Case) -> Iterator[Reason]:
    """Connections that found the listen backlog full, and waited for the kernel to try again."""
    evidence = case.evidence
    slow = evidence.slow_connects
    if evidence.overflows and evidence.dialled and slow >= max(_PILE, _WAITED * evidence.due):
        figures = {"slow": slow, "dialled": evidence.dialled, "overflows": evidence.overflows}
        yield Reason("backlog", {**figures, "syns": evidence.syns})


def _plan(case: _Case) -> Iterator[Reason]:
    evidence = case.evidence
    if isinstance(case.loop, OpenLoop) and _done(evidence):
        yield Reason("plan", {"planned": evidence.planned, **_cores(evidence)})


def _cpu(case: _Case) -> Iterator[Reason]:
    """All cores; or one thread that was never idle; or one process whose threads take turns on one core."""
    evidence = case.evidence
    used, cores = evidence.system_cpu, evidence.system_cores
    if used is None:
        return
    cpu, delay = evidence.busiest_thread or 0.0, evidence.busiest_thread_delay or 0.0
    process = evidence.busiest_process or 0.0
    if cores is not None and cores > 1 and used >= _FULL * cores:
        yield Reason("cpu", _cores(evidence))
    elif cpu + delay >= _FULL and cpu >= min(_ON_CORE, 2 * delay):
        yield Reason("cpu", {"thread": cpu, "delay": delay, "cores": cores})
    elif cores is not None and used >= _FULL * cores:
        yield Reason("cpu", _cores(evidence))
    elif process >= _FULL and cores is not None and cores > 1 and process < 1.1:
        yield Reason("cpu", {"process": process})


def _disk(case: _Case) -> Iterator[Reason]:
    evidence = case.evidence
    blocked, pressure = evidence.threads_blocked, evidence.pressure_io
    if blocked is None or blocked < _BLOCKED:
        return
    if pressure is None or pressure >= _IO or blocked >= SATURATED:
        yield Reason("disk", {"threads": blocked, "stalled": pressure})


def _network(case: _Case) -> Iterator[Reason]:
    evidence = case.evidence
    if not case.remote:
        return
    if evidence.line is not None and evidence.line >= _LINE:
        yield Reason("network", {"line": evidence.line})
    elif evidence.retransmitted is not None and evidence.retransmitted >= _AGAIN:
        yield Reason("network", {"retransmitted": evidence.retransmitted})


def _crowded(case: _Case) -> Iterator[Reason]:
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
        yield Reason("generator", _thread(*worker))
    else:
        yield Reason("cpu", _thread(cpu, delay))


def _queued(evidence: Evidence) -> dict[str, Figure]:
    """How many operations are served at a time where most of them wait; empty if they don't."""
    at_once = evidence.at_once
    if evidence.busy is None or at_once is None:
        return {}
    inside = evidence.busy - (evidence.thinking or 0.0)
    if inside < _SEVERAL or at_once >= _ALONE * inside:
        return {}
    return {"busy": inside, "at_once": max(at_once, 1.0)}


def _thread(cpu: float, delay: float) -> dict[str, Figure]:
    """The share of a core that a worker or thread used, and of the time that it waited for one."""
    return {"cpu": cpu, "delay": delay}


def _wait(case: _Case) -> Iterator[Reason]:
    """Operations queue within the system, which is not busy.

    By Little's law throughput times the shortest service time is the concurrency that the system shows:
    where each of N users gets what an idle system would give it is about N, behind a lock it is 1.
    """
    evidence = case.evidence
    waits = {name: value for name, value in case.own.items() if value and name.startswith(_POOLS)}
    queued = _queued(evidence)
    pool = next((pool for pool in pools(case.own) if pool.holds_back(evidence)), None)
    if not queued and not _waited(waits) and pool is None:
        return
    locked = evidence.threads_locked or 0.0
    if not _waited(waits):
        waits = {}
    behind = "pool" if waits or pool else "lock" if locked >= _LOCKED else "lock or pool"
    threads = {"locked": locked} if locked >= _LOCKED else {}
    of_pool = pool.figures() if pool else {}
    yield Reason("wait", {"behind": behind, **of_pool, **queued, **threads, **waits, **_cores(evidence)})


def _waited(waits: Mapping[str, float | None]) -> bool:
    return any(name.rpartition(".")[2] in ("waits", "waited", "waiting", "exhausted") for name in waits)


def _users(case: _Case) -> Iterator[Reason]:
    evidence, loop = case.evidence, case.loop
    users, busy = loop.users, evidence.busy
    there = users if evidence.users is None else evidence.users
    if users is None or there is None or busy is None or busy < _DONE * there - 0.5:
        return
    yield Reason("loop", {"users": users, "thinking": evidence.thinking or 0.0, **_cores(evidence)})


def _done(evidence: Evidence) -> bool:
    """Whether all that an open loop planned ended, and nothing more waited at the end than before."""
    if evidence.planned is None or evidence.backlog is None:
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


def _cores(evidence: Evidence) -> dict[str, Figure]:
    """Cores that the system used, and that it has; empty if it can't be read."""
    if evidence.system_cpu is None:
        return {}
    return {"used": evidence.system_cpu, "cores": evidence.system_cores}
