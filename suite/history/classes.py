"""Which Runs may share one history: a key for the machine, one for the load, and whether a Run counts."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

_HARDWARE = ("cpu", "machine", "cores", "affinity", "container")
_LOAD = (
    "loop", "users", "rate", "arrivals", "stages", "burst", "think", "busy", "target", "operations",
    "seconds", "warmup", "workers", "spin", "quick", "parameters",
)  # fmt: skip
_MEMORY_STEPS = 4
"""Classes of memory in each doubling: a kernel update moves what is usable by a percent or less."""


def machine_class(environment: Mapping[str, Any]) -> str:
    """12 hex digits that are equal for like hardware and container classes."""
    facts = {name: environment.get(name) for name in _HARDWARE}
    memory = environment.get("memory")
    if isinstance(memory, int | float) and memory > 0:
        facts["memory"] = round(_MEMORY_STEPS * math.log2(memory))
    return _digest(facts)


def load_class(plan: Mapping[str, Any]) -> str:
    """12 hex digits that are equal for equal loads; what is None is as good as left out."""
    return _digest({name: plan[name] for name in _LOAD if plan.get(name) is not None})


def counted(environment: Mapping[str, Any], verdict: str, validity: str) -> bool:
    """Whether a Run says something of its commit: it ran to its end, can be believed, had no changes."""
    return validity != "invalid" and verdict in ("pass", "fail") and not environment.get("dirty")


def _digest(facts: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()[:12]
