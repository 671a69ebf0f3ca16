"""Runs a script of this folder that memray records: its recordings by pid, its marks."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from suite.leaks.tracker import QuietMoment, attribute

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Traced:
    recordings: dict[int, Path]
    marks: list[QuietMoment]
    notes: list[int]

    def attributed(self, growth=None, **others):
        """The call sites, with files told from this folder."""
        return attribute(self.recordings, self.marks, growth=growth, roots=[HERE], **others)


def traced(folder: Path, script: str, *words: str) -> Traced:
    """Run `script` (without .py) to its end, its recordings in `folder`."""
    said = subprocess.run(
        [sys.executable, "-W", "error", str(HERE / f"{script}.py"), str(folder), *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert said.returncode == 0, said.stderr
    lines = [line.split() for line in said.stdout.splitlines()]
    return Traced(
        {int(path.suffix[1:]): path for path in folder.glob("memray.*")},
        [QuietMoment(float(at), int(operations)) for at, operations, _ in lines],
        [int(note) for _, _, note in lines],
    )
