"""What a comparison found as the lines that GitHub, and what follows it, shows on a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from suite.compare.compared import Compared
from suite.foreign_text import clean
from suite.records.comparison import Change, Comparison
from suite.report.compared import brief, remedy

_MOST = 10
"""GitHub shows no more of one kind for a step."""
_PLURALS = {"error": "regressions", "notice": "improvements"}


def annotated(
    compared: Compared,
    *,
    warn: bool = False,
    places: Mapping[str, tuple[str, int]] = MappingProxyType({}),
) -> Iterator[str]:
    """Workflow commands: an error per regression, a notice per improvement, one for what is undecided.

    Each is at the place (file relative to the repository, line) of its workload, where `places` have it. What
    is undecided is an error too, unless it is to `warn`.
    """
    regressions = list(compared.changes("regression"))
    yield from _each("error", "regressed", regressions, places)
    yield from _each("notice", "improved", list(compared.changes("improvement")), places)
    hint = remedy(compared)
    if hint is not None or not compared.comparisons:
        kind = "warning" if warn or regressions else "error"
        yield _command(kind, "load benchmarks inconclusive", str(hint or "nothing was compared"))


def _each(
    kind: str,
    word: str,
    changes: Sequence[tuple[Comparison, Change]],
    places: Mapping[str, tuple[str, int]],
) -> Iterator[str]:
    kept = changes if len(changes) <= _MOST else changes[: _MOST - 1]
    for one, change in kept:
        said = f"{brief(change)}; {one.base} to {one.head}"
        yield _command(kind, f"{one.workload} {change.metric} {word}", said, places.get(one.workload))
    if len(kept) < len(changes):
        yield _command(kind, f"more {_PLURALS[kind]}", f"{len(changes) - len(kept)} more, see the log")


def _command(kind: str, title: str, message: str, place: tuple[str, int] | None = None) -> str:
    where = "" if place is None else f"file={_property(place[0])},line={place[1]},"
    return f"::{kind} {where}title={_property(title)}::{_escaped(message)}"


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def _escaped(text: str) -> str:
    return clean(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
