"""`suite`: parse, call, print, exit code."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from suite.catalog import Found, select, skipped_operations
from suite.configuration import Configuration, read_configuration
from suite.errors import ConfigurationError, Interrupted, MissingExtra, SuiteError
from suite.settings import Settings, configured
from suite.units import parse

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Load benchmarks that keep a history.",
)

_RUN_EPILOG = """
Examples:

suite run                                 a quick pass of everything

suite run dicom --rounds 5                one system

suite run conversation/fifty-users --set max_concurrent=50 --users 100

suite run load_shop.py --json result.json        your own load file

suite run load_shop.py --target http://staging:8000

Exit codes: 0 good, 1 a critical threshold or a check, 2 usage, 3 invalid or inconclusive,
4 the system would not start or died, 70 a fault of ours, 130 / 143 interrupted.
"""

Targets = Annotated[
    list[str] | None,
    typer.Argument(metavar="[TARGET]...", help="Load files, systems or workloads; none means all, quickly."),
]
Match = Annotated[str | None, typer.Option("-k", metavar="TEXT", help="Only workloads whose name has TEXT.")]
Tags = Annotated[list[str] | None, typer.Option("--tags", "-t", help="Only what carries one of these tags.")]
NoTags = Annotated[
    list[str] | None, typer.Option("--exclude-tags", "-T", help="Leave out what carries them.")
]
Results = Annotated[Path | None, typer.Option("--results", help="Folder of ledger.db and runs/.")]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", help="Default: loadledger.toml, or pyproject.toml's table.")
]


@app.command("run", epilog=_RUN_EPILOG)
def run_command(
    targets: Targets = None,
    match: Match = None,
    tags: Tags = None,
    exclude_tags: NoTags = None,
    rounds: Annotated[
        int | None, typer.Option(min=1, help="Rounds, each with a fresh system. [3; quick: 1]")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="One short round each.")] = False,
    values: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A parameter of system or workload."),
    ] = None,
    users: Annotated[int | None, typer.Option(min=1, help="Virtual users of the loop.")] = None,
    seconds: Annotated[
        str | None, typer.Option(help="Length of the measured part, e.g. 300 or 5min.")
    ] = None,
    operations: Annotated[int | None, typer.Option(min=1, help="Operations in all (closed loop).")] = None,
    rate: Annotated[str | None, typer.Option(help="Planned starts, e.g. 200/s (open loop).")] = None,
    target: Annotated[
        str | None, typer.Option(metavar="URL", help="Load this running system instead.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Worker processes.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of all that is random.")] = None,
    json_file: Annotated[
        str | None, typer.Option("--json", metavar="FILE", help="Write the result document; - for stdout.")
    ] = None,
    on_invalid: Annotated[
        str, typer.Option(metavar="fail|warn", help="warn turns exit code 3 into 0.")
    ] = "fail",
    results: Results = None,
    config: ConfigFile = None,
) -> None:
    """Run workloads, print what they measured, keep it."""
    from suite.session import Session

    if on_invalid not in ("fail", "warn"):
        raise ConfigurationError(f"--on-invalid is fail or warn, not {on_invalid!r}")
    configuration = read_configuration(config)
    everything = not (targets or match or tags or exclude_tags)
    base = Settings(quick=quick or everything).merged(
        rounds=rounds,
        users=users,
        seconds=None if seconds is None else parse(seconds, "s"),
        operations=operations,
        rate=None if rate is None else parse(rate, "1/s"),
        target=target,
        workers=workers,
        seed=seed,
        values=_pairs(values or []),
    )
    chosen = select(targets or [], match=match, tags=tags or (), exclude_tags=exclude_tags or ())
    plans, skipped = _prepare(chosen, configuration, base, tags or (), exclude_tags or (), lenient=everything)
    session = Session(results or Path(configuration.results), stdout_is_data=json_file == "-")
    code = session.run(plans, skipped, json_file=json_file, warn_invalid=on_invalid == "warn")
    raise typer.Exit(code)


@app.command("list")
def list_command(
    targets: Targets = None,
    match: Match = None,
    tags: Tags = None,
    exclude_tags: NoTags = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """List workloads with their loops, parameters and tags."""
    from suite.session import Session

    found = select(targets or [], match=match, tags=tags or (), exclude_tags=exclude_tags or ())
    session = Session(Path(Configuration().results), stdout_is_data=as_json)
    session.list([one.workload for one in found], as_json=as_json)


@app.command("show")
def show_command(
    run: Annotated[str | None, typer.Argument(help="Id of a run (or its beginning), or a workload.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many runs to list.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    results: Results = None,
    config: ConfigFile = None,
) -> None:
    """Show the latest runs, or one run in full."""
    from suite.session import Session

    session = Session(results or Path(read_configuration(config).results), stdout_is_data=as_json)
    session.show(run, limit=limit, as_json=as_json)


def _pairs(texts: Sequence[str]) -> dict[str, Any]:
    faults = [text for text in texts if "=" not in text.lstrip("=")]
    if faults:
        raise ConfigurationError.of(f"--set {text}: write it as NAME=VALUE" for text in faults)
    return {name.strip(): value for name, _, value in (text.partition("=") for text in texts)}


def _prepare(
    chosen: Sequence[Found],
    configuration: Configuration,
    base: Settings,
    tags: Sequence[str],
    exclude_tags: Sequence[str],
    *,
    lenient: bool,
) -> tuple[list[tuple[Found, Settings]], list[str]]:
    """Settings of each workload, all faults at once. Of several workloads each takes the parameters
    that it knows; one that none knows is a fault. `lenient` skips what an extra is missing for."""
    faults: list[str] = []
    skipped: list[str] = []
    plans: list[tuple[Found, Settings]] = []
    known = {name for f in chosen for name in {*f.workload.system.parameters, *f.workload.parameters}}
    names = ", ".join(sorted(known)) or "none"
    faults += [
        f"--set {name}: no chosen workload has it; parameters: {names}"
        for name in sorted(set(base.values) - known)
    ]
    for found in chosen:
        workload = found.workload
        own = {*workload.system.parameters, *workload.parameters}
        settings = configuration.settings(workload.name, base)
        settings = settings.merged(
            values={name: value for name, value in settings.values.items() if name in own},
            skipped_operations=skipped_operations(workload, tags, exclude_tags),
        )
        try:
            configured(workload, settings)
            for system in (workload.system, *workload.beside.values()):
                system.check_needs()
        except MissingExtra as error:
            if lenient:
                skipped.append(f"{workload.name}: {error}")
                continue
            faults.append(str(error))
        except ConfigurationError as error:
            faults.append(str(error))
        plans.append((found, settings))
    if faults:
        raise ConfigurationError.of(dict.fromkeys(faults))
    return plans, skipped


def main(argv: Sequence[str] | None = None) -> None:
    """The console command: the only place that exits."""
    try:
        code = app(list(argv) if argv is not None else None, standalone_mode=False)
        status = code if isinstance(code, int) else 0
    except typer.Exit as error:
        status = error.exit_code
    except Interrupted as error:
        status = error.exit_code
    except SuiteError as error:
        _complain(str(error))
        status = error.exit_code
    except KeyboardInterrupt:
        status = 130
    except Exception as error:
        if hasattr(error, "exit_code") and hasattr(error, "show"):  # what click says of usage
            error.show()
            status = error.exit_code
        else:
            traceback.print_exc()
            _complain(
                "this is a fault of Loadledger, not of your system; please report it with the lines above"
            )
            status = 70
    sys.stdout.flush()
    sys.exit(status)


def _complain(text: str) -> None:
    for line in text.splitlines() or [""]:
        sys.stderr.write(f"suite: {line}\n" if not line.startswith(" ") else f"{line}\n")


if __name__ == "__main__":
    main()
