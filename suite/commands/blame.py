"""`suite blame`: its options, made into a range of commits and what narrows it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from suite.commands.options import (
    Branch,
    ConfigFile,
    JsonFile,
    LedgerPlace,
    Machine,
    OneWorkload,
    Results,
    Values,
    pairs,
    stdout_is_ours,
)
from suite.errors import ConfigurationError, Faults
from suite.units import parse

EPILOG = """
\b
Examples:
  suite blame response.p99 --workload shop/browse
  suite blame response.p99 --workload shop/browse --change 4c1d9a2
  suite blame response.p99 --workload shop/browse --bisect load_shop.py
  suite blame throughput -k dicom/receive --bisect --full

\b
Names the last commit before a change and the first after it. --bisect measures the
commits between them: each is built and compared with the last good one by rounds in turns, as
suite ab does, in as many steps as halving the range takes. What can't be built is passed over.

\b
Exit codes:
  0  a range, or the commit                   3  the change does not show here
  2  usage, no such change                    130, 143  interrupted: the range so far is told
"""


def command(
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="What changed.")],
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="LOAD_FILE...", help="Where the workload is, if it is not installed."),
    ] = None,
    workload: OneWorkload = None,
    change: Annotated[
        str | None, typer.Option(metavar="COMMIT", help="The change that came with it. [the latest]")
    ] = None,
    branch: Branch = None,
    machine: Machine = None,
    bisect: Annotated[bool, typer.Option("--bisect", help="Measure the commits of the range.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Whole loops, not quick ones.")] = False,
    seconds: Annotated[
        str | None, typer.Option(metavar="TIME", help="Length of the measured part of a round.")
    ] = None,
    values: Values = None,
    json_file: JsonFile = None,
    ledger: LedgerPlace = None,
    results: Results = None,
    config: ConfigFile = None,
) -> None:
    """Name the commits between which a metric last changed, and narrow them down."""
    from suite.commands.blaming import blame, tell_blame
    from suite.config.file import Configuration, read_configuration
    from suite.ledger.timelines import Timelines

    if not bisect and (full or files or values or seconds is not None):
        raise ConfigurationError("load files, --full, --seconds and --set are for --bisect")
    configuration = Configuration()
    given: dict[str, Any] = {} if full else {"quick": True}
    faults = Faults()
    with faults.collected("--seconds: "):
        given |= {} if seconds is None else {"seconds": parse(seconds, "s")}
    with faults.collected():
        given["set"] = pairs(values or ())
    with faults.collected():
        configuration = read_configuration(config)
    faults.check()
    places = configuration.places(results, ledger)
    with Timelines(places.ledger, branch=branch, machine=machine) as historian:
        found = blame(historian, metric, workload, change)
    if not bisect:
        texts = {"branch": branch, "machine": machine, "change": change, "results": results, "config": config}
        texts |= {} if ledger is None or "://" in ledger else {"ledger": ledger}  # URLs may have passwords
        told = [word for name, text in texts.items() if text is not None for word in (f"--{name}", str(text))]
        tell_blame(found, json_file, told)
        return

    from suite.ab.bisect import narrow
    from suite.ab.repository import Repository
    from suite.ab.task import make_task
    from suite.compare.primary import check_metrics
    from suite.config.catalog import select
    from suite.config.selection import make_plans

    with stdout_is_ours(json_file == "-"):
        chosen = [one for one in select(files or [found.workload]) if one.workload.name == found.workload]
    if not chosen:
        raise ConfigurationError(f"{found.workload} is not in {', '.join(files or ())}")
    check_metrics([metric], {}, chosen[0].workload)
    plans = make_plans(chosen, configuration, given).runs
    repository = Repository(Path.cwd(), places.folder)
    source = Path(configuration.source)
    code = narrow(
        found,
        make_task(*plans[0], given, repository.root),
        repository,
        places.folder,
        configuration=source if source.is_file() else None,
        json_file=json_file,
    )
    raise typer.Exit(code)
