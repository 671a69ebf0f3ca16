"""One process run: a fresh `suite run` of one side, one round of one workload."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from suite.ab.checkout import Checkout, Name
from suite.ab.task import Task
from suite.config.catalog import is_file
from suite.engine.room_watch import RoomWatch
from suite.errors import ConfigurationError, Interrupted, StoreError, SuiteError, SystemFailed, WorkerFailed
from suite.files import disk_faults
from suite.formats.envelope import read_document
from suite.ledger.left_behind import bring_in
from suite.process.child import Child, start_command
from suite.process.scratch import removal
from suite.records.costs import CostBill
from suite.records.record import Record
from suite.records.run import Run

_Found = TypeVar("_Found", Run, CostBill)
_GRACE = 20.0
"""Seconds that a round has to end and clean up after itself when we are interrupted."""
_FIRST, _LATER, _TIMES = 3600.0, 600.0, 10
"""Seconds that the first round of a workload may take, and a later one unless others took long: then so many
times as long as the longest of them."""
_INTERRUPTED = (129, 130, 143)
"""Exit codes of a `suite` that somebody else ended."""
_DOCUMENTS = "results-*/*/*.json"
"""Of rounds that are known."""
_SUBMODULE = re.compile(r"^\s*path\s*=\s*(.+?)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ProcessRunner:
    """Runs samples; `scratch` is for what they write, `cwd` is relative to the checkout.

    `configuration` is the file that both sides go by, None for that of each. What a side keeps
    lies in `room`, or in `scratch`, until the next round begins: in a room it is found should we be killed.
    """

    work_tree: Path
    cwd: Path
    scratch: Path
    configuration: Path | None = None
    room: Path | None = None
    _longest: dict[tuple[str, float | None], float] = field(default_factory=dict, repr=False)

    def take(self, side: Checkout, task: Task, cut: Callable[[Run], None] | None = None) -> Run:
        """The Run of one round. Call it from the main thread.

        What one had measured that came to no good end is given to `cut`. Raises SystemFailed if the system
        would not start, ConfigurationError for what this side does not have, and SuiteError for a fault of
        ours; each with the name of the side.
        """
        document = self.scratch / "sample.json"
        begun, patience = time.monotonic(), self._patience(task)
        child = self.start(side, task, "run", document, "--rounds", "1")
        try:
            _wait(child, patience)
        except (TimeoutError, Interrupted) as error:
            self._told(document, side, task, cut)
            if isinstance(error, Interrupted):
                raise
            raise WorkerFailed(
                f"{task.name}, {side.title}: a round was not over after {patience:,.0f} s, and was ended"
            ) from error
        kind = (task.name, task.given.seconds)
        self._longest[kind] = max(self._longest.get(kind, 0.0), time.monotonic() - begun)
        run = _read(document, task.name, Run)
        if run is None or child.exit_status in (2, 4, 70):
            self._told(document, side, task, cut)
            raise _fault(child, side, task, run, self.scratch)
        return of_side(run, side)

    def _told(self, document: Path, side: Checkout, task: Task, cut: Callable[[Run], None] | None) -> None:
        run = self._found(document, side, task, Run)
        if cut is not None and run is not None and run.rounds:
            cut(of_side(run, side))

    def _found(self, document: Path, side: Checkout, task: Task, kind: type[_Found]) -> _Found | None:
        """What a command of that side wrote, or had measured when it was killed."""
        found = _read(document, task.name, kind)
        if found is None:
            records = [record for one in bring_in(self._results(side), None) for record in one.records]
            found = _named(records, task.name, kind)
        return found

    def _results(self, side: Checkout) -> Path:
        """Where a `suite` of that side keeps what it finds."""
        return (self.room or self.scratch) / f"results-{side.name}"

    def count(
        self,
        sides: Iterable[Checkout],
        task: Task,
        *words: str,
        cut: Callable[[Name, CostBill, SuiteError], None] | None = None,
    ) -> dict[Name, CostBill]:
        """The bills of both sides, counted at the same time: what is counted does not mind.

        Call it from the main thread. If one comes to no good end, what was counted is given to `cut` with
        what ended it. Raises
        as `take`.
        """
        children = {}
        found: dict[Name, CostBill] = {}
        try:
            try:
                for side in sides:
                    document = self.scratch / f"bill-{side.name}.json"
                    children[side.name] = side, document, self.start(side, task, "costs", document, *words)
                for side, _, child in children.values():
                    if not child.wait(_FIRST):
                        raise WorkerFailed(
                            f"{task.name}, {side.title}: a bill was not made in {_FIRST:,.0f} s"
                        )
            finally:
                for _, _, child in children.values():
                    child.stop(_GRACE)
            for name, (side, document, child) in children.items():
                bill = _read(document, task.name, CostBill)
                if bill is None or child.exit_status in (2, 4, 70):
                    raise _fault(child, side, task, None, self.scratch)
                found[name] = of_side(bill, side)
        except SuiteError as error:
            for name, (side, document, _) in children.items():
                bill = self._found(document, side, task, CostBill)
                if cut is not None and bill is not None and bill.costs:
                    cut(name, of_side(bill, side), error)
            raise
        return found

    def start(self, side: Checkout, task: Task, command: str, document: Path, *words: str) -> Child:
        """A fresh `suite` of a side that writes `document`."""
        document.unlink(missing_ok=True)
        for known in (self.room or self.scratch).glob(_DOCUMENTS):
            with disk_faults(known):
                known.unlink(missing_ok=True)
        cwd = side.folder / self.cwd
        cwd.mkdir(parents=True, exist_ok=True)
        target = str(side.folder / task.target) if is_file(task.target) else task.target
        # As the console command: the current folder is not on the path (-P).
        argv = [str(side.python), "-P", "-m", "suite.cli", command, target]
        argv += [*task.words, *words, "--json", str(document)]
        argv += ["--results", str(self._results(side))]
        argv += ["--config", str(self.configuration)] if self.configuration is not None else []
        log = document.with_suffix(".log")
        log.unlink(missing_ok=True)
        return start_command(argv, log=log, env=side.variables(self.work_tree), cwd=cwd)

    def _patience(self, task: Task) -> float:
        """Seconds that a round may take: one that hangs must not keep a comparison for ever."""
        longest = self._longest.get((task.name, task.given.seconds))
        if longest is None:
            return _FIRST + _TIMES * (task.given.seconds or 0.0)
        return max(_LATER, _TIMES * longest)


def compile_all(side: Checkout, scratch: Path) -> None:
    """Byte code for all files of a side, so that no round has to make it."""
    argv = [str(side.python), "-m", "compileall", "-qq", str(side.folder)]
    with contextlib.suppress(TimeoutError):
        _wait(start_command(argv, log=scratch / "compile.log", env={}, cwd=scratch), _LATER)


def of_side(record: _Found, side: Checkout) -> _Found:
    """The same, of the commit that it was measured on."""
    return replace(record, commit=side.commit.sha, dirty=bool(side.commit.changed))


def _wait(child: Child, seconds: float) -> None:
    """Until it has ended. Raises TimeoutError if it does not within `seconds`, and ends it."""
    try:
        if not child.wait(seconds):
            raise TimeoutError
    finally:
        child.stop(_GRACE)


def _read(document: Path, name: str, kind: type[_Found]) -> _Found | None:
    """The record of this `kind` of the workload `name`; None if there is none."""
    try:
        records = read_document(document).records
    except StoreError:
        return None
    return _named(records, name, kind)


def _named(records: Iterable[Record], name: str, kind: type[_Found]) -> _Found | None:
    return next((one for one in records if isinstance(one, kind) and one.workload == name), None)


def _fault(child: Child, side: Checkout, task: Task, run: Run | None, scratch: Path) -> SuiteError:
    said = [line.removeprefix("suite: ") for line in child.tail().splitlines() if line.startswith("suite: ")]
    kinds = {2: ConfigurationError, 4: SystemFailed}
    status = child.exit_status or 0
    # What kills a round, as the kernel where memory runs out, is no fault of ours, and none of the system.
    ended = status < 0 or status in _INTERRUPTED
    kind: type[SuiteError] = WorkerFailed if ended else kinds.get(status, SuiteError)
    if run is not None and run.error is not None:
        text = run.error.message
    else:
        text = "\n".join(said) if said and kind is ConfigurationError else child.exit_summary()
    room = RoomWatch(scratch)
    room.tick()
    if room.faults(()):  # then it could not say so itself
        kind, text = StoreError, f"can't write below {scratch}: the disk is full; free some space"
    if gone := removal(scratch, side.folder):
        kind, text = StoreError, gone
    return kind(f"{task.name}, {side.title}: {text}{_not_there(side.folder)}")


def _not_there(folder: Path) -> str:
    """What may be to blame where a side fails: submodules that the user's own repository has not either."""
    listed = folder / ".gitmodules"
    text = listed.read_text(encoding="utf-8", errors="replace") if listed.is_file() else ""
    empty = [
        name
        for name in _SUBMODULE.findall(text)
        if (folder / name).is_dir() and not any((folder / name).iterdir())
    ]
    if not empty:
        return ""
    return f"\nnot checked out: submodule {', '.join(empty)}; bring it: git submodule update --init"
