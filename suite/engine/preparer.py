"""The process that holds what was there before the users, and has to go after them."""

from __future__ import annotations

import time

from suite.engine.worker_pool import Worker, gather_reports
from suite.engine.worker_request import CLOSED, PREPARED, WorkerRequest
from suite.errors import SuiteError
from suite.records.run import CheckResult

_WORDS = {PREPARED: "what was prepared could not be undone", CLOSED: "the object did not close"}
_CHECKS = {PREPARED: "what was prepared is undone", CLOSED: "the object closes"}


class Preparer:
    """What `worker` has prepared, or an object in it, to be undone and closed within `seconds`, once."""

    def __init__(self, worker: Worker, seconds: float, kind: str) -> None:
        self._worker: Worker | None = worker
        self._seconds = seconds
        self._kind = kind  # what is left where the process itself fails
        self.left: dict[str, str] = {}
        """What could not be undone or closed, and why."""

    def forget(self) -> None:
        """It has ended, or there is no system to undo anything in."""
        self._worker = None

    def restore(self) -> None:
        """Undo it, unless that was done."""
        worker, self._worker = self._worker, None
        if worker is None:
            return
        end = time.monotonic() + self._seconds
        try:
            worker.tell(WorkerRequest("restore"))
            step = ""
            while step != "restore":  # the answer to `prepare` may still be on its way
                (report,) = gather_reports([worker], step="restore", deadline=lambda: end)
                step, left = report.step, report.result
            found = dict(left)
        except SuiteError as error:
            found = {self._kind: str(error).splitlines()[0]}
        self.left = {kind: f"{_WORDS[kind]}: {why}" for kind, why in found.items()}

    def checks(self) -> list[CheckResult]:
        """What could not be undone or closed, as checks that failed."""
        return [CheckResult(_CHECKS[kind], passed=False, detail=detail) for kind, detail in self.left.items()]
