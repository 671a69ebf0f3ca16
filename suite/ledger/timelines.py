"""What `suite history`, `suite accept` and `suite blame` do: choose histories, find changes, tell."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Self

from suite.config.filters import those_like
from suite.errors import ConfigurationError
from suite.ledger.commit_order import CommitOrder
from suite.ledger.detections import AcceptedChange, Detected, Detections
from suite.ledger.events import Event, events
from suite.ledger.metric_history import MetricHistory
from suite.ledger.store import Ledger
from suite.ledger.timeline_reader import Quantity, Timeline, TimelineReader

_TAIL = 300
OVERVIEW_SECONDS = 0.4
_SHORTEST = 4


@dataclass(frozen=True, slots=True)
class Overview:
    """The events of all histories asked for, and how many histories there was no time for."""

    events: tuple[Event, ...]
    lines: tuple[Timeline, ...]
    left: int


class Timelines:
    """The histories of one ledger, as one command wants them. Use it as a context manager.

    Only machines whose class starts with `machine`, and workloads like one of `match`; `anywhere` mixes
    machines. Commits are those that led to `branch`, else to HEAD.
    """

    def __init__(
        self,
        place: Path | str,
        *,
        branch: str | None = None,
        machine: str | None = None,
        anywhere: bool = False,
        match: Sequence[str] = (),
    ) -> None:
        self.ledger = Ledger.existing(place)
        self.order = CommitOrder(branch)
        self.reader = TimelineReader(self.ledger)
        self.detections = Detections(self.ledger, self.order)
        self._machine = machine
        self._anywhere = anywhere
        self._match = match

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.ledger.close()

    def is_workload(self, word: str | None) -> bool:
        """Whether a workload of that name has runs that count."""
        return word is not None and word in self._workloads()

    def _workloads(self) -> list[str]:
        return sorted({line.workload for line in self.reader.all()})

    def overview(self, workload: str | None = None, *, seconds: float = OVERVIEW_SECONDS) -> Overview:
        """What changed lately. It takes little more than `seconds`: what is left is told, not waited for."""
        until = time.monotonic() + seconds
        lines = self._lines(workload)
        found: list[tuple[Timeline, list[Detected]]] = []
        left = 0
        for line in lines:
            wanted = [one for one in self.reader.quantities(line).values() if one.watched]
            some = self.detections.of(line, wanted, until=until)
            found.append((line, some))
            left += len(wanted) - len(some)
        return Overview(tuple(events(found)), tuple(lines), left)

    def tracks(
        self, metric: str, workload: str | None = None, limit: int | None = None, most: int | None = None
    ) -> tuple[list[MetricHistory], list[str]]:
        """The metric's history in each workload that has it, where it ran last; the newest `limit` commits.

        Of more workloads than `most` only those that ran last; the others are named. Raises
        ConfigurationError with the nearest names if none has it.
        """
        lines = self._lines(workload)
        newest: dict[tuple[str, str], Timeline] = {}
        for line in lines:
            newest.setdefault((line.workload, line.kind), line)
        having = [(line, self.reader.quantity(line, metric)) for line in newest.values()]
        found = [(line, quantity) for line, quantity in having if quantity is not None]
        if not found:
            names = {name for line in newest.values() for name in self.reader.quantities(line)}
            where = f"{workload} has no" if workload else "no workload has a"
            raise ConfigurationError(
                f"{where} metric {metric}{_near(metric, [*names, *(workload for workload, _ in newest)])}"
            )
        tracks = [self._track(line, quantity, lines, limit) for line, quantity in found[:most]]
        return tracks, [line.workload for line, _ in found[len(tracks) :]]

    def track(self, metric: str, workload: str | None) -> MetricHistory:
        """The metric's one history. Raises ConfigurationError if several workloads have it."""
        [track], others = self.tracks(metric, workload, most=1)
        if others:
            names = ", ".join(sorted([track.line.workload, *others]))
            raise ConfigurationError(f"several workloads have {metric}, say which with --workload: {names}")
        return track

    def accept(
        self, metric: str, word: str, workload: str | None, reason: str
    ) -> tuple[AcceptedChange, MetricHistory]:
        """Mark what changed at a commit as wanted. Raises ConfigurationError for a commit that has neither
        Runs nor a change that it may have brought.
        """
        track = self.track(metric, workload)
        one = AcceptedChange(track.line.workload, metric, self._meant(word, track), reason.strip())
        self.detections.accept(one)
        return one, self.track(metric, track.line.workload)

    def _meant(self, word: str, track: MetricHistory) -> str:
        """The commit of `track` that `word` means; of those that may have brought a change, the one that did
        most likely.
        """
        known = [one.commit for one in track.commits]
        sha = self.order.commits.sha(word)
        if sha is None and len(word) >= _SHORTEST:
            found = [commit for commit in known if commit.startswith(word)]
            if len(found) > 1:
                raise ConfigurationError(f"several commits start with {word!r}, give more of it")
            sha = found[0] if found else None
        if sha is not None and (change := self._changed(sha, known, track.found)) is not None:
            return change
        if sha in known:
            return str(sha)
        places = [place.commit[:12] for place in track.found.places]
        hint = f"its changes came with: {', '.join(places[-5:])}" if places else "it has no changes"
        what = "is no commit" if sha is None else f"({sha[:12]}) has no runs in this history"
        raise ConfigurationError(
            f"{word} {what}; {track.line.workload} {track.found.quantity.metric}: {hint}"
        )

    def _changed(self, sha: str, known: Sequence[str], found: Detected) -> str | None:
        """The commit of the change that `sha` may have brought, also if `sha` itself was not measured."""
        at = known.index(sha) if sha in known else None
        near: list[tuple[int, str]] = []
        for point, place in zip(found.detection.points, found.places, strict=True):
            if place.commit == sha:
                return sha
            if at is not None and point.earliest <= at <= point.latest:
                near.append((abs(at - point.index), place.commit))
            elif at is None and self.order.between(place.good, sha, place.bad):
                near.append((0, place.commit))
        return min(near)[1] if near else None

    def _track(
        self, line: Timeline, quantity: Quantity, lines: Iterable[Timeline], limit: int | None
    ) -> MetricHistory:
        commits, others = self.order.arranged(self.reader.commits(line))
        found = self.detections.of(line, [quantity])[0]
        start = 0 if limit is None else max(0, len(commits) - max(limit, _TAIL))
        values = self.reader.values(line, quantity.metric, [one.commit for one in commits[start:]])
        reasons = {
            one.commit: one.reason
            for one in self.detections.accepted()
            if (one.workload, one.metric) == (line.workload, quantity.metric)
        }
        same = [
            other
            for other in lines
            if (other.workload, other.kind) == (line.workload, line.kind) and other != line
        ]
        return MetricHistory(
            line=line,
            found=found,
            commits=tuple(commits),
            values=tuple(values),
            accepted=reasons,
            machine="any machine" if line.machine is None else self.reader.machines([line])[line.machine],
            notes=tuple(
                _notes(
                    line,
                    same,
                    others,
                    self.reader.versions(line).others(quantity.metric),
                    self.reader.machines(same),
                )
            ),
            intervals=self.reader.intervals(line, quantity.metric),
        )

    def _lines(self, workload: str | None) -> list[Timeline]:
        """Those asked for, newest first. Raises ConfigurationError if there are none."""
        every = self.reader.all(workload)
        if not every and workload is not None and (known := self._workloads()):
            near = _near(workload, known)
            raise ConfigurationError(f"no workload {workload} has runs that count{near}")
        chosen = {*those_like([line.workload for line in every], self._match)}
        every = [line for line in every if line.workload in chosen]
        lines = [line for line in every if (line.machine or "").startswith(self._machine or "")]
        if every and not lines:
            there = [f"{name} ({words})" for name, words in self.reader.machines(every).items()]
            raise ConfigurationError(f"--machine {self._machine}: there is {', '.join(there)}")
        if not lines:
            raise ConfigurationError(
                "no run counts yet: a history is made of runs that passed or failed and can be believed, of "
                "committed code; suite show lists the runs there are"
            )
        return _merged(lines) if self._anywhere else lines


