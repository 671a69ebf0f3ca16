"""asv benchmarks: one file per system, a class per workload. Names only, no logic.

Each class runs its load once, in `setup_cache`: ten short rounds, each with a fresh system, a search for
leaks, or a bill of what an operation costs.
"""

from __future__ import annotations

try:
    from suite.integrations.asv import Benchmark, Costs, Leaks, Limited, Load, tracked
except ImportError:  # asv measures a commit from before these classes: they are those of this work tree
    from benchmarks._standing_in import Benchmark, Costs, Leaks, Limited, Load, tracked

__all__ = ["Benchmark", "Costs", "Leaks", "Limited", "Load", "tracked"]
