"""Coroutines that operations make and nobody awaits: what they say is not done, and takes no time."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TextIO

from suite.engine.worker_request import WorkerReply
from suite.records.reason import Reason

_SAID = ".* was never awaited"
_MOST = 100
"""So many places are told apart."""
_HERE = str(Path(__file__).parent)


class UnawaitedWatch:
    """Counts them while inside, by what Python says of each and where that is: a line of the `files` that
    operations are from, or "" for what an operation returns.
    """

    def __init__(self, files: Collection[str]) -> None:
        self.found: Counter[tuple[str, str]] = Counter()
        self._files = frozenset(files)
        self._caught = warnings.catch_warnings()

    def __enter__(self) -> UnawaitedWatch:
        self._caught.__enter__()
        warnings.filterwarnings("always", _SAID, RuntimeWarning)
        self._others = warnings.showwarning
        warnings.showwarning = self._show
        return self

    def __exit__(self, *_: object) -> None:
        self._caught.__exit__(None, None, None)

    def _show(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        said = str(message)
        ours = filename.startswith(_HERE)
        if not said.endswith(_SAID[2:]) or not (ours or filename in self._files):
            self._others(message, category, filename, lineno, file, line)
            return
        where = "" if ours else f"{Path(filename).name}:{lineno}"
        if (said, where) in self.found or len(self.found) < _MOST:
            self.found[said.partition("\n")[0], where] += 1


def unawaited(reports: Iterable[WorkerReply]) -> list[Reason]:
    """What operations did not do, that which came most often alone: a reason to believe no figure."""
    found: Counter[tuple[str, str]] = Counter()
    for report in reports:
        for what, where, times in report.unawaited:
            found[what, where] += times
    return [
        Reason("unawaited", {"what": what, "where": where, "times": times})
        for (what, where), times in found.most_common(1)
    ]
