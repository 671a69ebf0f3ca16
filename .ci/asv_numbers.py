"""Whether asv has a number for all that it tracks of a commit: `asv_numbers.py RESULTS COMMIT`.

Ends with 0 if it has. With 3 if of some benchmarks no number could be believed, for the machine was too busy:
prints a pattern of them for `asv run --bench`. With 1 if a benchmark failed, lacks some numbers only (its
rounds are too short for them), or is missing altogether. That all took longer than a commit may is only told:
it depends on the machine.
"""

from __future__ import annotations

import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

SYSTEMS = ("conversation", "dicom", "vision")
SECONDS_OF_A_COMMIT = 480.0


def values_by_benchmark(results: Mapping[str, Any]) -> dict[str, list[float | None]]:
    """What is tracked of each class of the systems; None is a benchmark that failed."""
    found: dict[str, list[float | None]] = defaultdict(list)
    for name, row in results.items():
        if name.partition(".")[0] in SYSTEMS:
            found[name.rpartition(".")[0]] += (row[0] if row else None) or [None]
    return found


def faults(found: Mapping[str, list[float | None]]) -> Iterator[str]:
    """What no second try mends."""
    for system in SYSTEMS:
        if not any(name.startswith(f"{system}.") for name in found):
            yield f"nothing of {system} was measured"
    for name, values in found.items():
        if None in values:
            yield f"{name} failed"
        elif 0 < sum(map(_is_nan, values)) < len(values):
            yield f"{name} has no number for some of what it tracks: its rounds are too short"


def seconds_of(measured: Mapping[str, Any]) -> float:
    """What measuring the commit took, without what building it did."""
    duration = measured["result_columns"].index("duration")
    took = sum(row[duration] or 0.0 for row in measured["results"].values() if len(row) > duration)
    took += sum(seconds for name, seconds in measured["durations"].items() if name != "<build>")
    return float(took)


def main(folder: str, commit: str) -> int:
    """Say what is wrong with the results of `commit`."""
    files = list(Path(folder).glob(f"{commit[:8]}-*.json"))
    if len(files) != 1:
        sys.exit(f"{folder} has {len(files)} files of {commit}")
    measured = json.loads(files[0].read_text())
    found = values_by_benchmark(measured["results"])
    if (took := seconds_of(measured)) > SECONDS_OF_A_COMMIT:
        sys.stderr.write(f"a commit took {took:.0f} s, {SECONDS_OF_A_COMMIT:.0f} s are wanted\n")
    wrong = list(faults(found))
    if wrong:
        sys.exit("\n".join(wrong))
    unbelieved = [name for name, values in found.items() if all(map(_is_nan, values))]
    if unbelieved:
        sys.stdout.write("^({})[.]".format("|".join(name.replace(".", "[.]") for name in unbelieved)))
        return 3
    return 0


def _is_nan(value: float | None) -> bool:
    return value is not None and math.isnan(value)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
