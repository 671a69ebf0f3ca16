"""`python -m suite.integrations._locust.keep`: the Run of a test on Locust, stored and shown.

A process of its own, for Locust's has everything patched. Its status is the Run's exit code.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from suite.config.configured import configured
from suite.config.settings import Settings
from suite.contract.loop import closed_loop, resized
from suite.contract.remote import Remote
from suite.contract.user import User, operation
from suite.contract.workload import Workload
from suite.errors import StoreError, SuiteError, SystemFailed
from suite.foreign_text import clean
from suite.formats.document import run_path, write_document
from suite.formats.envelope import entry, envelope
from suite.formats.structure import load
from suite.integrations._locust.places import places
from suite.integrations._locust.selected import selected
from suite.ledger.later import brought_in_by
from suite.ledger.store import Ledger
from suite.measure.combine import combine
from suite.measure.record_origin import RecordOrigin
from suite.measure.shares import joined_round
from suite.measure.tally import Tally
from suite.process.ending import ending
from suite.process.redaction import shown_url
from suite.process.standard_streams import guard_streams, stdout_refused
from suite.records.reason import Reason
from suite.records.run import Failure, Round, Run
from suite.report.terminal.console import Reporter, make_console


def main() -> None:
    """Keep what stdin tells of."""
    guard_streams()
    told = json.load(sys.stdin)
    try:
        result = made(told)
        code = keep(result, stderr=told["stderr"]) if told["ended"] else keep_of_killed(result)
    except SuiteError as error:
        for line in clean(str(error)).splitlines():
            _say(line)
        code = error.exit_code
    sys.exit(2 if stdout_refused() and not code else code)


def made(told: Mapping[str, Any]) -> Run:
    """The Run of what all parties told."""
    if told["locustfile"]:
        workload, settings = _of_locustfile(told), Settings()
    else:
        ((found, settings),) = selected([told["target"]], told["host"])
        workload = configured(found.workload, settings)
    lost = [Reason("worker_lost", {"worker": name, "at": at}) for name, at in told["lost"].items()]
    whole = joined_round(
        {name: load(Round, share) for name, share in told["shares"].items()},
        Tally.unpack(told["tally"]),
        told["seconds"],
        loop=resized(workload.loop, users=max(told["plan"]["users"], 1)),
        doubts=lost,
    )
    unmeasured = [one.metric for one in workload.thresholds if one.metric not in whole.metrics]
    if unmeasured and whole.metrics:
        workload.thresholds = tuple(one for one in workload.thresholds if one.metric not in unmeasured)
        _say(f"note: not judged under Locust: {', '.join(unmeasured)}")
    if told["failure"] is not None:
        text, code = told["failure"]
        whole = replace(
            whole, failure=Failure("system" if code == SystemFailed.exit_code else "worker", text)
        )
    if not told["ended"]:
        whole = replace(
            whole, failure=Failure("interrupted", "Locust was killed; this is what there was by then")
        )
    plan = {**_plan(workload), "seed": settings.seed, **told["plan"]}
    if told["host"]:
        plan["target"] = shown_url(told["host"])
    origin = RecordOrigin()
    return combine(workload, [whole], plan=plan, **{**origin.fields(), "started": told["started"]})


class _Requester(User):
    """Stands for users of Locust's own."""

    @operation
    async def request(self) -> None:
        """Any."""


def _of_locustfile(told: Mapping[str, Any]) -> Workload:
    """What metrics of requests mean, whatever these are called."""
    users = max(told["plan"]["users"], 1)
    loop = closed_loop(users, seconds=max(told["seconds"], 1.0))
    return Workload(told["name"], Remote("locustfile"), _Requester, loop=loop, collect=lambda _system: ())


def keep(result: Run, *, stderr: bool) -> int:
    """Write, store and show `result`; its exit code. A step that fails does not keep the others from being
    tried. Raises StoreError.
    """
    code, kept = result.exit_code, places()
    path = run_path(kept.folder / "runs", result)
    with Reporter(make_console(stderr=stderr)) as reporter:
        try:
            _keep_at(path, kept.ledger, result)
        finally:
            reporter.print_run(result)
            reporter.print_summary([result], code, saved=kept.folder if path.exists() else None)
    return code


def keep_of_killed(result: Run) -> int:
    """The same, of a Locust that was killed: there may be nobody to show it to."""
    kept = places()
    path = run_path(kept.folder / "runs", result)
    _keep_at(path, kept.ledger, result)
    _say(f"note: Locust was killed; what it had measured is {path}")
    return result.exit_code


def _say(line: str) -> None:
    """On stderr, which may have nobody any more who reads it: that keeps nothing else from being done."""
    with contextlib.suppress(OSError):
        os.write(2, f"suite: {clean(line)}\n".encode(errors="replace"))


def _keep_at(path: Path, ledger: str | Path, result: Run) -> None:
    with contextlib.ExitStack() as last_first:
        last_first.callback(_store, ledger, result, path)
        write_document(path, envelope("run", [entry(result)], exit_code=result.exit_code))


def _store(where: str | Path, result: Run, document: Path) -> None:
    try:
        with Ledger(where) as ledger:
            ledger.add(result)
    except StoreError as error:
        if not document.exists():
            raise
        raise StoreError(f"{error}\nit is brought in later by: {brought_in_by([document], where)}") from error


def _plan(workload: Workload) -> dict[str, Any]:
    loop = workload.loop
    plan: dict[str, Any] = {"engine": "locust", "loop": loop.kind, "parameters": workload.plain_parameters()}
    for name in ("think", "rate", "arrivals", "busy"):
        if value := getattr(loop, name, None):
            plan[name] = value
    return plan


if __name__ == "__main__":
    with ending():
        main()
