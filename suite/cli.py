"""`suite`: parse, call, print, exit code."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from suite.commands.ab import EPILOG as AB_EPILOG
from suite.commands.ab import ab_command
from suite.commands.blame import EPILOG as BLAME_EPILOG
from suite.commands.blame import blame_command
from suite.commands.calibrate import EPILOG as CALIBRATE_EPILOG
from suite.commands.calibrate import calibrate_command
from suite.commands.capacity import EPILOG, capacity_command
from suite.commands.compare import COMPARE_EPILOG, GATE_EPILOG, compare_command, gate_command
from suite.commands.history import ACCEPT_EPILOG, HISTORY_EPILOG, accept_command, history_command
from suite.commands.leaks import EPILOG as LEAKS_EPILOG
from suite.commands.leaks import leaks_command
from suite.commands.ledger import (
    EXPORT_EPILOG,
    IMPORT_EPILOG,
    PRUNE_EPILOG,
    export_command,
    import_command,
    prune_command,
)
from suite.commands.options import (
    ConfigFile,
    JsonFile,
    LedgerPlace,
    Match,
    Results,
    Seed,
    Target,
    Values,
    Workers,
    read_plans,
    stdout_is_ours,
)
from suite.errors import Faults, Interrupted, SuiteError
from suite.units import parse

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Load benchmarks that keep a history.",
    epilog="""
\b
Examples:
  suite run                        a quick pass of everything
  suite run load_shop.py           your own load file
  suite capacity load_shop.py      how much load it holds
  suite leaks load_shop.py         whether it leaks, and where
  suite compare main               what changed since main
  suite ab main load_shop.py       the same, measured anew in turns
  suite list dicom                 what there is to run
  suite show                       what was measured

`suite run --help` and the like say more.
""",
)

_RUN_EPILOG = """
\b
Examples:
  suite run                                   a quick pass of everything
  suite run dicom --rounds 5                  one system
  suite run load_shop.py --json result.json   your own load file
  suite run load_shop.py --target http://staging:8000
  suite run conversation/fifty-users --set max_concurrent=50 --users 100 --seconds 5min
  suite run --tags read --exclude-tags sustained

\b
Exit codes:
  0  good                                     3  invalid or inconclusive
  1  a critical threshold or a check failed   4  the system would not start or died
  2  usage, configuration, results folder     130, 143  interrupted
"""
_LIST_EPILOG = """
\b
Examples:
  suite list                       all that is installed
  suite list load_shop.py          what a load file defines
  suite list --tags write --json   by tag, for a script
"""
_SHOW_EPILOG = """
\b
Examples:
  suite show                       the latest runs
  suite show dicom/receive         those of one workload
  suite show 4c1d9a                one run in full, by the beginning of its id
  suite show 4c1d9a --json         as its document
