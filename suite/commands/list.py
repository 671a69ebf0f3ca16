"""`suite list`: what there is to run."""

from __future__ import annotations

from typing import Annotated

import typer

from suite.commands import options
from suite.commands.option_groups import Filtered

EPILOG = """
\b
Examples:
  suite list                       your load files, and all that is installed
  suite list load_shop.py          what a load file defines
  suite list --tags write --json   by tag, for a script
"""


def command(
    targets: options.Targets = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    *,
    which: Filtered,
) -> None:
    """List workloads with their loops, parameters and tags.

    Without TARGET: those of the load files here, as `suite run` finds them, and all that is installed.
    """
    from suite.config.catalog import EVERYTHING, select
    from suite.config.file import read_configuration
    from suite.config.load_files import load_files
    from suite.formats.document import print_document
    from suite.report.documents.listing import described
    from suite.report.terminal.console import Reporter

    with options.stdout_is_ours(as_json):
        configuration = read_configuration()
        if not targets:
            targets = [*load_files(configuration.files, configuration.source).files, EVERYTHING]
        found = select(targets, which.filters(), configuration.files)
    if as_json:
        print_document({"workloads": [described(one.workload) for one in found]})
    else:
        Reporter().print_list([one.workload for one in found])
