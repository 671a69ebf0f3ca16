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

EPILOG = """
\b
Examples:
  suite locust conversation                     its web UI at http://localhost:8089
  suite locust load_shop.py --headless --users 50 --spawn-rate 5 --run-time 30s
  suite locust conversation --headless --users 50 --processes 4 --tags read --html report.html

Options are Locust's: `locust --help` lists them. Workloads come first.
"""
SETTINGS = {"ignore_unknown_options": True}
_NAME = "LOADLEDGER_LOCUST"


def command(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="TARGET... [LOCUST'S OPTIONS]", help="Workloads, then options of Locust."),
    ] = None,
) -> None:
    """Run workloads on Locust: its web UI, its options, its machines.

    Locust says how many users there are; the load is made by our engine, and kept like any other run.
    """
    require("locust", "locust")
    targets, options = _parted(words or [])
    if not targets:
        raise ConfigurationError("suite locust wants workloads, before the options of Locust")
    spec = find_spec("suite.integrations._locust")
    assert spec is not None
    assert spec.origin is not None
    file = Path(spec.origin).with_name("locustfile.py")
    os.environ[_NAME] = json.dumps(targets)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-P", "-m", "locust", "-f", str(file), *options])  # noqa: S606


def _parted(words: list[str]) -> tuple[list[str], list[str]]:
    """Targets, and from the first option on what is Locust's."""
    first = next((index for index, word in enumerate(words) if word.startswith("-")), len(words))
    return words[:first], words[first:]
