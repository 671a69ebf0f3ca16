"""The process that prepares for a workload and undoes it: no user is in it, so that it outlives them."""

from __future__ import annotations

import time

from suite.engine.worker_pool import Worker, gather_reports
from suite.engine.worker_request import WorkerRequest
from suite.errors import SuiteError
from suite.records.run import CheckResult


class Preparer:
    """What `worker` has prepared, to be undone within `seconds`, once, whatever became of the round."""

    def __init__(self, worker: Worker, seconds: float) -> None:
        self._worker: Worker | None = worker
        self._seconds = seconds
        self.left = ""
        """What could not be undone, and why."""

    def forget(self) -> None:
        """It has ended, or there is no system to undo anything in."""
        self._worker = None

    def restore(self) -> str:
        """Undo it unless that was done; what could not be undone."""
        worker, self._worker = self._worker, None
        if worker is None:
            return ""
        end = time.monotonic() + self._seconds
        try:
            worker.tell(WorkerRequest("restore"))
            step, result = "", ""
            while step != "restore":  # the answer to `prepare` may still be on its way
                (report,) = gather_reports([worker], step="restore", deadline=lambda: end)
                step, result = report.step, report.result
        except SuiteError as error:
            result = str(error).splitlines()[0]
        self.left = f"what was prepared could not be undone: {result}" if result else ""
        return self.left


def undone(left: str) -> list[CheckResult]:
    """What could not be undone, as a check that failed."""
    return [CheckResult("what was prepared is undone", passed=False, detail=left)] if left else []
