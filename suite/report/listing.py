"""What `suite list` shows of a workload."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from rich.text import Text

from suite.report.words import FAINT, clean, plan_words
from suite.workload import Workload


def listed(workload: Workload) -> Iterator[Text]:
    """Name and loop, then what it is, its parameters as `--set` takes them, and its tags."""
    loop = plan_words({"loop": workload.loop.kind, **asdict(workload.loop)})
    yield Text.assemble((clean(workload.name), "bold"), f"  {loop}")
    if workload.description:
        yield Text(f"  {clean(workload.description)}")
    parameters = {**workload.system.parameters, **workload.parameters}
    if parameters:
        values = " ".join(f"{name}={value}" for name, value in parameters.items())
        yield Text.assemble(("  set   ", FAINT), clean(values))
    tags = " ".join(sorted(workload.all_tags()))
    yield Text.assemble(("  tags  ", FAINT), clean(tags))
