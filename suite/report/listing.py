"""`suite list`: workloads as a table or as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from suite.loop import ClosedLoop, Loop
from suite.units import format_quantity
from suite.workload import Workload


def list_workloads(workloads: Sequence[Workload], *, as_json: bool = False) -> None:
    """Print name, loop, parameters and tags of each, or the same as a JSON list."""
    if as_json:
        json.dump([_described(workload) for workload in workloads], sys.stdout, indent=1)
        sys.stdout.write("\n")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("workload", "loop", "parameters", "tags"):
        table.add_column(heading, overflow="fold")
    for workload in workloads:
        described = _described(workload)
        table.add_row(
            workload.name,
            loop_in_words(workload.loop),
            " ".join(f"{name}={value}" for name, value in described["parameters"].items()),
            " ".join(described["tags"]),
        )
    Console().print(table)


def loop_in_words(loop: Loop) -> str:
    """One phrase: "closed, 8 users, 10 s"."""
    if isinstance(loop, ClosedLoop):
        length = f"{loop.operations:,} operations" if loop.operations else format_quantity(loop.seconds, "s")
        return f"closed, {loop.users} user{'s' if loop.users > 1 else ''}, {length}"
    return f"open, {loop.rate:g}/s {loop.arrivals}, {format_quantity(loop.seconds, 's')}"


def _described(workload: Workload) -> dict[str, Any]:
    return {
        "name": workload.name,
        "description": workload.description,
        "loop": {"kind": workload.loop.kind, **asdict(workload.loop)},
        "operations": list(workload.operation_names()),
        "parameters": {
            name: value if isinstance(value, str | int | float | bool | None) else str(value)
            for name, value in {**workload.system.parameters, **workload.parameters}.items()
        },
        "tags": sorted(workload.all_tags()),
    }
