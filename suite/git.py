"""Asking git: one question, one answer, nothing changed."""

from __future__ import annotations

import os
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

_SECONDS = 10.0
_OF_ONE_REPOSITORY = frozenset({
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_DIR", "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_INTERNAL_SUPER_PREFIX", "GIT_NAMESPACE",
    "GIT_NO_REPLACE_OBJECTS", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_QUARANTINE_PATH",
    "GIT_REPLACE_REF_BASE", "GIT_SHALLOW_FILE", "GIT_WORK_TREE",
})  # fmt: skip
"""What git tells its hooks of the repository that they run for; see git-rev-parse, --local-env-vars."""

_NOTHING_RUN = ("-c", "core.fsmonitor=false")
"""A repository may name a program there, which git would run at any question about its files."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What git printed, without the line break at its end, or the first line of why it failed."""

    text: str = ""
    fault: str | None = None

    def __bool__(self) -> bool:
        return self.fault is None


def clean_environment() -> dict[str, str]:
    """Our environment without what ties git to one repository, its index above all.

    A hook inherits that; in another work tree the same variables would have the user's files overwritten.
    """
    return {name: value for name, value in os.environ.items() if name not in _OF_ONE_REPOSITORY}


def git(cwd: str | os.PathLike[str], *arguments: str, seconds: float = _SECONDS) -> Answer:
    """Run `git ARGUMENTS` in `cwd`, at most `seconds` long. Takes no locks that it can do without, so it
    disturbs nobody's work, and runs no monitor of files; never raises.
    """
    try:
        done = subprocess.run(
            ["git", "--no-optional-locks", *_NOTHING_RUN, *arguments],  # noqa: S607
            cwd=cwd,
            env={**clean_environment(), "LC_ALL": "C"},  # faults are told in one language
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
        return Answer(done.stdout.rstrip("\n"))  # the name of a file may begin with a space
    lines = done.stderr.strip().splitlines()
    fault = lines[0].removeprefix("fatal: ") if lines else f"git ended with {done.returncode}"
    if "dubious ownership" in fault:
        fault += f"; if you trust it: git config --global --add safe.directory {_quoted_path(fault, cwd)}"
    return Answer(fault=fault)


def _quoted_path(fault: str, cwd: str | os.PathLike[str]) -> str:
    """The folder that git names between quotes."""
    named = fault.split("'")
    return shlex.quote(named[1] if len(named) == 3 else str(cwd))
