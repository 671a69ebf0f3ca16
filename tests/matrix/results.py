"""What came of cells: kept line by line, so that a matrix goes on where it was stopped; and its table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from matrix.cells import COMMANDS, FAULTS, Cell


@dataclass(frozen=True)
class Played:
    """What became of a cell. `code` is the exit status, `lost` what was measured and is kept nowhere, `left`
    what outlived the command; `wrong` says what else is not as promised, `skipped` why it could not be tried.
    """

    name: str
    code: int | None = None
    lost: int = 0
    left: tuple[str, ...] = ()
    wrong: str = ""
    skipped: str = ""
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        """Whether it is as SECURITY.md promises."""
        return not (self.lost or self.left or self.wrong or self.skipped)


def read(path: Path) -> dict[str, Played]:
    """Those that are in a file, by name; the last of each counts."""
    if not path.exists():
        return {}
    lines = [json.loads(line) for line in path.read_text().splitlines() if line.endswith("}")]
    return {line["name"]: Played(**{**line, "left": tuple(line["left"])}) for line in lines}


def add(path: Path, played: Played) -> None:
    """One more."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(json.dumps(asdict(played)) + "\n")


def table(cells: Iterable[Cell], played: Mapping[str, Played]) -> list[str]:
    """A row for each fault in each command: cells, how many were tried, lost, left, and how they ended."""
    rows = [("fault", "command", "cells", "tried", "lost", "left", "wrong", "exit codes")]
    every = list(cells)
    for fault in FAULTS:
        for command in COMMANDS:
            here = [cell for cell in every if (cell.fault, cell.command) == (fault, command)]
            apply = [cell for cell in here if not cell.left_out()]
            done = [played[cell.name] for cell in apply if cell.name in played]
            tried = [one for one in done if not one.skipped]
            if not here:
                continue
            codes = sorted({one.code for one in tried if one.code is not None})
            rows.append((
                fault, command, str(len(apply)), str(len(tried)), str(sum(one.lost for one in tried)),
                str(sum(len(one.left) for one in tried)), str(sum(bool(one.wrong) for one in tried)),
                " ".join(map(str, codes)) or "-",
            ))  # fmt: skip
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def reasons(cells: Iterable[Cell], played: Mapping[str, Played]) -> list[str]:
    """Why cells were left out or could not be tried, and how many: they are no successes."""
    counts: dict[str, int] = {}
    for cell in cells:
        why = cell.left_out() or (played[cell.name].skipped if cell.name in played else "not tried yet")
        if why:
            counts[why] = counts.get(why, 0) + 1
    return [f"{count:5}  {why}" for why, count in sorted(counts.items(), key=lambda one: -one[1])]
