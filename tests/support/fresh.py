"""A stranger's computer: a fresh virtual environment, and pip, which installs our wheel."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_NO_INDEX = re.compile(
    r"No matching distribution|Could not find a version|Connection|Temporary failure|timed? ?out|ProxyError",
    re.IGNORECASE,
)
_OURS = ("PYTHON", "LOADLEDGER", "COV", "PYTEST", "TOX", "VIRTUAL_ENV", "COLUMNS", "LINES")


def wheel(folder):
    """Our wheel, of this tree as it is."""
    source = folder / "source"
    shutil.copytree(ROOT / "suite", source / "suite", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    _pip("wheel", "--no-deps", "--wheel-dir", str(folder / "wheels"), str(source))
    (made,) = (folder / "wheels").glob("*.whl")
    return made


def _pip(*words):
    """Skips the test where pip can't reach what it was asked for."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", *words], capture_output=True, text=True,
        check=False, stdin=subprocess.DEVNULL, timeout=280,
    )  # fmt: skip
    if done.returncode and (why := _NO_INDEX.search(done.stderr)):
        line = next(line for line in done.stderr.splitlines() if why[0] in line)
        pytest.skip(f"pip reaches no packages here: {line}")
    assert done.returncode == 0, done.stdout + done.stderr


class Stranger:
    """Somebody in `folder`, whose shell has its `.venv` first; `suite` comes from the wheel."""

    def __init__(self, folder, wheel, deadline):
        self.folder = folder
        self._deadline = deadline
        self.spent = {}
        subprocess.run([sys.executable, "-m", "venv", folder / ".venv"], check=True)
        own = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        self.environment = {
            **own, "PATH": f"{folder}/.venv/bin:/usr/bin:/bin", "LOADLEDGER": wheel.as_uri(),
        }  # fmt: skip

    def types(self, line, codes=(0,), **env):
        """What a line says; all lines together have the deadline. How long it took is told (pytest -s)."""
        begun, left = time.monotonic(), self._deadline - sum(self.spent.values())
        done = subprocess.run(
            ["bash", "-c", line], cwd=self.folder, env={**self.environment, **env}, capture_output=True,
            text=True, stdin=subprocess.DEVNULL, timeout=left, check=False,
        )  # fmt: skip
        self.spent[line] = time.monotonic() - begun
        sys.stdout.write(f"{self.spent[line]:6.1f} s  {line}\n")
        assert done.returncode in codes, f"{line}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr
