"""What about a project makes figures unreliable: its checkout, its results, its load files."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import psutil

from suite.git import git
from suite.measure.environment import commit, untold
from suite.records.reason import Figure, Reason
from suite.scaffold.pyproject import read_pyproject
from suite.scaffold.symptom import Severity, Symptom

_SLOW = 1.0
"""Seconds that a load file may take to import: each worker of each round does so."""
_ROOM = 1e9
_LONGEST = 120.0
_IMPORT = """
import sys, time
from suite.config.catalog import from_file
from suite.errors import SuiteError
print("import time: here", file=sys.stderr)
begun = time.perf_counter()
try:
    from_file(sys.argv[1])
except SuiteError as error:
    sys.exit(f"refused: {error}")
print(f"took: {time.perf_counter() - begun}", file=sys.stderr)
"""
_Found = Iterator[tuple[Severity, str, dict[str, Figure]]]


def examine_project(folder: Path, results: Path, files: Sequence[str] = ()) -> list[Symptom]:
    """Symptoms of the project in `folder`, whose results go to `results`, and of its load `files`."""
    found = [*_history(folder), *_install(folder), *_results(folder / results)]
    for file in files:
        found += _load_file(folder, file)
    if not files:
        found.append(("note", "no_load_file", {}))
    return [Symptom("project", severity, Reason(kind, figures)) for severity, kind, figures in found]


def _history(folder: Path) -> _Found:
    if said := untold(folder):
        yield "warning", "git_refuses", {"said": said}
        return
    sha, _, dirty = commit(folder)
    if sha is None:
        yield "note", "no_checkout", {}
        return
    yield (
        ("note", "differs_from_commit", {"commit": sha})
        if dirty
        else ("good", "clean_checkout", {"commit": sha})
    )
    if git(folder, "rev-parse", "--is-shallow-repository").text == "true":
        yield "warning", "shallow", {}


def _install(folder: Path) -> _Found:
    """Whether `suite ab` and asv can put a commit of it side by side with another."""
    try:
        project, _ = read_pyproject(folder)
    except (OSError, ValueError) as error:
        yield "warning", "broken_pyproject", {"said": str(error)}
        return
    if not project and not any((folder / name).is_file() for name in ("setup.py", "setup.cfg")):
        configured = folder / "asv.conf.json"
        asks = configured.is_file() and "install_command" not in configured.read_text(errors="replace")
        yield ("warning", "asv_has_nothing", {}) if asks else ("note", "not_installable", {})
    elif project and ("name" not in project or "version" not in {*project, *project.get("dynamic", ())}):
        yield "warning", "unbuildable", {"lacks": "name" if "name" not in project else "version"}
    elif name := project.get("name"):
        try:
            distribution(name)
        except PackageNotFoundError:
            yield "note", "not_installed", {"name": name}
        else:
            yield "good", "installed", {"name": name}


def _results(results: Path) -> _Found:
    there = next(place for place in (results, *results.resolve().parents) if os.path.exists(place))  # noqa: PTH110 - which raises for none
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        yield "fatal", "no_place_for_results", {"place": str(there)}
    elif (free := psutil.disk_usage(str(there)).free) < _ROOM:
        yield "warning", "little_room", {"place": str(there), "free": free}


def _load_file(folder: Path, file: str) -> _Found:
    words = [sys.executable, "-X", "importtime", "-c", _IMPORT, file]
    try:
        done = subprocess.run(
            words, cwd=folder, capture_output=True, text=True, errors="replace", timeout=_LONGEST,
            check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        yield "fatal", "endless_import", {"file": file, "seconds": _LONGEST}
        return
    own = done.stderr.partition("import time: here")[2]
    took = re.search(r"^took: (\S+)$", own, re.M)
    if done.returncode or took is None:
        lines = [line for line in done.stderr.splitlines() if line and not line.startswith("import time:")]
        said = "\n".join(lines).partition("refused: ")[2] or (lines or ["it said nothing"])[-1]
        yield "fatal", "broken_load_file", {"file": file, "said": said.partition("\n")[0]}
        return
    seconds = float(took[1])
    if seconds < _SLOW:
        yield "good", "load_file", {"file": file, "seconds": seconds}
        return
    package, most = _dearest(own)
    yield "warning", "slow_import", {"file": file, "seconds": seconds, "package": package, "most": most}


def _dearest(said: str) -> tuple[str, float]:
    """Which package took longest of what -X importtime tells, and its seconds."""
    spent: Counter[str] = Counter()
    for own, name in re.findall(r"^import time: +(\d+) \| +\d+ \| +([\w.]+)$", said, re.M):
        spent[name.partition(".")[0]] += int(own)
    ((package, most),) = spent.most_common(1) or [("", 0)]
    return package, most / 1e6
