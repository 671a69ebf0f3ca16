"""`suite`: the app, its commands imported when they are called; what ends one becomes text and exit code."""

from __future__ import annotations

import os
import shlex
import sys
import traceback
from collections.abc import Iterator, MutableMapping, Sequence
from importlib import import_module
from itertools import pairwise
from typing import Annotated, Any

import typer
import typer.core

import suite
from suite.errors import ConfigurationError, Interrupted, SuiteError, interruption
from suite.process.ending import end_within
from suite.process.standard_streams import guard_streams, stdout_refused

COMMANDS = {
    "init": "Write first load tests for the project here: a load file, asv, tox, CI.",
    "doctor": "Say what about machine and project makes figures unreliable, and what to do.",
    "run": "Run workloads, print what they measured, keep it.",
    "list": "List workloads with their loops, parameters and tags.",
    "config": "Show what workloads would run with, and where each value comes from.",
    "show": "Show what was measured lately, or one result in full.",
    "report": "Write results as a page to look at, or for other tools.",
    "capacity": "Find the highest load that a system holds, and what breaks first.",
    "leaks": "Look for leaks, and name the lines that hold the memory.",
    "costs": "Count what one operation takes: instructions, allocations, SQL statements.",
    "resilience": "Let one helper after another fail, and say from what a system never recovers.",
    "soak": "Load a system for hours, and say what drifts.",
    "recover": "Find the highest load at which a system recovers from an overload.",
    "ab": "Compare two commits by rounds in turns, and say whether one is slower.",
    "locust": "Run workloads on Locust: its web UI, its options, its machines.",
    "faults": "Put a proxy before anything, and let it fail by hand.",
    "calibrate": "Learn how small a slow-down can be noticed on this machine.",
    "compare": "Compare two commits, runs or result documents: what changed, and what only seems to.",
    "gate": "For CI: judge the runs of HEAD against a base, and fail if they regressed.",
    "history": "Show how metrics moved from commit to commit, and where they changed.",
    "accept": "Mark a change as wanted.",
    "blame": "Name the commits between which a metric last changed, and narrow them down.",
    "export": "Write runs for other tools, or for another ledger.",
    "import": "Add results that were measured elsewhere, or by other tools.",
    "prune": "Remove old runs, but not those that changes stand on.",
    "schema": "Print the JSON schema of the documents that are written and kept.",
}
"""Each command in a line. `suite.commands` has a module for each, with `command` and its EPILOG."""

_HELP = {"-h", "--help", "--version"}
_CIRCLE = "Symlink loop from "
"""With which Python's pathlib begins, up to 3.12, to tell of such a path."""
_NO_MEMORY = b"suite: there is no memory left, not for what to say of it either; free some memory\n"
_LONGEST = 10_000
"""Characters of a line that are shown: a document may have millions where a word is wanted."""


class _Commands(MutableMapping[str, Any]):
    """Commands by name, each imported when it is asked for."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            if name not in COMMANDS:
                raise KeyError(name)
            from suite.commands.option_groups import spread

            module = import_module(f"suite.commands.{'import_' if name == 'import' else name}")
            one = typer.Typer(add_completion=False, rich_markup_mode=None)
            settings = getattr(module, "SETTINGS", None)
            one.command(name, epilog=module.EPILOG, context_settings=settings)(spread(module.command))
            self._made[name] = typer.main.get_command(one)
        return self._made[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._made[name] = command

    def __delitem__(self, name: str) -> None:
        del self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class _Group(typer.core.TyperGroup):
    """A group that knows the names of its commands, and of each a line, without importing it."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = _Commands()

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - as its base has it
        return list(COMMANDS)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


app = typer.Typer(
    cls=_Group,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Load benchmarks that keep a history.",
    epilog="""
\b
Examples:
  suite init                       first load tests for the project here
  suite run                        your load files, quickly; without any a tour
  suite run load_shop.py           your own load file
  suite capacity load_shop.py      how much load it holds
  suite leaks load_shop.py         whether it leaks, and where
  suite costs load_shop.py         what one operation takes, counted
  suite soak load_shop.py --hours 1   what drifts under load that lasts
  suite compare main               what changed since main
  suite ab main load_shop.py       the same, measured anew in turns
  suite list dicom                 what there is to run
  suite show                       what was measured

`suite run --help` and the like say more.
""",
)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"loadledger {suite.__version__}")
        raise typer.Exit(0)