def _merged(lines: Sequence[Timeline]) -> list[Timeline]:
    """Lines of like workload and load as one on any machine; in their order."""
    merged: dict[tuple[str, str], Timeline] = {}
    for line in lines:
        key = line.workload, line.load
        other = merged.get(key)
        runs, newest = (0, line.newest) if other is None else (other.runs, max(other.newest, line.newest))
        merged[key] = replace(line, machine=None, runs=runs + line.runs, newest=newest)
    return list(merged.values())


def _notes(
    line: Timeline,
    same: Sequence[Timeline],
    others: int,
    versions: Collection[int],
    machines: Mapping[str, str],
) -> Iterable[str]:
    for machine in sorted(machines.keys() - {line.machine}):
        runs = sum(other.runs for other in same if other.machine == machine)
        yield f"{_runs(runs)} on other machines: --machine {machine} ({machines[machine]}), or --anywhere"
    loads = sum(other.runs for other in same if other.machine == line.machine and other.load != line.load)
    if loads:
        yield f"{_runs(loads)} under another load, not mixed in"
    if versions:
        yield f"{_runs(len(versions))} of other versions of the benchmark, not mixed in"
    if others:
        yield f"{others} commit{'' if others == 1 else 's'} of other branches: --branch NAME"


def _runs(count: int) -> str:
    return f"{count:,} run{'' if count == 1 else 's'}"


def _near(name: str, names: Iterable[str]) -> str:
    near = get_close_matches(name, sorted(set(names)), 3, 0.5)
    return f"; is it {' or '.join(near)}?" if near else ""