"""

_ENVIRONMENT = (
    errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EMFILE, errno.ENFILE, errno.ENOMEM,
    errno.EPIPE, errno.EIO,
)  # fmt: skip
"""What an OSError says of the machine: neither Loadledger nor the system under test is to blame."""

Targets = Annotated[
    list[str] | None,
    typer.Argument(metavar="TARGET", help="Load files, systems or workloads; none means all, quickly."),
]
Tags = Annotated[
    list[str] | None,
    typer.Option("--tags", "-t", metavar="TAG", help="Only what carries this tag; repeat it for more."),
]
NoTags = Annotated[
    list[str] | None,
    typer.Option("--exclude-tags", "-T", metavar="TAG", help="Leave out what carries this tag."),
]


@app.callback(invoke_without_command=True)
def no_command(context: typer.Context) -> None:  # noqa: D103 - its docstring would be the help
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(2)


@app.command("run", epilog=_RUN_EPILOG)
def run_command(
    targets: Targets = None,
    match: Match = None,
    tags: Tags = None,
    exclude_tags: NoTags = None,
    rounds: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Rounds, each with a fresh system. [3; quick: 1]")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="One short round each.")] = False,
    values: Values = None,
    users: Annotated[int | None, typer.Option(metavar="N", min=1, help="Virtual users of the loop.")] = None,
    seconds: Annotated[
        str | None, typer.Option(metavar="TIME", help="Length of the measured part, e.g. 300 or 5min.")
    ] = None,
    operations: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Operations in all (closed loop).")
    ] = None,
    rate: Annotated[
        str | None, typer.Option(metavar="RATE", help="Planned starts, e.g. 200/s (open loop).")
    ] = None,
    target: Target = None,
    workers: Workers = None,
    seed: Seed = None,
    json_file: JsonFile = None,
    on_invalid: Annotated[
        str, typer.Option(metavar="fail|warn", help="warn turns exit code 3 into 0.")
    ] = "fail",
    ledger: LedgerPlace = None,
    results: Results = None,
    config: ConfigFile = None,
) -> None:
    """Run workloads, print what they measured, keep it."""
    everything = not (targets or match or tags or exclude_tags)
    given: dict[str, Any] = {
        "rounds": rounds,
        "quick": quick or everything or None,
        "users": users,
        "operations": operations,
        "target": target,
        "workers": workers,
        "seed": seed,
    }
    faults = Faults()
    if on_invalid not in ("fail", "warn"):
        faults.lines.append(f"--on-invalid is fail or warn, not {on_invalid!r}")
    with faults.collected("--seconds: "):
        given["seconds"] = None if seconds is None else parse(seconds, "s")
    with faults.collected("--rate: "):
        given["rate"] = None if rate is None else parse(rate, "1/s")
    configuration, plans = read_plans(
        faults,
        given,
        targets or (),
        match=match,
        values=values,
        config=config,
        json_file=json_file,
        tags=tags,
        exclude_tags=exclude_tags,
        lenient=everything,
    )
    for note in plans.notes:
        _complain(f"note: {note}")

    from suite.commands.session import Session

    session = Session(configuration.places(results, ledger), stdout_is_data=json_file == "-")
    code = session.run(plans.runs, plans.skipped, json_file=json_file, warn_invalid=on_invalid == "warn")
    raise typer.Exit(code)


app.command("ab", epilog=AB_EPILOG)(ab_command)
app.command("calibrate", epilog=CALIBRATE_EPILOG)(calibrate_command)
app.command("capacity", epilog=EPILOG)(capacity_command)
app.command("leaks", epilog=LEAKS_EPILOG)(leaks_command)
app.command("compare", epilog=COMPARE_EPILOG)(compare_command)
app.command("gate", epilog=GATE_EPILOG)(gate_command)
app.command("history", epilog=HISTORY_EPILOG)(history_command)
app.command("accept", epilog=ACCEPT_EPILOG)(accept_command)
app.command("blame", epilog=BLAME_EPILOG)(blame_command)
app.command("export", epilog=EXPORT_EPILOG)(export_command)
app.command("import", epilog=IMPORT_EPILOG)(import_command)
app.command("prune", epilog=PRUNE_EPILOG)(prune_command)


@app.command("list", epilog=_LIST_EPILOG)
def list_command(
    targets: Targets = None,
    match: Match = None,
    tags: Tags = None,
    exclude_tags: NoTags = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """List workloads with their loops, parameters and tags."""
    from suite.config.catalog import select
    from suite.report.documents.listing import described
    from suite.report.documents.run import print_document
    from suite.report.terminal.console import Reporter

    with stdout_is_ours(as_json):
        found = select(targets or (), match=match, tags=tags or (), exclude_tags=exclude_tags or ())
    if as_json:
        print_document({"workloads": [described(one.workload) for one in found]})
    else:
        Reporter().print_list([one.workload for one in found])


@app.command("show", epilog=_SHOW_EPILOG)
def show_command(
    run: Annotated[
        str | None, typer.Argument(metavar="RUN", help="Id of a run (or its beginning), or a workload.")
    ] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="How many runs to list.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    ledger: LedgerPlace = None,
    results: Results = None,
    config: ConfigFile = None,
) -> None:
    """Show the latest runs, or one run in full."""
    from suite.commands.session import Session
    from suite.config.file import read_configuration

    session = Session(read_configuration(config).places(results, ledger), stdout_is_data=as_json)
    session.show(run, limit=limit, as_json=as_json)


def main(argv: Sequence[str] | None = None) -> None:
    """The console command: the only place that exits."""
    try:
        words = list(argv) if argv is not None else None
        code = app(words, prog_name="suite", standalone_mode=False)
        status = code if isinstance(code, int) else 0
        sys.stdout.flush()
    except BaseException as error:
        status = _explained(error)
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.exit(status)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what can't be written must not be tried again at exit
    sys.exit(status or 2)


def _explained(error: BaseException) -> int:
    """Say on stderr what ended the command; its exit status."""
    match error:
        case typer.Exit():
            return int(error.exit_code)
        case Interrupted():
            return error.exit_code
        case SuiteError():
            _complain(str(error))
            return error.exit_code
        case KeyboardInterrupt() | typer.Abort():
            return 130
        case SystemExit():  # Typer's answer to a reader that left while it printed help
            return 2
        case OSError() if error.errno in _ENVIRONMENT:
            _complain(f"can't go on: {error}")
            return 2
    if hasattr(error, "format_message"):  # what Typer says of usage
        context = getattr(error, "ctx", None)
        path = context.command_path if context else "suite"
        _complain(f"{error.format_message().rstrip('.')} (see: {path} --help)")
        return 2
    traceback.print_exception(error)
    _complain("this is a fault of Loadledger, not of your system; please report it with the lines above")
    return 70


def _complain(text: str) -> None:
    for line in text.splitlines() or [""]:
        sys.stderr.write(f"suite: {line}\n" if not line.startswith(" ") else f"{line}\n")


if __name__ == "__main__":
    main()
