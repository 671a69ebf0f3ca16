"""The file of calibrations: by machine, workload and load."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from suite.errors import StoreError
from suite.files import disk_faults, write_text
from suite.records.calibration import Calibration, Caught
from suite.records.classes import load_class, machine_class
from suite.records.comparison import Comparison
from suite.records.run import Run

NAME = "calibration.json"
Way = Literal["ab", "gate"]
_SCHEMA = 1


class CalibrationStore:
    """The file of a results folder. Raises StoreError where it can't be read, or is of a newer version."""

    def __init__(self, results: Path) -> None:
        self._path = results / NAME
        self._machines = self._read()

    def keep(self, run: Run, found: Calibration) -> None:
        """Add, or replace, and write the file at once; what others kept meanwhile stays."""
        self._machines = self._read()
        loads = self._machines.setdefault(machine_class(run.environment), {})
        loads.setdefault(run.workload, {})[load_class(run.plan)] = asdict(found)
        data = {"schema": _SCHEMA, "machines": self._machines}
        write_text(self._path, json.dumps(data, indent=1, ensure_ascii=False) + "\n")

    def caught(self, run: Run, found: Comparison, way: Way) -> tuple[Caught, ...]:
        """What the comparison would have caught; nothing if that was not calibrated.

        A metric of which another minimum effect was asked for than calibrated is left out.
        """
        try:
            loads = self._machines[machine_class(run.environment)][run.workload]
            powers = {power["metric"]: power for power in loads[load_class(run.plan)]["metrics"]}
            return tuple(_caught(powers, found, way))
        except (KeyError, TypeError, AttributeError):
            return ()

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
        if schema != _SCHEMA:
            raise StoreError(f"{self._path} is of another version of Loadledger ({schema}, not {_SCHEMA})")
        return machines


def caught(results: Path, run: Run, found: Comparison, way: Way) -> tuple[Caught, ...] | StoreError:
    """See `CalibrationStore.caught`; the error of a file that can't be read, for no gate fails for that."""
    try:
        return CalibrationStore(results).caught(run, found, way)
    except StoreError as error:
        return error


def _caught(powers: dict[str, Any], found: Comparison, way: Way) -> Sequence[Caught]:
    parts = []
    for change in found.changes:
        power = powers.get(change.metric)
        if power is None or abs(power["minimum"] - change.minimum) > 1e-9:
            continue
        size = power["gate"] if way == "gate" else (power["ab"] or {}).get("16")
        if size is not None:
            parts.append(Caught(change.metric, size))
    return parts
