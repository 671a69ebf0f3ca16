"""The site as a folder: pages, stylesheet and script, and copies of flame graphs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from suite.files import disk_faults, write_text
from suite.report.site.page import Site, file_name, index_page, workload_page
from suite.report.site.workload_page import WorkloadPage

_ASSETS = Path(__file__).parent / "assets"


def write_site(
    folder: Path, stories: Sequence[WorkloadPage], *, project: str, root: Path, notes: Iterable[str] = ()
) -> dict[str, str]:
    """Write all pages to `folder`; the file of each workload. `root` is what stored paths are relative to.

    Raises StoreError if something can't be written.
    """
    files = {story.name: file_name(story.name) for story in stories}
    with disk_faults(folder):
        shutil.copytree(_ASSETS, folder, dirs_exist_ok=True)
        flames = _flames(stories, root, folder / "flames")
    site = Site(project, f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", files, flames, tuple(notes))
    for story in stories:
        write_text(folder / files[story.name], workload_page(site, story))
    write_text(folder / "index.html", index_page(site, stories))
    return files


def _flames(stories: Sequence[WorkloadPage], root: Path, folder: Path) -> dict[str, str]:
    """Copies of the flame graphs that are still there, so that the site can be moved; links by their path.

    They are 5 MB each and never change: where it can be, a copy is the same file.
    """
    links: dict[str, str] = {}
    for recording in (path for story in stories for search in story.leaks for path in search.recordings):
        source = root / recording
        if recording in links or source.suffix != ".html" or not source.is_file():
            continue
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{len(links)}-{source.name}"
        try:
            os.link(source, folder / name)
        except OSError:
            shutil.copyfile(source, folder / name)
        links[recording] = f"flames/{name}"
    return links
