"""What `suite blame` shows: the range of a change, what would narrow it, and what measuring it came to."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from suite.foreign_text import clean
from suite.ledger.blame import Blame
from suite.report.terminal.history import change_text
from suite.report.words import FAINT, WARNING, short_commit

_COMMITS = 20
_UNSEEN = {
    "unmeasured": "can't be measured here",
    "same": "does not differ here",
    "reversed": "moved the other way here",
}


def print_blame(console: Console, found: Blame) -> None:
    """The change, its range, and which commits of that were measured."""
    name = (f"{clean(found.workload)} {clean(found.metric)}", "bold")
    console.print(Text.assemble(name, "  ", change_text(found.point)))
    place, missing = found.place, {*found.not_measured}
    for word, sha in (("last good", place.good), ("first bad", place.bad)):
        console.print(f"  {word}  {short_commit(sha)}", soft_wrap=True)
    for sha, subject in list(found.between.items())[:_COMMITS]:
        ran = "not measured" if sha in missing else "measured"
        console.print(Text(f"    {short_commit(sha)}  {ran:<12}  {clean(subject)}"), soft_wrap=True)
    if len(found.between) > _COMMITS:
        console.print(Text(f"    and {len(found.between) - _COMMITS} more", FAINT), soft_wrap=True)


def print_narrowing(console: Console, found: Blame, commands: Sequence[str]) -> None:
    """The commands that would narrow the range, or make sure of it."""
    if commands:
        console.print("  to narrow it:" if len(found.between) > 1 else "  to be sure:")
    for command in commands:
        console.print(f"    {command}", soft_wrap=True, markup=False)


def narrowing(found: Blame, options: Sequence[str] = (), *, installed: bool) -> list[str]:
    """Commands that narrow the range, or make sure of it; `options` are those that blame itself was given.

    A workload that is not `installed` needs its load file.
    """
    good, bad = short_commit(found.place.good), short_commit(found.place.bad)
    target = shlex.quote(found.workload) if installed else f"<load file of {found.workload}>"
    metric = shlex.quote(found.metric)
    commands = [f"suite ab {good} {bad} {target} --metric {metric}"]
    if len(found.between) > 1:
        words = [metric, "--workload", shlex.quote(found.workload), *map(shlex.quote, options), "--bisect"]
        commands.append(f"suite blame {' '.join(words)}{'' if installed else ' ' + target}")
    return commands


def print_bisected(
    console: Console, found: Blame, good: str, left: Sequence[str], unseen: str | None
) -> None:
    """The last good commit and those of which one is the first bad; or why the change is `unseen` here."""
    if unseen is not None:
        ends = f"{short_commit(found.place.good)} and {short_commit(found.place.bad)}"
        text = f"{found.metric} of {ends} {_UNSEEN[unseen]}: nothing to narrow"
        console.print(Text(text, WARNING), soft_wrap=True)
        return
    names = "first bad" if len(left) == 1 else f"one of these {len(left)}"
    console.print(f"last good  {short_commit(good)}", soft_wrap=True, highlight=False)
    for sha in left:
        subject = clean(found.between.get(sha, ""))
        console.print(Text.assemble((names, "bold"), f"  {short_commit(sha)}  {subject}"), soft_wrap=True)
