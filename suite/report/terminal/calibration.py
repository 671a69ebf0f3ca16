"""What was calibrated: kept in a file by machine, workload and load; shown; told by every gate."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from suite.errors import StoreError
from suite.files import disk_faults
from suite.records.classes import load_class, machine_class
from suite.records.comparison import Comparison
from suite.records.run import Run
from suite.report.documents.run import write_document
from suite.report.terminal.table import PlainTable
from suite.report.words import FAINT, clean
from suite.units import format_quantity

SCHEMA = 1
NAME = "calibration.json"
Way = Literal["ab", "gate"]


@dataclass(frozen=True, slots=True)
class Power:
    """What is known of one metric: spread, and the smallest slow-down that is caught in 95 of 100.

    By 8, 12 and 16 pairs of `ab` (as text, as JSON has keys), and by the `gate` against 8 stored Runs;
    None where no slow-down that was tried is. `caught` says how often some sizes are, by 16 pairs.
    """

    metric: str
    unit: str
    variation: float
    minimum: float
    ab: Mapping[str, float | None] | None = None
    gate: float | None = None
    caught: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Calibrated:
    """One workload under one load on one machine, from `runs` measured runs of `commit`.

    Alarms are the share of comparisons of one commit with itself that find a regression. `against_itself`
    is the verdict on the measured runs as they came, `planted` what became of a slow-down that really ran.
    """

    workload: str
    measured: str
    commit: str | None
    runs: int
    ab_alarms: float
    gate_alarms: float
    metrics: tuple[Power, ...]
    values: Mapping[str, tuple[float, ...]]
    against_itself: str = ""
    planted: str = ""
    doubts: str = ""


class Calibrations:
    """The file of a results folder. Raises StoreError where it can't be read, or is of a newer version."""

    def __init__(self, results: Path) -> None:
        self._path = results / NAME
        self._machines = self._read()

    def _read(self) -> dict[str, Any]:
        if not self._path.exists():
            return {}
        with disk_faults(self._path):
            content = self._path.read_bytes()
        try:
            data = json.loads(content)
            schema, machines = data["schema"], dict(data["machines"])
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(f"{self._path} is no calibration; remove it and calibrate again") from error
        if schema != SCHEMA:
            raise StoreError(f"{self._path} is of another version of Loadledger ({schema}, not {SCHEMA})")
        return machines

    def keep(self, run: Run, found: Calibrated) -> None:
        """Add, or replace, and write the file at once; what others kept meanwhile stays."""
        self._machines = self._read()
        loads = self._machines.setdefault(machine_class(run.environment), {})
        loads.setdefault(run.workload, {})[load_class(run.plan)] = asdict(found)
        write_document(self._path, {"schema": SCHEMA, "machines": self._machines})

    def would_catch(self, run: Run, found: Comparison, way: Way, *, alone: bool = False) -> str:
        """One line on what the comparison would have caught; "" if that was not calibrated.

        `alone` says that it shared its error with others, which catches less than was calibrated. A metric
        of which another minimum effect was asked for than calibrated is left out.
        """
        try:
            loads = self._machines[machine_class(run.environment)][run.workload]
            powers = {power["metric"]: power for power in loads[load_class(run.plan)]["metrics"]}
            parts = []
            for change in found.changes:
                power = powers.get(change.metric)
                if power is None or abs(power["minimum"] - change.minimum) > 1e-9:
                    continue
                size = power["gate"] if way == "gate" else (power["ab"] or {}).get("16")
                if size is not None:
                    parts.append(f"{_least(size)} of {change.metric}")
        except (KeyError, TypeError, AttributeError):
            return ""
        how = "alone it would catch" if alone else "would catch"
        return f"{how} {', '.join(parts)} in 95 of 100" if parts else ""


def told(results: Path, run: Run, found: Comparison, way: Way, *, alone: bool = False) -> str:
    """`Calibrations.would_catch`; a file that can't be read is as good as none: no gate fails for it."""
    try:
        return Calibrations(results).would_catch(run, found, way, alone=alone)
    except StoreError as error:
        return str(error).splitlines()[0]


def hint(workloads: Sequence[str]) -> str:
    """What to say where nothing was calibrated."""
    names = workloads[0] if len(workloads) == 1 else "WORKLOADS"
    return f"how small a slow-down this catches here is not known; measure it with: suite calibrate {names}"


def print_calibrated(console: Console, found: Calibrated) -> None:
    """A row per metric, and how often there would be false alarms."""
    head = Text.assemble((clean(found.workload), "bold"), f"  calibrated from {found.runs} runs")
    console.print(head, soft_wrap=True)
    table = PlainTable()
    table.add_column("metric", overflow="fold", min_width=18)
    for title in ("median", "CV", "8 pairs", "12 pairs", "16 pairs", "gate"):
        table.add_column(title, justify="right", no_wrap=True)
    for power in found.metrics:
        ab = power.ab
        values = sorted(found.values[power.metric])
        table.add_row(
            power.metric,
            format_quantity(values[len(values) // 2], power.unit),
            format_quantity(power.variation, "ratio"),
            *(_least(ab[look]) if ab else "" for look in ("8", "12", "16")),
            _least(power.gate),
        )
    console.print(Padding(table, (1, 0, 1, 2), expand=False))
    for line in _lines(found):
        console.print(Text(f"  {clean(line)}"), soft_wrap=True)
    note = "columns: least slow-down caught in 95 of 100 (none: not even 200 %), by resampling; the gate's"
    note += " for 3 runs (of one round each: 5) against 8 stored ones"
    console.print(Text(f"  {note}", FAINT), soft_wrap=True)
    console.print()


def _least(size: float | None) -> str:
    return "none" if size is None else f"≥ {format_quantity(size, 'ratio')}"


def _lines(found: Calibrated) -> Iterable[str]:
    yield f"false alarms: suite ab {100 * found.ab_alarms:.2g} %, suite gate {100 * found.gate_alarms:.2g} %"
    for power in found.metrics:
        if power.caught:
            rates = ", ".join(f"{size} in {100 * rate:.0f}" for size, rate in power.caught.items())
            yield f"{power.metric}, slower by, is caught by 16 pairs: {rates} of 100"
    if found.against_itself:
        yield f"against itself, as the runs came: {found.against_itself}"
    if found.planted:
        yield f"a slow-down that really ran: {found.planted}"
    if found.doubts:
        yield f"on a quieter machine it would be less: {found.doubts}"
