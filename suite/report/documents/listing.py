"""What `suite list` shows of a workload."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rich.text import Text

from suite.config.filters import alias
from suite.contract.loop import facts
from suite.contract.workload import Workload
from suite.foreign_text import clean
from suite.report.words import FAINT, plan_words


def listed(workload: Workload) -> Iterator[Text]:
    """Name and loop, then what it is, its parameters as `--set` takes them, and its tags."""
    loop = plan_words(facts(workload.loop))
    yield Text.assemble((clean(workload.name), "bold"), f"  {loop}")
    if workload.description:
        yield Text(f"  {clean(workload.description)}")
    parameters = workload.plain_parameters()
    if parameters:
        values = " ".join(f"{name}={value}" for name, value in parameters.items())
        yield Text.assemble(("  set   ", FAINT), clean(values))
    if workload.category is not None:
        yield Text.assemble(("  part  ", FAINT), clean(workload.category.title))
    tags = " ".join(sorted(workload.all_tags()))
    yield Text.assemble(("  tags  ", FAINT), clean(tags))


def described(workload: Workload) -> dict[str, Any]:
    """The same for scripts, as plain data."""
    loop = facts(workload.loop)
    return {
        "name": workload.name,
        "alias": alias(workload.name),
        "description": workload.description,
        "loop": {"kind": loop.pop("loop"), **loop},
        "operations": list(workload.operation_names()),
        "parameters": workload.plain_parameters(),
        "thresholds": [asdict(threshold) for threshold in workload.thresholds],
        "category": None if workload.category is None else asdict(workload.category),
        "tags": sorted(workload.all_tags()),
    }
