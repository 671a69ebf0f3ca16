"""How true a replay was to its log, below the tables of a Run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.text import Text

from suite.foreign_text import clean
from suite.records.run import Run
from suite.report.words import FAINT, many, quantity, span_words

_SKIPPED = {
    "method": "neither GET nor HEAD",
    "unmapped": "no operation fits",
    "unreadable": "can't be read",
    "no_request": "no request",
    "too_long": "too long",
    "empty": "empty",
}


def replayed(run: Run) -> Iterator[Text]:
    """Lines used and left out, whose they were, what the log's clock allows, and how late starts were."""
    said = run.plan.get("replay")
    if not isinstance(said, Mapping) or not said.get("lines"):
        return
    log = clean(str(run.plan.get("log", "log")).split(" ")[0])
    yield Text.assemble((f"{log}: ", FAINT), ", ".join(_of_log(said)))
    yield Text.assemble(("replayed: ", FAINT), ", ".join(_of_round(run, said)))


def _of_log(said: Mapping[str, Any]) -> Iterator[str]:
    yield f"{said.get('used', 0):,} of {many(said['lines'], 'line')} can be replayed"
    for reason, count in sorted(said.get("skipped", {}).items()):
        yield f"{count:,} {_SKIPPED.get(reason, clean(reason))}"
    yield f"{many(said.get('clients', 0), 'client')} in {many(said.get('sessions', 0), 'session')}"
    if said.get("back"):
        yield f"its clock goes back {many(said['back'], 'time')}"
    if said.get("whole"):
        yield "its stamps are whole seconds, spread at random within each"


def _of_round(run: Run, said: Mapping[str, Any]) -> Iterator[str]:
    length = ((run.plan.get("seconds") or 0.0) + (run.plan.get("warmup") or 0.0)) * (
        run.plan.get("speed") or 1.0
    )
    yield f"{many(said.get('planned', 0), 'request')} of {span_words(length)} of the log"
    if said.get("begin"):
        yield f"from {span_words(said['begin'])} on"
    if said.get("beyond"):
        yield f"{said['beyond']:,} come later and are left out"
    late = (quantity(run.metrics.get(f"lateness.{place}")) for place in ("p50", "p99"))
    yield "started {} late at p50, {} at p99, waits for the client's own last request included".format(*late)
