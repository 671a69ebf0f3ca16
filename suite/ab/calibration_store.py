"""The file of calibrations: by machine, workload and load."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from suite.errors import StoreError
from suite.files import below, disk_faults, read_bytes
from suite.formats.document import write_document
from suite.formats.envelope import document_in, envelope
from suite.records.calibration import Calibration, Caught, Power
from suite.records.classes import load_class, machine_class
from suite.records.comparison import Comparison
from suite.records.run import Run

NAME = "calibration.json"
Way = Literal["ab", "gate"]


class CalibrationStore:
    """The file of a results folder. Raises StoreError where it can't be read, or is of a newer version."""

    def __init__(self, results: Path) -> None:
        self._path = results / NAME
        self._known = self._read()

    def keep(self, found: Calibration) -> None:
        """Add, or replace, and write the file at once; what others kept meanwhile stays."""
        self._known = {**self._read(), (found.machine, found.workload, found.load): found}
        write_document(
            below(self._path.parent, self._path), envelope("calibration", self._known.values(), exit_code=0)
        )

    def caught(self, run: Run, found: Comparison, way: Way) -> tuple[Caught, ...]:
        """What the comparison would have caught; nothing if that was not calibrated.

        A metric of which another minimum effect was asked for than calibrated is left out.
        """
        known = self._known.get((machine_class(run.environment), run.workload, load_class(run.plan)))
        return () if known is None else tuple(_caught(known.metrics, found, way))

    def _read(self) -> dict[tuple[str, str, str], Calibration]:
        """By machine, workload and load."""
        if not self._path.exists():
            return {}
        with disk_faults(self._path):
            content = read_bytes(self._path)
        try:
            document = document_in(json.loads(content), self._path)
        except (ValueError, RecursionError):
            document = None
        if document is None or document.kind != "calibration":
            raise StoreError(f"{self._path} is no calibration; remove it and calibrate again")
        found = [one for one in document.records if isinstance(one, Calibration)]
        return {(one.machine, one.workload, one.load): one for one in found}


def caught(results: Path, run: Run, found: Comparison, way: Way) -> tuple[Caught, ...] | StoreError:
    """See `CalibrationStore.caught`; the error of a file that can't be read, for no gate fails for that."""
    try:
        return CalibrationStore(results).caught(run, found, way)
    except StoreError as error:
        return error


def _caught(metrics: Sequence[Power], found: Comparison, way: Way) -> Iterator[Caught]:
    powers = {power.metric: power for power in metrics}
    for change in found.changes:
        power = powers.get(change.metric)
        if power is None or abs(power.minimum - change.minimum) > 1e-9:
            continue
        size = power.gate if way == "gate" else (power.ab or {}).get("16")
        if size is not None:
            yield Caught(change.metric, size)
