"""What can be measured here with the packages that are installed, and what brings the others."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, distribution

from suite.process.scratch import scratch_directory
from suite.records.reason import Reason
from suite.scaffold.symptom import Symptom

_OURS = "loadledger"
_SECONDS = 30.0
_TRACED = "import sys, memray\nwith memray.Tracker(sys.argv[1]):\n    kept = [bytes(1000)] * 9\n"
_ALL = "all"


def examine_tools(path: str | None = None) -> list[Symptom]:
    """Symptoms of what counts and traces, programs being looked for on `path` (default: PATH)."""
    return [*_valgrind(path), *_memray(), *_extras(_required())]


def _valgrind(path: str | None) -> Iterator[Symptom]:
    program = shutil.which("valgrind", path=path)
    said = _said([program, "--version"]) if program else None
    if said is None:
        yield Symptom("tools", "note", Reason("valgrind_missing"))
    elif said.returncode:
        yield Symptom("tools", "warning", Reason("broken_valgrind", {"said": _last(said.stderr)}))
    else:
        yield Symptom("tools", "good", Reason("valgrind", {"version": said.stdout.strip()}))


def _memray() -> Iterator[Symptom]:
    with scratch_directory() as folder:
        said = _said([sys.executable, "-c", _TRACED, str(folder / "traced.bin")])
    if said is None or said.returncode:
        last = "it can't be started" if said is None else _last(said.stderr)
        yield Symptom("tools", "warning", Reason("broken_memray", {"said": last}))
    else:
        yield Symptom("tools", "good", Reason("memray"))


def _said(words: Sequence[str]) -> subprocess.CompletedProcess[str] | None:
    try:
        return subprocess.run(
            words, capture_output=True, text=True, errors="replace", timeout=_SECONDS, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None


def _last(text: str) -> str:
    return (text.strip().splitlines() or ["it said nothing"])[-1]


def _required() -> list[str]:
    try:
        return distribution(_OURS).requires or []
    except PackageNotFoundError:  # run from its sources
        return []


def _extras(lines: Iterable[str]) -> Iterator[Symptom]:
    """Of each extra whose packages are not all here, by what our own metadata asks for."""
    wanted: dict[str, list[str]] = {}
    for line in lines:
        needed, _, marker = line.partition(";")
        if said := re.search(r"""extra == ["']([\w-]+)["']""", marker):
            wanted.setdefault(said[1], []).append(re.split(r"[^\w.-]", needed.strip())[0])
    for extra, names in sorted(wanted.items()):
        missing = [name for name in names if name != _OURS and not _installed(name)]
        if missing and extra != _ALL:
            figures = {"extra": extra, "packages": ", ".join(missing)}
            yield Symptom("tools", "note", Reason("missing_extra", figures))


def _installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True
