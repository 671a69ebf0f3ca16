"""What CI shows of a comparison on a pull request: annotations, and the summary of the job."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from suite.compare.compared import Compared
from suite.config.described import places_of
from suite.files import disk_faults, unwaited
from suite.git import git
from suite.report.documents.annotations import annotated
from suite.report.documents.markdown import in_short
from suite.report.terminal.compare import print_annotations

_ROOM = 1024 * 1000
"""Bytes of a step's summary: of one that is larger GitHub shows nothing."""


def tell_pull_request(
    console: Console,
    compared: Compared,
    text: str,
    *,
    files: Sequence[str] = (),
    warn: bool = False,
    annotate: bool | None = None,
) -> None:
    """Annotate where GitHub runs us, or where it is asked for, and add `text` to the summary if there is one.

    `files` are the load files that are configured. Raises StoreError.
    """
    if annotate if annotate is not None else bool(os.environ.get("GITHUB_ACTIONS")):
        names = {one.workload for one, _ in compared.changes("regression", "improvement")}
        places = dict(_inside(names, files))
        print_annotations(console, annotated(compared, warn=warn, places=places))
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with disk_faults(summary), open(summary, "ab", opener=unwaited) as file:
            room = _ROOM - (file.tell() if file.seekable() else 0)
            for version in (text, in_short(text)):
                if len(said := version.encode()) <= room:
                    file.write(said)
                    break


def _inside(names: set[str], files: Sequence[str]) -> Iterator[tuple[str, tuple[str, int]]]:
    """Places of workloads within the repository, as GitHub names files."""
    top = git(Path.cwd(), "rev-parse", "--show-toplevel").text if names else ""
    for name, (file, line) in places_of(names, files).items() if top else ():
        full, root = file.resolve(), Path(top).resolve()
        if full.is_relative_to(root):
            yield name, (full.relative_to(root).as_posix(), line)
