"""`suite ab`: two commits side by side, measured in turns."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from suite.commands import options
from suite.commands.option_groups import Folder
from suite.errors import ConfigurationError, Faults

if TYPE_CHECKING:
    from suite.ab.environments import Wanted
    from suite.ab.repository import Repository
    from suite.config.catalog import CatalogEntry

EPILOG = """
\b
Examples:
  suite ab main load_shop.py              the work tree as it is, against main
  suite ab HEAD~1 HEAD shop/browse        a commit against the one before
  suite ab main load_shop.py -k browse --metric response.p99 --allow response.p99=5%
  suite ab v1.2 vision/match-500 --full --json ab.json
  suite ab main load_shop.py --profile    and which functions a regression comes from
  suite ab main load_shop.py --costs      what an operation takes, counted: no quiet machine

\b
Both sides run the load file as it is now, in turns and in random order, up to 16 rounds
each; what 8 or 12 show may decide before. Commits that agree in dependencies share the
running environment, each with its own files first on the path; others get environments
of their own, which are kept in results/ab/envs.

\b
Exit codes:
  0  same, or an improvement                  3  inconclusive
  1  a regression, or a check of head failed  4  the system would not start or died
  2  usage, configuration, a commit that 129, 130, 143  interrupted
     does not build, results folder
