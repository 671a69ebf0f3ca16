"""Which Runs may share one history: keys for machine and load, versions of metrics, whether a Run counts."""

from __future__ import annotations

import hashlib
import json
import math
from bisect import bisect_left
from collections.abc import Mapping
from typing import Any

_HARDWARE = ("cpu", "machine", "cores", "affinity", "container")
_LOAD = (
    "loop", "users", "rate", "arrivals", "stages", "burst", "think", "busy", "target", "operations",
    "each", "seconds", "warmup", "workers", "spin", "quick", "parameters", "over", "level", "engine",
    "faults", "log", "speed",
)  # fmt: skip
_EDGES = (0.8, 1.39, 2.6, 3.22)
"""Where classes of memory end, in quarters of a doubling above 1, 2, 4... GiB. What a kernel leaves of the
sizes that machines come in (93 % or more of 1, 1.125, 1.25, 1.375, 1.5, 1.75, 1.875 times such a power)
holds no edge, so that another kernel makes no other machine."""


def machine_class(environment: Mapping[str, Any]) -> str:
    """12 hex digits that are equal for like hardware and container classes, in one `setting` of the tool
    that measured, if it has such, and under the same `instruments`.
    """
    facts = {name: environment.get(name) for name in _HARDWARE}
    facts |= {name: environment[name] for name in ("setting", "instruments") if environment.get(name)}
    memory = environment.get("memory")
    if isinstance(memory, int | float) and memory > 0:
        facts["memory"] = memory_class(memory)
    return _digest(facts)


def memory_class(size: float) -> int:
    """A number that is equal for much the same sizes in bytes; there are four in each doubling."""
    doublings, quarters = divmod(4 * math.log2(size), 4)
    return 4 * int(doublings) + bisect_left(_EDGES, quarters)


def load_class(plan: Mapping[str, Any]) -> str:
    """12 hex digits that are equal for equal loads; what is None is as good as left out."""
    return _digest({name: plan[name] for name in _LOAD if plan.get(name) is not None})


def versions_in(plan: Mapping[str, Any]) -> Mapping[str, str]:
    """The version of what was measured, by metric, where the tool that measured keeps versions apart."""
    found = plan.get("versions")
    return found if isinstance(found, Mapping) else {}


def counted(dirty: bool, verdict: str, validity: str) -> bool:
    """Whether a Run says something of its commit: it ran to its end, can be believed, had no changes."""
    return validity != "invalid" and verdict in ("pass", "fail") and not dirty


def _digest(facts: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()[:12]
