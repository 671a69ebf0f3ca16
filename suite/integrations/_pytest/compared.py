"""--suite-compare: all that a session measured, judged against a commit as `suite gate` does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable

import pytest

from suite.integrations._pytest.given import on_invalid


def compared(config: pytest.Config, base: str, workloads: Iterable[str]) -> tuple[int, str]:
    """The exit code of `suite gate`, and what it says."""
    argv = [sys.executable, "-P", "-m", "suite.cli", "gate", "--base", base]
    for name in dict.fromkeys(workloads):
        argv += ["-k", name]
    for option in ("results", "ledger", "config"):
        if value := config.getoption(f"suite_{option}"):
            argv += [f"--{option}", value]
    if on_invalid(config) != "fail":
        argv += ["--on-inconclusive", "warn"]
    columns = str(shutil.get_terminal_size().columns)
    told = subprocess.run(
        argv,
        cwd=config.rootpath,
        env={"COLUMNS": columns, **os.environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return told.returncode, told.stdout
