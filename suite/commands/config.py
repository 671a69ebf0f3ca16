"""`suite config`: what workloads would run with, and where each value comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from suite.commands.option_groups import Filtered, PlainLimits, RunLoad, Where
from suite.config.ledger_url import shown_place
from suite.errors import Faults
from suite.foreign_text import clean

if TYPE_CHECKING:
    from suite.config.file import Configuration

EPILOG = """
\b
Examples:
  suite config                                     your load files, as suite run would take them
  suite config hotel --categories pms              one part of a system
  suite config load_shop.py --config nightly.toml --users 50
  suite config conversation/fifty-users --json     for a script
  suite config --agree                             the databases that it names may be asked
"""


def command(
    *,
    which: Filtered,
    load: RunLoad,
    limits: PlainLimits,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    agree: Annotated[
        bool, typer.Option("--agree", help="Go where the configuration says: ledger, notify, services.")
    ] = False,
    where: Where,
) -> None:
    """Show what workloads would run with, and where each value comes from."""
    if agree:
        _agree(where.configuration())
        return
    given, configuration, plans = load.read(Faults(), which, limits, where.config, "-" if as_json else None)

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


def _agree(configuration: Configuration) -> None:
    """Remember that one may go to the servers that the file names, and who may be told of verdicts."""
    from suite.config import consent

    services = configuration.services.given().values()
    if configuration.ledger:
        consent.check_ledger(configuration.ledger, configuration.source)
    for one in filter(None, (configuration.notify, *services)):
        consent.check_place(one, configuration.source)
    for one in filter(None, (configuration.ledger, configuration.notify, *services)):
        if consent.needed(one):
            consent.agree(one)
    shown = [shown_place(one) for one in (configuration.ledger, *services) if one]
    shown += [consent.host_of(configuration.notify)] if configuration.notify else []
    said = ", ".join(shown) or "there is no database to agree to"
    typer.echo(f"agreed: {clean(said)}")
