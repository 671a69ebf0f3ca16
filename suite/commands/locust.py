"""`suite locust`: our workloads on Locust's users, web UI and machines."""

from __future__ import annotations

import json
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from suite.errors import ConfigurationError, require
from suite.files import below, write_text

EPILOG = """
\b
Examples:
  suite locust conversation                     its web UI at http://localhost:8089
  suite locust load_shop.py --headless --users 50 --spawn-rate 5 --run-time 30s
  suite locust conversation --headless --users 50 --processes 4 --tags read --html report.html
  suite locust load_shop.py --write             the same for plain `locust -f locustfile.py`
  suite locust load_shop.py -f locustfile.py    an existing locustfile against this system

Options are Locust's: `locust --help` lists them. Workloads come first.
"""
SETTINGS = {"ignore_unknown_options": True}
_NAME = "LOADLEDGER_LOCUST"
_WRITTEN = """\
\"\"\"Workloads of Loadledger, written by `suite locust --write`; run them with: locust -f locustfile.py\"\"\"

{imports}
globals().update(users({targets}))
"""


def command(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="TARGET... [LOCUST'S OPTIONS]", help="Workloads, then options of Locust."),
    ] = None,
    locustfile: Annotated[
        str | None,
        typer.Option("-f", "--locustfile", metavar="FILE", help="Run this locustfile, on Locust's clients."),
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Write a locustfile.py, and run nothing.")] = False,
) -> None:
    """Run workloads on Locust: its web UI, its options, its machines.

    Locust says how many users there are; the load is made by our engine, and kept like any other run. With -f
    Locust's clients make it, and TARGET is the workload whose system is started and measured.
    """
    require("locust", "locust")
    targets, options = _parted(words or [])
    if not targets and locustfile is None:
        raise ConfigurationError("name a workload or a load file, before the options of Locust: suite list")
    if write and (options or locustfile):
        told = "-f" if locustfile else options[0]
        raise ConfigurationError(f"--write runs nothing: give {told} to plain locust, or leave out --write")
    if write:
        _write(targets, Path("locustfile.py"))
    elif locustfile is None:
        _become("locustfile.py", targets, options)
    else:
        _become("beside.py", [locustfile, *_system(locustfile, targets)], options, locustfile)


def _parted(words: list[str]) -> tuple[list[str], list[str]]:
    """Targets, and from the first option on what is Locust's."""
    first = next((index for index, word in enumerate(words) if word.startswith("-")), len(words))
    return words[:first], words[first:]


def _become(file: str, given: list[str], options: list[str], *before: str) -> None:
    """Locust, with a file of ours that finds what it was `given` in the environment."""
    spec = find_spec("suite.integrations._locust")
    assert spec is not None
    assert spec.origin is not None
    files = ",".join([*before, str(Path(spec.origin).with_name(file))])
    os.environ[_NAME] = json.dumps(given)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-P", "-m", "locust", "-f", files, *options])  # noqa: S606


def _system(locustfile: str, targets: list[str]) -> list[str]:
    """The one workload whose system a locustfile is run against, by its target; none if none is named."""
    if not Path(locustfile).is_file():
        raise ConfigurationError(f"there is no file {locustfile}")
    if not targets:
        return []
    from suite.config.catalog import select
    from suite.contract.component import Component

    found = select(targets)
    if len(found) > 1:
        names = ", ".join(one.workload.name for one in found)
        raise ConfigurationError(f"a locustfile is run against one system: name one workload of {names}")
    one = found[0]
    if isinstance(one.workload.system, Component):
        raise ConfigurationError(f"{one.workload.name} runs a Python object: a locustfile can't reach it")
    where = f"{one.reference.file}::" if one.reference.file else ""
    return [where + one.workload.name]


def _write(targets: list[str], path: Path) -> None:
    """Write a locustfile of workloads, where there is none. Raises ConfigurationError."""
    from suite.config.catalog import is_file, select

    select(targets)
    if path.exists():
        raise ConfigurationError(f"there is a {path} already: move it away, or write in another folder")
    imports, written = "from suite.integrations.locust import users\n", [repr(one) for one in targets]
    if any(is_file(one) for one in targets):
        imports = f"from pathlib import Path\n\n{imports}\nHERE = Path(__file__).resolve().parent\n"
        written = [
            f"str(HERE / {one!r})" if is_file(one) and not Path(one).is_absolute() else repr(one)
            for one in targets
        ]
    write_text(below(Path(), path), _WRITTEN.format(imports=imports, targets=", ".join(written)))
    typer.echo(f"{path} is written; run it with: locust -f {path}")
