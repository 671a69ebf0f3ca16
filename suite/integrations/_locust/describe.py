"""`python -m suite.integrations._locust.describe ROLE OPTIONS TARGET...`: workloads for Locust, as JSON.

A process of its own, so that no load file is imported where Locust has patched everything. ROLE is `worker`
or `keeper`, which is to store what was measured: it is told now what would be in the way of that, and asked
whether the host in Locust's OPTIONS, a JSON object, may be loaded. Without a TARGET these have a locustfile.
"""

from __future__ import annotations

import hashlib
import json
import signal
import sys
from pathlib import Path
from typing import Any

import typer

from suite.config.catalog import Reference
from suite.config.configured import configured
from suite.contract.component import Component
from suite.contract.loop import OpenLoop, not_replayed
from suite.contract.workload import Workload
from suite.errors import SuiteError
from suite.foreign_text import clean
from suite.integrations._locust.options import LocustOptions
from suite.integrations._locust.places import check_places
from suite.integrations._locust.selected import selected
from suite.process.ending import ending
from suite.report.terminal.asking import ask


def main() -> None:
    """Write the description to stdout; what load files print goes to stderr."""
    stdout, sys.stdout = sys.stdout, sys.stderr
    try:
        role, options, *targets = sys.argv[1:]
        asked = LocustOptions(**json.loads(options))
        chosen = selected(targets) if targets else ()
        if role == "keeper":
            check_places()
            ask([*asked.sent_load(targets)], asked.yes)
        told = [
            described(configured(found.workload, settings), found.reference, settings.skipped_operations)
            for found, settings in chosen
        ]
    except SuiteError as error:
        for line in clean(str(error)).splitlines():
            sys.stderr.write(f"suite: {line}\n")
        raise SystemExit(error.exit_code) from None
    except typer.Abort:
        raise SystemExit(128 + signal.SIGINT) from None
    stdout.write(json.dumps(told))


def described(workload: Workload, where: Reference, without: frozenset[str] = frozenset()) -> dict[str, Any]:
    """A workload as plain data: its classes of users, their operations with weights and tags, its loop."""
    not_replayed(workload.loop, "Locust")
    own = sorted(workload.tags | {workload.name.partition("/")[0]})
    return {
        "name": workload.name,
        "target": f"{where.file}::{workload.name}" if where.file else workload.name,
        "component": isinstance(workload.system, Component),
        "open": isinstance(workload.loop, OpenLoop),
        "digest": _digest(where),
        "most_users": workload.most_users(),
        "unseen": [f"{name}=" for name in ("observe", "faults") if getattr(workload, name)],
        "metrics": [metric.name for metric in workload.metrics],
        "checks": [getattr(check, "__name__", "check") for check in workload.checks],
        "users": [
            {
                "name": share.user.__name__,
                "description": (share.user.__doc__ or workload.description or "").strip().partition("\n")[0],
                "weight": share.weight,
                "operations": [
                    {"name": one.name, "weight": one.weight, "tags": sorted({*own, *one.tags})}
                    for one in share.operations
                    if one.name not in without
                ],
            }
            for share in workload.shares()
        ],
    }


def _digest(where: Reference) -> str:
    """What tells one version of a load file from another."""
    path = where.file or str(sys.modules[where.module].__file__)
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


if __name__ == "__main__":
    with ending():
        main()
