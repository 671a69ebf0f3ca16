"""Tells an address when the verdict on a workload changes: one POST a command."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from typing import Any

import typer

import suite
from suite.config.consent import host_of
from suite.foreign_text import clean
from suite.formats.envelope import exit_code, kind_of
from suite.ledger.store import Ledger
from suite.process.timely import opener
from suite.records.record import Record
from suite.records.run import Run, verdict_word
from suite.report.documents.notification import notification, verdict_change

_SECONDS = 5.0
_SETTLED = ("pass", "fail", "error")
"""Verdicts on a system; what is invalid says nothing of it, and is no change."""
_LOOKED_BACK = 50


class Notifier:
    """Collects what changed against the last result of the same kind, workload and branch, and posts it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.changes: list[dict[str, Any]] = []

    def see(self, result: Record, ledger: Ledger) -> None:
        """Note whether a result, that is not in the ledger yet, changes a verdict. Raises StoreError."""
        verdict = _verdict(result)
        if verdict not in _SETTLED:
            return
        entries = ledger.entries(result.workload, limit=_LOOKED_BACK, kinds=[kind_of(result)])
        before = next(
            (one.verdict for one in entries if one.branch == result.branch and one.verdict in _SETTLED), None
        )
        if before is not None and before != verdict:
            self.changes.append(verdict_change(result, before, verdict))

    def post(self) -> None:
        """Send all changes, if there are any. What fails is a warning on stderr."""
        if not self.changes:
            return
        body = json.dumps(notification(self.changes), ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", "User-Agent": f"loadledger/{suite.__version__}"}
        request = urllib.request.Request(self._url, body, headers)  # noqa: S310 - http or https, see check_url
        try:
            with opener().open(request, timeout=_SECONDS):
                return
        except urllib.error.HTTPError as error:
            why = f"it answered {error.code}"
        except http.client.InvalidURL:  # which cites its path, and that may be all that it is secret by
            why = "its address has a blank or another sign that no URL has"
        except (OSError, http.client.HTTPException, ValueError) as error:
            why = str(getattr(error, "reason", error)) or type(error).__name__
        typer.echo(
            f"suite: warning: {host_of(self._url)} could not be told of the verdict: {clean(why)}", err=True
        )


def _verdict(result: Record) -> str:
    return result.verdict if isinstance(result, Run) else verdict_word(exit_code(result))
