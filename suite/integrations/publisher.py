"""What `asv publish` calls: pages of ours beside asv's own, from asv's results and our ledger.

asv imports this for every command, in its own process: what only publishing needs is imported there.
In asv.conf.json: `"plugins": [".suite.integrations.publisher"]`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from asv.console import log
from asv.publishing import OutputPublisher
from asv.util import UserError

from suite.errors import SuiteError

FOLDER = "loadledger"
"""Of our pages, below asv's."""


class LoadledgerPages(OutputPublisher):  # type: ignore[misc]
    """A page per workload: its history with changes, latency, outcomes, memory, leaks, capacity."""

    name = FOLDER
    button_label = "Load history"
    description = "Each workload's history: rates, latency, memory, outcomes, validity, leaks, capacity"
    order = 9

    @classmethod
    def publish(cls, conf: Any, repo: Any, benchmarks: Any, graphs: Any, revisions: Any) -> None:  # noqa: ARG003
        """Write the pages and link them with asv's; what can't be read is said, and left out.

        Raises asv's UserError if the pages can't be written.
        """
        try:
            from suite.integrations.publishing import publish
        except ImportError as error:
            log.error(f"no load history: {error}; install Loadledger where asv runs, too")
            return
        try:
            warnings = publish(conf, repo, benchmarks, revisions, Path(conf.html_dir), FOLDER)
        except SuiteError as error:  # what asv shows without a traceback
            raise UserError(str(error)) from error
        for warning in warnings:
            log.warning(warning)
