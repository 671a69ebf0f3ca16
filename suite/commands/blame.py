"""`suite blame`: the commits between which a metric changed, and which of them did it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from suite.commands import options
from suite.commands.option_groups import Where, WhichHistory
from suite.errors import ConfigurationError, Faults

if TYPE_CHECKING:
    from suite.config.file import Configuration
    from suite.config.layer import SettingsLayer
    from suite.ledger.blame import Blame

EPILOG = """
\b
Examples:
  suite blame response.p99 --workload shop/browse
  suite blame response.p99 --workload shop/browse --change 4c1d9a2
  suite blame response.p99 --workload shop/browse --bisect load_shop.py
  suite blame throughput -k receive --bisect --full

\b
Names the last commit before a change and the first after it. --bisect measures the
commits between them: each is built and compared with the last good one by rounds in turns, as
suite ab does, in as many steps as halving the range takes. What can't be built is passed over.

\b
Exit codes:
  0  a range, or the commit                   3  the change does not show here
  2  usage, no such change               129, 130, 143  interrupted: the range so far is told
"""


def command(
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="What changed.")],
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="LOAD_FILE...", help="Where the workload is, if it is not installed."),
    ] = None,
    change: Annotated[
        str | None, typer.Option(metavar="COMMIT", help="The change that came with it. [the latest]")
    ] = None,
    bisect: Annotated[bool, typer.Option("--bisect", help="Measure the commits of the range.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Whole loops, not quick ones.")] = False,
    seconds: Annotated[
        str | None, typer.Option(metavar="TIME", help="Length of the measured part of a round.")
    ] = None,
    values: options.Values = None,
    json_file: options.JsonFile = None,
    *,
    which: WhichHistory,
    where: Where,
) -> None:
    """Name the commits between which a metric last changed, and narrow them down."""
    from suite.commands.brought_in import bring_in_first
    from suite.commands.output import output
    from suite.config.catalog import installed_names
    from suite.config.file import Configuration
    from suite.ledger.blame import blame
    from suite.report.documents.history import blame_document
    from suite.report.terminal.blame import narrowing, print_blame, print_narrowing

    if not bisect and (full or files or values or seconds is not None):
        raise ConfigurationError("load files, --full, --seconds and --set are for --bisect")
    configuration = Configuration()
    faults = Faults()
    given = options.layer(faults, values, seconds, quick=None if full else True)
    with faults.collected():
        configuration = where.configuration()
    faults.check()
    places = where.places(configuration)
    bring_in_first(places)
    with which.timelines(places.ledger) as timelines:
        found = blame(timelines, metric, which.workload, change)
    if not bisect:
        texts = {"branch": which.branch, "machine": which.machine, "change": change, **where.again()}
        told = [word for name, text in texts.items() if text is not None for word in (f"--{name}", str(text))]
        commands = narrowing(found, told, installed=found.workload in installed_names())
        with output(json_file) as out:
            print_blame(out.console, found)
            print_narrowing(out.console, found, commands)
            out.deliver({**blame_document(found), "commands": commands})
        return
    raise typer.Exit(_bisected(found, files or (), configuration, given, places.folder, json_file))


def _bisected(
    found: Blame,
    files: Sequence[str],
    configuration: Configuration,
    given: SettingsLayer,
    folder: Path,
    json_file: str | None,
) -> int:
    """Measure commits of the range until one is left; the exit code."""
    from suite.ab.bisect import Bisection
    from suite.ab.experiment import Experiment
    from suite.ab.repository import Repository
    from suite.ab.task import make_task
    from suite.commands.output import output
    from suite.commands.progress import Turns
    from suite.compare.primary import check_metrics
    from suite.config.catalog import select
    from suite.config.selection import make_plans
    from suite.report.documents.history import blame_document
    from suite.report.terminal.blame import print_bisected, print_blame

    with options.stdout_is_ours(json_file == "-"):
        chosen = [one for one in select(files or [found.workload]) if one.workload.name == found.workload]
    if not chosen:
        raise ConfigurationError(f"{found.workload} is not in {', '.join(files)}")
    check_metrics([found.metric], {}, chosen[0].workload)
    ((entry, settings),) = make_plans(chosen, configuration, given).runs
    repository = Repository(Path.cwd(), folder)
    experiment = Experiment(
        found.place.good,
        None,
        (make_task(entry, settings, given, repository.root),),
        configuration=configuration.file,
        metrics=(found.metric,),
    )
    with output(json_file, "ab", folder / "ab") as out, Turns(out, folder) as turns:
        print_blame(out.console, found)
        if not found.between:
            raise ConfigurationError(
                f"git can't tell what lies between {found.place.good[:12]} and {found.place.bad[:12]}; "
                "in a shallow clone git fetch --unshallow brings more"
            )
        search = Bisection(found, experiment, repository, out.folder / "envs", turns)
        code = 0
        with out.part():
            code = search.run()
        good, left = search.range()
        if search.steps:
            print_bisected(out.console, found, good, left, search.unseen)
        steps = [asdict(step) for step in search.steps]
        out.deliver(
            {
                **blame_document(found),
                "bisection": {"steps": steps, "good": None if search.unseen else good, "bad": left},
            }
        )
    return code
