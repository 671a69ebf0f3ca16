"""A gate's findings as the lines that GitHub, and what follows it, shows on a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from suite.compare.compared import Compared
from suite.report.compared import brief, remedy
from suite.report.words import clean

_MOST = 10
"""GitHub shows no more of one kind for a step."""


def annotated(compared: Compared, *, warn: bool = False) -> Iterator[str]:
    """Workflow commands: an error per regression, a notice per improvement, one for what is undecided.

    What is undecided is an error too, unless it is to `warn`.
    """
    regressions = list(compared.changes("regression"))
    kept = regressions if len(regressions) <= _MOST else regressions[: _MOST - 1]
    for one, change in kept:
        title = f"{one.workload} {change.metric} regressed"
        yield _command("error", title, f"{brief(change)}; {one.base} to {one.head}")
    if len(kept) < len(regressions):
        yield _command("error", "more regressions", f"{len(regressions) - len(kept)} more, see the log")
    for one, change in list(compared.changes("improvement"))[:_MOST]:
        yield _command("notice", f"{one.workload} {change.metric} improved", brief(change))
    hint = remedy(compared)
    if hint is not None or not compared.comparisons:
        kind = "warning" if warn or regressions else "error"
        yield _command(kind, "load benchmarks inconclusive", str(hint or "nothing was compared"))


def _command(kind: str, title: str, message: str) -> str:
    name = _escaped(title).replace(":", "%3A").replace(",", "%2C")
    return f"::{kind} title={name}::{_escaped(message)}"


def _escaped(text: str) -> str:
    return clean(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
