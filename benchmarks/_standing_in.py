"""The base classes of this work tree, for a commit that has none.

Of it they need `measure`, `leaks` and `costs`.
"""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

_FILE = Path(__file__).parent.parent / "suite" / "integrations" / "asv_classes.py"
_spec = spec_from_file_location("benchmarks._asv_classes", _FILE)
assert _spec is not None
assert _spec.loader is not None
_classes = module_from_spec(_spec)
_spec.loader.exec_module(_classes)

Costs = _classes.Costs
Leaks = _classes.Leaks
Limited = _classes.Limited
Load = _classes.Load
Benchmark = _classes.Benchmark
tracked = _classes.tracked
