"""Asking git: one question, one answer, nothing changed."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Sequence
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

_NOTHING_RUN = (
    "-c", "core.fsmonitor=false", "-c", "log.showSignature=false", "-c", "core.hooksPath=/dev/null",
)  # fmt: skip
"""A repository may name programs there, which git would run at any question about its files, or commits."""
REVISIONS = "--end-of-options"
"""Goes before commits that a record names: it may call them anything, as an option that writes a file is."""
_COMPARES = frozenset({"status", "diff"})
"""What has files go through the filters that are set for them."""
_MAKES = frozenset({"worktree", "reset"})
"""What makes a work tree, or fills it."""
SUBMODULE = "160000 "
"""With which git begins to tell of one."""
_FILTERS = ("clean", "process")
_USUAL = frozenset({"git-lfs clean -- %f", "git-lfs filter-process"})
"""Filters of a program of the user's own, which may be set for one repository alone."""
_EXTENSION = "lfs.extension."
"""What a repository has that program run in turn."""
_VALUES = {"": "LOADLEDGER_NO_FILTER", "false": "LOADLEDGER_NOT_REQUIRED"}
"""Variables that these values of options stand in: the name of a filter may have a = in it."""
_NOWHERE = {"GIT_ALLOW_PROTOCOL": "none", "GIT_TERMINAL_PROMPT": "0"}
"""What a clone lacks is not fetched for a question: how that is done a repository says too."""


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
    disturbs nobody's work, and runs no program that a repository names, but for what a work tree is made
    with; never raises.
    """
    makes = arguments[0] in _MAKES
    without = _unfiltered(cwd, seconds) if _COMPARES & {*arguments[:1]} else ()
    try:
        done = subprocess.run(
            ["git", "--no-optional-locks", *_NOTHING_RUN, *without, *arguments],  # noqa: S607
            cwd=cwd,
            # Faults are told in one language.
            env={
                **clean_environment(),
                "LC_ALL": "C",
                **{name: value for value, name in _VALUES.items()},
                **({} if makes else _NOWHERE),
            },
            capture_output=True,
            text=True,
            # A file may be called anything; what else is said is shown.
            errors="surrogateescape" if {"-z", "rev-parse"} & {*arguments} else "replace",
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
    except ValueError:  # a NUL, or half a sign
        return Answer(fault="git was asked for a name that none can have")
    if done.returncode == 0:
        return Answer(done.stdout.rstrip("\n"))  # the name of a file may begin with a space
    lines = done.stderr.strip().splitlines()
    fault = lines[0].removeprefix("fatal: ") if lines else f"git ended with {done.returncode}"
    if "dubious ownership" in fault:
        fault += f"; if you trust it: git config --global --add safe.directory {_quoted_path(fault, cwd)}"
    return Answer(fault=fault)


def _unfiltered(cwd: str | os.PathLike[str], seconds: float) -> list[str]:
    """Options without the filters that the repository itself sets, and may have any program for; nor those of
    submodules in it, whose files git compares too, by the same options.
    """
    options = _own_filters(cwd, seconds)
    waiting, seen = [git(cwd, "rev-parse", "--show-toplevel", seconds=seconds).text], {""}
    while waiting:
        top = waiting.pop()
        if top in seen:  # a link may lead back
            continue
        seen.add(top)
        for entry in git(top, "ls-files", "--stage", "-z", seconds=seconds).text.split("\0"):
            kind, _, path = entry.partition("\t")
            if kind.startswith(SUBMODULE) and (inner := Path(top, path)).joinpath(".git").exists():
                options += _own_filters(inner, seconds)
                waiting.append(git(inner, "rev-parse", "--show-toplevel", seconds=seconds).text)
    return options


def _own_filters(cwd: str | os.PathLike[str], seconds: float) -> list[str]:
    asked = ("config", "--includes", "--show-scope", "-z", "--get-regexp", r"^(filter|lfs\.extension)\.")
    parts = git(cwd, *asked, seconds=seconds).text.split("\0")
    own = [said.partition("\n") for scope, said in zip(parts[::2], parts[1::2], strict=False)
           if scope in ("local", "worktree")]  # fmt: skip
    extended = any(name.startswith(_EXTENSION) for name, _, _ in own)
    without = {"filter.lfs"} if extended else set[str]()
    for name, _, value in own:
        of, _, kind = name.rpartition(".")
        if kind in _FILTERS and not name.startswith(_EXTENSION) and (extended or value not in _USUAL):
            without.add(of)
    return [
        word
        for of in sorted(without)
        for name, value in (*((f"{of}.{kind}", "") for kind in _FILTERS), (f"{of}.required", "false"))
        for word in _option(name, value)
    ]


def _option(name: str, value: str) -> Sequence[str]:
    """A git older than 2.31 knows -c only, and takes the first = for the end of the name."""
    return ("-c", f"{name}={value}") if "=" not in name else (f"--config-env={name}={_VALUES[value]}",)


def _quoted_path(fault: str, cwd: str | os.PathLike[str]) -> str:
    """The folder that git names between quotes."""
    named = fault.split("'")
    return shlex.quote(named[1] if len(named) == 3 else str(cwd))