@app.callback(invoke_without_command=True)
def no_command(  # noqa: D103 - its docstring would be the help
    context: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(2)


def main(argv: Sequence[str] | None = None) -> None:
    """The console command: the only place that exits."""
    guard_streams()
    try:
        words = list(argv) if argv is not None else None
        given = sys.argv[1:] if words is None else words
        if given and not _HELP & {*given}:
            _check_platform(given)
            _check_words(given)
            _check_folder()
        code = app(words, prog_name="suite", standalone_mode=False)
        status = code if isinstance(code, int) else 0
    except BaseException as error:
        try:
            status = _explained(interruption(error) or error)
        except MemoryError:  # as may be what is to be explained: no line of ours is made then
            os.write(2, _NO_MEMORY)
            status = 2
    status = 2 if stdout_refused() and not status else status
    if argv is None:  # else there is more to this process
        end_within(status)
    sys.exit(status)


def _check_platform(words: Sequence[str]) -> None:
    """Raise ConfigurationError off Linux, with the command that does it in a container."""
    platform: str = sys.platform
    if platform.startswith("linux"):
        return
    from suite.scaffold.origin import in_a_container

    mount, ours = in_a_container("all")
    inside = f"pip install -q {shlex.quote(ours)} && {shlex.join(['suite', *words])}"
    raise ConfigurationError(
        f"Loadledger measures by what Linux tells of processes; on {platform} run it in a container: "
        f'docker run --rm -it -v "$PWD:/work" {mount}-w /work python:3.12 sh -c {shlex.quote(inside)}'
    )


def _check_words(words: Sequence[str]) -> None:
    """Raise ConfigurationError for one that is empty: it meant the default, and `prune` removed there."""
    for before, word in pairwise(["suite", *words]):
        name, given, value = word.partition("=")
        if not word.strip() or (name.startswith("--") and given and not value.strip()):
            raise ConfigurationError(
                f"{name.strip() or before} is followed by nothing: is a variable not set? "
                "leave it out, or give it a value"
            )


def _check_folder() -> None:
    """Raise ConfigurationError where the folder that we are in is no more: what is asked for lies there."""
    if not _is_there():
        raise ConfigurationError("the folder that you are in was removed; go to one that is there (cd)")


def _is_there() -> bool:
    try:
        os.getcwd()  # noqa: PTH109 - help needs no pathlib
    except FileNotFoundError:
        return False
    return True


def _explained(error: BaseException) -> int:
    """Say on stderr what ended the command; its exit status."""
    match error:
        case typer.Exit():
            return int(error.exit_code)
        case Interrupted():
            if not error.told:
                _complain("interrupted")
            return error.exit_code
        case SuiteError():
            _complain(str(error))
            return error.exit_code
        case KeyboardInterrupt() | typer.Abort():
            _complain("interrupted")
            return 130
        case SystemExit(code=int(code)):  # of Typer, when a shell has asked how a word may go on
            return code
        case FileNotFoundError() if not _is_there():
            _complain("can't go on: the folder that it was started in was removed")
            return 2
        case RuntimeError() if str(error).startswith(_CIRCLE):
            _complain(f"can't go on: links lead in a circle: {str(error).removeprefix(_CIRCLE)}")
            return 2
    from suite.process.shortage import advised  # only Linux has what it asks

    if (said := advised(error)) is not None:
        _complain(f"can't go on: {said}")
        return 2
    if hasattr(error, "format_message"):  # what Typer says of usage
        context = getattr(error, "ctx", None)
        path = context.command_path if context else "suite"
        _complain(f"{error.format_message().rstrip('.')} (see: {path} --help)")
        return 2
    _complain("".join(traceback.format_exception(error)), mark="")
    _complain("this is a fault of Loadledger, not of your system; please report it with the lines above")
    return 70


def _complain(text: str, mark: str = "suite: ") -> None:
    from suite.foreign_text import clean  # what a system printed, or a document says, may be part of it

    for whole in clean(text).splitlines() or [""]:
        more = len(whole) - _LONGEST
        line = whole if more <= 0 else f"{whole[:_LONGEST]}… ({more:,} characters more)"
        sys.stderr.write(f"{mark}{line}\n" if not line.startswith(" ") else f"{line}\n")


if __name__ == "__main__":
    main()