"""


def command(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="BASE [HEAD] WORKLOAD...",
            help="Commits, HEAD being the work tree unless named; then workloads, systems or load files.",
        ),
    ],
    match: options.Match = None,
    metrics: Annotated[
        list[str] | None,
        typer.Option("--metric", metavar="METRIC", help="What decides; up to three. [time, latency, memory]"),
    ] = None,
    allow: options.Allow = None,
    full: Annotated[bool, typer.Option("--full", help="Whole loops, not quick ones.")] = False,
    seconds: Annotated[
        str | None, typer.Option(metavar="TIME", help="Length of the measured part of a round.")
    ] = None,
    users: Annotated[int | None, typer.Option(metavar="N", min=1, help="Virtual users of the loop.")] = None,
    values: options.Values = None,
    workers: options.Workers = None,
    seed: options.Seed = None,
    environment: Annotated[
        str, typer.Option(metavar="auto|same|own", help="One environment for both sides, or one each.")
    ] = "auto",
    extras: Annotated[str, typer.Option(metavar="NAMES", help="Extras of the project to install.")] = "",
    python: Annotated[
        str | None, typer.Option(metavar="PROGRAM", help="Interpreter of both environments.")
    ] = None,
    carry: Annotated[
        list[Path] | None,
        typer.Option("--carry", metavar="PATH", help="More that both sides take from the work tree."),
    ] = None,
    profile: Annotated[
        bool, typer.Option("--profile", help="Of a regression: which functions it comes from.")
    ] = False,
    costs: Annotated[
        bool, typer.Option("--costs", help="Count what an operation takes on both sides, and time nothing.")
    ] = False,
    operations: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="With --costs: operations in a window. [100]")
    ] = None,
    instructions: Annotated[
        bool, typer.Option("--instructions/--no-instructions", help="With --costs: under valgrind too.")
    ] = True,
    json_file: options.JsonFile = None,
    minimums: Annotated[list[str] | None, typer.Option("--minimum", hidden=True)] = None,
    *,
    where: Folder,
) -> None:
    """Compare two commits by rounds in turns, and say whether one is slower."""
    from suite.ab.environments import project_in
    from suite.ab.repository import Repository
    from suite.ab.roots import plain_roots
    from suite.ab.task import make_task
    from suite.compare.bills import check_costs
    from suite.compare.primary import check_metrics
    from suite.config.catalog import select
    from suite.config.file import Configuration
    from suite.config.selection import make_plans

    configuration = Configuration()
    chosen: list[CatalogEntry] = []
    least: Mapping[str, str] = {}
    faults = Faults()
    if environment not in ("auto", "same", "own"):
        faults.lines.append(f"--environment is auto, same or own, not {environment!r}")
    if environment == "same" and (python is not None or extras):
        faults.lines.append("--python and --extras are for own environments, not for --environment same")
    timed = {"--full": full, "--seconds": seconds, "--workers": workers, "--profile": profile}
    counted = {"--operations": operations, "--no-instructions": not instructions}
    for name in (one for one, value in (timed if costs else counted).items() if value):
        faults.lines.append(f"{name} is {'not for' if costs else 'for'} --costs")
    quick = None if full or costs else True
    given = options.layer(faults, values, seconds, quick=quick, users=users, workers=workers, seed=seed)
    with faults.collected():
        least = options.sizes(options.renamed("--minimum", "--allow", minimums, allow))
    with faults.collected():
        configuration = where.configuration()
    if profile:
        from suite.ab.spy import find_profiler

        with faults.collected():
            find_profiler()
    faults.check()
    folder = where.folder(configuration)
    repository = Repository(Path.cwd(), folder)
    if environment == "own":  # each side installs the project: here its sources are enough to plan with
        project = project_in(Path.cwd(), repository.root)
        sys.path += [str(path) for path in plain_roots(project, repository.root)]
    base, head, targets = divided(words, repository)
    with options.stdout_is_ours(json_file == "-"):
        chosen = select(targets, options.like(match), configuration.files)
    plans = make_plans(chosen, configuration, given).runs
    for found in chosen:
        with faults.collected():
            check_metrics(() if costs else metrics or (), {} if costs else least, found.workload)
    if costs:
        with faults.collected():
            check_costs(metrics or (), least)
    carried: list[Path] = []
    for path in carry or ():
        with faults.collected():
            carried.append(_inside(path, repository))
    faults.check()

    from suite.ab.bills import compare_costs
    from suite.ab.experiment import Experiment, compare_commits
    from suite.commands.counted import CountedSides
    from suite.commands.output import output
    from suite.commands.progress import Turns

    experiment = Experiment(
        base,
        head,
        tuple(make_task(found, settings, given, repository.root) for found, settings in plans),
        tuple(carried),
        configuration=configuration.file,
        metrics=tuple(metrics or ()),
        minimums=least,
        wanted=cast("Wanted", environment),
        extras=extras,
        python=python,
        profile=profile,
    )
    how = ["--operations", str(operations or 100), *([] if instructions else ["--no-instructions"])]
    how += _told_apart(chosen, (*(metrics or ()), *least))
    with output(json_file, "ab", folder / "ab") as out:
        if costs:
            with CountedSides(out, configuration.files) as shown, out.part():
                compare_costs(repository, experiment, out.folder / "envs", how, shown)
            shown.end(out.code())
        else:
            with Turns(out, folder, configuration.files) as turns, out.part():
                compare_commits(repository, experiment, out.folder / "envs", turns)
            if turns.begun:
                out.deliver(turns.document(out.code()))
    raise typer.Exit(out.code())


def _told_apart(chosen: Iterable[CatalogEntry], metrics: Iterable[str]) -> list[str]:
    """Options that have counted what `metrics` name behind an @: operations by themselves, or helpers."""
    named = {name.partition("@")[2] for name in metrics} - {""}
    helpers = {name for one in chosen for name in one.workload.beside}
    kinds = ["--by-operation"] if named - helpers else []
    return kinds + (["--beside"] if named & helpers else [])


def divided(words: Sequence[str], repository: Repository) -> tuple[str, str | None, list[str]]:
    """(base, head or None for the work tree, targets). The second of three words may be head.

    Raises ConfigurationError if there is no target, or the second word can be both.
    """
    from suite.config.catalog import is_file

    base, *rest = words
    if not rest:
        raise ConfigurationError("name what to compare: workloads, systems or load files; see: suite list")
    second = rest[0]
    if len(rest) == 1 or is_file(second) or not repository.knows(second):
        return base, None, rest
    if _is_target(second):
        raise ConfigurationError(
            f"{second} is a commit and a workload or system too: write its sha, or name head before it"
        )
    return base, second, rest[1:]


def _is_target(word: str) -> bool:
    from suite.config.catalog import select

    try:
        return bool(select([word]))
    except ConfigurationError:
        return False


def _inside(path: Path, repository: Repository) -> Path:
    """`path` relative to the repository."""
    full = path.resolve()
    if not full.exists() or not full.is_relative_to(repository.root):
        raise ConfigurationError(f"--carry {path}: no such file or folder in {repository.root}")
    return full.relative_to(repository.root)
