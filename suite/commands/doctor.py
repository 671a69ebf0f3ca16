"""`suite doctor`: what about machine and project makes figures unreliable."""

from __future__ import annotations

from typing import Annotated

import typer

from suite.commands.option_groups import Folder

EPILOG = """
\b
Examples:
  suite doctor                     the machine, what is installed, the project here
  suite doctor load_shop.py        and whether this load file is quick to import
  suite doctor --json              for a script

\b
Exit codes: 0, or 2 where something makes figures impossible. What merely makes them
unreliable, results say themselves when it matters.
"""


def command(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE...", help="Load files. [load_*.py, loads/*.py, or as configured]"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    *,
    where: Folder,
) -> None:
    """Say what about machine and project makes figures unreliable, and what to do."""
    from pathlib import Path

    from suite.config.matching import matching
    from suite.formats.document import print_document
    from suite.report.terminal.console import make_console
    from suite.report.terminal.symptoms import print_symptoms, symptoms_document
    from suite.scaffold.checkout import examine_project
    from suite.scaffold.machine import examine_machine
    from suite.scaffold.symptom import exit_code
    from suite.scaffold.tools import examine_tools

    configuration = where.configuration()
    named = files or matching(configuration.files)
    found = [
        *examine_machine(),
        *examine_tools(),
        *examine_project(Path.cwd(), where.folder(configuration), named),
    ]
    code = exit_code(found)
    if as_json:
        print_document(symptoms_document(found, code))
    else:
        print_symptoms(make_console(), found)
    raise typer.Exit(code)
