"""What `suite init` wrote, what it left as it is, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from suite.foreign_text import clean
from suite.report.terminal.table import PlainTable
from suite.report.words import FAINT, GOOD, NOTE, WARNING, many
from suite.scaffold.load_subject import LoadSubject
from suite.scaffold.writing import PlannedFile, State

_STATES: dict[State, tuple[str, str]] = {
    "new": ("written", GOOD),
    "renewed": ("written anew", GOOD),
    "same": ("as it was", FAINT),
    "differs": ("kept", NOTE),
    "changed": ("kept", WARNING),
    "foreign": ("kept", WARNING),
}
_NEXT = {"latency": "costs", "memory": "leaks", "concurrency": "capacity"}
_SHOWN = 5
"""So many of what is not loaded are told; the file has them all."""


def print_files(
    console: Console, files: Sequence[PlannedFile], template: str, subject: LoadSubject, *, dry: bool = False
) -> None:
    """A line for each file, what is loaded and what not, and three commands to go on with."""
    table = PlainTable()
    table.show_header = False
    for one in files:
        word, style = _STATES[one.state]
        if dry and one.written:
            word = f"would be {word}"
        table.add_row(one.path, Text(word, style), _why(one, dry=dry))
    console.print(table)
    calls = ", ".join(call.name for call in subject.calls)
    loaded = f"{subject.title}" + (f": {many(len(subject.calls), 'operation')} ({calls})" if calls else "")
    console.print(Padding(_told("loads", loaded), (1, 0, 0, 0)))
    if subject.left:
        more = f", and {len(subject.left) - _SHOWN} more" if len(subject.left) > _SHOWN else ""
        console.print(_told("not", "; ".join(subject.left[:_SHOWN]) + more))
    if dry:
        return
    file = files[0].path
    after = _NEXT[template] if subject.ours else "capacity"
    console.print()
    for words in (f"suite run {file} --quick", f"suite {after} {file}", "suite doctor"):
        console.print(Text(f"  {words}"), soft_wrap=True)


def print_origin(console: Console, origin: str) -> None:
    """What is written installs Loadledger from a place that only this machine has."""
    told = f"tox, asv and CI install Loadledger from {origin}, which only this machine has"
    told += "; --from URL names another place"
    console.print(Padding(_told("note", told), (1, 0, 0, 0)))


def print_unsettled(console: Console, place: str) -> None:
    """Git would take results for files of the project."""
    told = f"results go to {place}/, which git does not ignore; commit what you keep, or add it to .gitignore"
    console.print(Padding(_told("note", told), (1, 0, 0, 0)))


def print_texts(console: Console, files: Sequence[PlannedFile]) -> None:
    """What each file would have, but for those that have it."""
    for one in files:
        if one.state != "same":
            console.print(Text(f"--- {one.path}", FAINT), soft_wrap=True)
            console.out(clean(one.text), end="", highlight=False)
            console.print()


def _told(name: str, text: str) -> Text:
    return Text.assemble((f"{name}  ", FAINT), clean(text))


def _why(one: PlannedFile, *, dry: bool) -> str:
    lines = f"{many(one.differing, 'line')} differ" if one.differing != 1 else "1 line differs"
    match one.state:
        case "differs":
            return f"{lines} from what it would be now; --renew writes it anew"
        case "changed":
            return f"changed since init wrote it; {lines} from what it would be now"
        case "foreign":
            return "it is not ours" + ("" if dry else "; --dry-run shows what to add to it")
    return ""
