"""`suite config`: what workloads would run with, and where each value comes from."""

from __future__ import annotations

from typing import Annotated

import typer

from suite.commands import options
from suite.commands.option_groups import Filtered, PlainLimits, Where
from suite.errors import Faults

EPILOG = """
\b
Examples:
  suite config                                     your load files, as suite run would take them
  suite config hotel --categories pms              one part of a system
  suite config load_shop.py --config nightly.toml --users 50
  suite config conversation/fifty-users --json     for a script
"""


def command(
    targets: options.Targets = None,
    rounds: options.Rounds = None,
    quick: Annotated[bool, typer.Option("--quick", help="As suite run --quick.")] = False,
    values: options.Values = None,
    users: options.Users = None,
    seconds: options.Seconds = None,
    each: options.Each = None,
    target: options.Target = None,
    workers: options.Workers = None,
    seed: options.Seed = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    *,
    limits: PlainLimits,
    which: Filtered,
    where: Where,
) -> None:
    """Show what workloads would run with, and where each value comes from."""
    faults = Faults()
    given = options.layer(
        faults,
        values,
        seconds,
        rounds=rounds,
        quick=quick or None,
        users=users,
        each=each,
        target=target,
        workers=workers,
        seed=seed,
        thresholds=limits.thresholds(faults),
    )
    configuration, plans = options.read_plans(
        faults,
        given,
        targets or (),
        filters=which.filters(),
        config=where.config,
        json_file="-" if as_json else None,
        own=True,
    )

    from suite.config.setting_origin import origins
    from suite.formats.document import print_document
    from suite.report.terminal.console import make_console
    from suite.report.terminal.setting_origins import print_origins

    source = configuration.source if configuration.file else None
    places = where.places(configuration)
    found = {
        entry.workload.name: origins(entry.workload, settings, configuration, given)
        for entry, settings in plans.runs
    }
    if as_json:
        listed = {name: [one._asdict() for one in some] for name, some in found.items()}
        print_document({"configuration": source, "workloads": listed})
    else:
        print_origins(make_console(), source or "none", places, found)
