"""Asking git: one question, one answer, nothing changed."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What git printed, without white space around it, or the first line of why it failed."""

    text: str = ""
    fault: str | None = None

    def __bool__(self) -> bool:
        return self.fault is None


def git(cwd: str | os.PathLike[str], *arguments: str, seconds: float = _SECONDS) -> Answer:
    """Run `git ARGUMENTS` in `cwd`, at most `seconds` long. Takes no locks that it can do without, so it
    disturbs nobody's work; never raises.
    """
    try:
        done = subprocess.run(
            ["git", "--no-optional-locks", *arguments],  # noqa: S607
            cwd=cwd,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except FileNotFoundError:
        return Answer(fault="git is not installed" if Path(cwd).is_dir() else f"there is no folder {cwd}")
    except subprocess.TimeoutExpired:
        return Answer(fault=f"git took longer than {seconds:g} s")
    except OSError as error:
        return Answer(fault=f"git can't be started: {error.strerror}")
    if done.returncode == 0:
        return Answer(done.stdout.strip())
    lines = done.stderr.strip().splitlines()
    return Answer(fault=lines[0].removeprefix("fatal: ") if lines else f"git ended with {done.returncode}")
