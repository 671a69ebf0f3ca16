"""What watches every line or call of a process, so that all it does takes longer."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any


def instruments() -> tuple[str, ...]:
    """What watches this one: coverage, a debugger, a profiler."""
    found = [*_monitoring()]
    tracer = sys.gettrace()
    if tracer is not None:
        found.append("coverage" if type(tracer).__module__.startswith("coverage") else "a debugger")
    if sys.getprofile() is not None:
        found.append("a profiler")
    return tuple(dict.fromkeys(found))


def _monitoring() -> Iterator[str]:
    """Those that use what Python 3.12 brought for it."""
    kept: Any = getattr(sys, "monitoring", None)
    if kept is None:
        return
    known = {kept.DEBUGGER_ID: "a debugger", kept.COVERAGE_ID: "coverage", kept.PROFILER_ID: "a profiler"}
    yield from (name for tool, name in known.items() if kept.get_tool(tool) is not None)
