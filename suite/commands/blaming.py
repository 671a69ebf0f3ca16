"""What `suite blame` does: name the commits between which a metric changed, and what would narrow them."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from suite.config.catalog import installed_names
from suite.errors import ConfigurationError
from suite.git import git
from suite.ledger.detections import CommitRange
from suite.ledger.metric_history import MetricHistory
from suite.ledger.timelines import Timelines
from suite.report.documents.history import tracks_document
from suite.report.documents.run import SCHEMA
from suite.report.documents.target import STDOUT, check_target, deliver
from suite.report.terminal.console import make_console
from suite.report.terminal.history import change_text
from suite.report.words import FAINT, clean, short_commit
from suite.stats.changepoint import ChangePoint

_COMMITS = 20


@dataclass(frozen=True, slots=True)
class Blame:
    """The latest change of a history; `between` are the commits after the last good one with their subjects.

    They are in order, the first bad one last; none if git can't tell.
    """

    track: MetricHistory
    point: ChangePoint
    place: CommitRange
    between: Mapping[str, str]

    @property
    def workload(self) -> str:
        """Whose history it is."""
        return self.track.line.workload

    @property
    def metric(self) -> str:
        """What changed."""
        return self.track.found.quantity.metric


def blame(historian: Timelines, metric: str, workload: str | None, commit: str | None = None) -> Blame:
    """Who is to blame for a change of a metric: the one that came with `commit`, else the latest.

    Those that are wanted or too small to alert go last. Raises ConfigurationError if there is none.
    """
    track = historian.track(metric, workload)
    name = track.line.workload
    changes = list(zip(track.found.places, track.found.detection.points, strict=True))
    if not changes:
        raise ConfigurationError(f"{name} {metric} has no change of level; suite history {metric} draws it")
    if commit is None:
        urgent = [(a, b) for a, b in changes if b.alert and a.commit not in track.accepted]
        place, point = (urgent or changes)[-1]
        return Blame(track, point, place, between_commits(place.good, place.bad))
    sha = historian.order.commits.sha(commit) or commit
    for place, point in changes:
        between = between_commits(place.good, place.bad)
        if sha in between or place.commit.startswith(sha):
            return Blame(track, point, place, between)
    there = ", ".join(short_commit(place.commit) for place, _ in changes[-5:])
    raise ConfigurationError(f"{name} {metric} did not change with {commit}; its changes came with: {there}")


def tell_blame(found: Blame, json_file: str | None, options: Sequence[str] = ()) -> None:
    """The range of the change, and the commands that would narrow it, with the `options` that were given."""
    check_target(json_file)
    console = make_console(stderr=json_file == STDOUT)
    print_blame(console, found)
    commands = narrowing(found, options)
    if commands:
        console.print("  to narrow it:" if len(found.between) > 1 else "  to be sure:")
    for command in commands:
        console.print(f"    {command}", soft_wrap=True, markup=False)
    deliver({**blame_document(found), "commands": commands}, json_file)


def between_commits(good: str, bad: str) -> Mapping[str, str]:
    """The commits after `good` up to `bad` with their subjects, oldest first; none if git can't tell."""
    listed = git(Path.cwd(), "log", "--reverse", "--topo-order", "--format=%H %s", f"{good}..{bad}")
    return {sha: subject for sha, _, subject in (line.partition(" ") for line in listed.text.splitlines())}


def narrowing(found: Blame, options: Sequence[str] = ()) -> list[str]:
    """Commands that narrow the range, or make sure of it; `options` are those that blame itself was given."""
    good, bad = short_commit(found.place.good), short_commit(found.place.bad)
    installed = found.workload in installed_names()
    target = shlex.quote(found.workload) if installed else f"<load file of {found.workload}>"
    metric = shlex.quote(found.metric)
    commands = [f"suite ab {good} {bad} {target} --metric {metric}"]
    if len(found.between) > 1:
        words = [metric, "--workload", shlex.quote(found.workload), *map(shlex.quote, options), "--bisect"]
        commands.append(f"suite blame {' '.join(words)}{'' if installed else ' ' + target}")
    return commands


def print_blame(console: Console, found: Blame) -> None:
    """The change, its range, and which commits of that were measured."""
    name = (f"{clean(found.workload)} {clean(found.metric)}", "bold")
    console.print(Text.assemble(name, "  ", change_text(found.point)))
    place, measured = found.place, _measured(found)
    for word, sha in (("last good", place.good), ("first bad", place.bad)):
        console.print(f"  {word}  {short_commit(sha)}", soft_wrap=True)
    for sha, subject in list(found.between.items())[:_COMMITS]:
        ran = "measured" if sha in measured else "not measured"
        console.print(Text(f"    {short_commit(sha)}  {ran:<12}  {clean(subject)}"), soft_wrap=True)
    if len(found.between) > _COMMITS:
        console.print(Text(f"    and {len(found.between) - _COMMITS} more", FAINT), soft_wrap=True)


def _measured(found: Blame) -> set[str]:
    return {one.commit for one in found.track.commits}


def blame_document(found: Blame) -> dict[str, Any]:
    """The same for scripts."""
    measured = _measured(found)
    return {
        "schema": SCHEMA,
        **tracks_document([found.track])["histories"][0]["changes"][-1],
        "workload": found.workload,
        "metric": found.metric,
        "between": list(found.between),
        "not_measured": [sha for sha in found.between if sha not in measured],
    }
