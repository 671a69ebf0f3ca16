"""pytest-memray's rule: no location may leak more than a limit while a test runs."""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
LIMITS = ("1 MB", "10 KB")
"""That of its documentation, and one that 200 requests of 100 bytes pass."""
_PATIENCE = 120.0


class Failed(Exception):
    """The test could not be run; the text is the end of its output."""


def missing():
    """One line on how to get it, or None if it is installed."""
    if importlib.util.find_spec("pytest_memray") is None:
        return "pytest-memray is not installed; it is in pytest-memray (PyPI)"
    return None


def can_express(case):
    """Whether a test in one process can do what `case` does."""
    return not case.parameters.get("children")


def accuses(case, limit, seed=1):
    """Whether a test that does 200 requests of `case` fails under `limit_leaks(limit)`. Raises Failed."""
    parameters = {name: value for name, value in case.parameters.items() if name != "children"}
    with tempfile.TemporaryDirectory(prefix="loadledger-") as folder:
        empty = Path(folder, "pytest.ini")
        empty.write_text("[pytest]\n")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-c", str(empty), "-p", "no:cacheprovider",
             str(HERE / "memray_requests.py")],
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            cwd=folder,
            env={
                **os.environ,
                "PYTHONPATH": str(HERE.parent),
                "LEAKY_PARAMETERS": json.dumps({**parameters, "seed": seed}),
                "LEAKY_LIMIT": limit,
            },
        )  # fmt: skip
    return read(done.returncode, done.stdout + done.stderr)


def read(status, output):
    """Whether the test with this exit status and output failed for a leak. Raises Failed."""
    if status == 0:
        return False
    if status == 1 and "at least one location leaked more" in output:
        return True
    raise Failed("\n".join(output.splitlines()[-8:]))
