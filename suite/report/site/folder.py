"""The site as a folder: pages, stylesheet and script, and copies of flame graphs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from suite.files import copy_folder, disk_faults, safe_name, write_text
from suite.report.site.page import Site, file_name, index_page, workload_page
from suite.report.site.workload_page import WorkloadPage

_ASSETS = Path(__file__).parent / "assets"


def write_site(
    folder: Path, stories: Sequence[WorkloadPage], *, project: str, flames: Path, notes: list[str]
) -> dict[str, str]:
    """Write all pages to `folder`; the file of each workload. `flames` is where flame graphs are kept.

    A workload that can't be drawn is left out and goes to `notes`, which the index has. Raises StoreError if
    something can't be written.
    """
    files = {story.name: file_name(story.name) for story in stories}
    with disk_faults(folder):
        copy_folder(_ASSETS, folder)
        graphs = _flames(stories, flames, folder / "flames")
    site = Site(project, f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", files, graphs, notes)
    drawn = []
    for story in stories:
        try:
            page = workload_page(site, story)
            index_page(site, [story])
        except Exception as error:  # noqa: BLE001 - a record from elsewhere may say anything
            notes.append(f"{story.name} is left out, it can't be drawn: {type(error).__name__}: {error}")
            del files[story.name]
        else:
            write_text(folder / files[story.name], page)
            drawn.append(story)
    write_text(folder / "index.html", index_page(site, drawn))
    return files


def _flames(stories: Sequence[WorkloadPage], kept: Path, folder: Path) -> dict[str, str]:
    """Copies of the flame graphs that are still there, so that the site can be moved; links by their path.

    They are 5 MB each and never change: where it can be, a copy is the same file. A search may come from
    elsewhere: only what is kept for it is copied, whatever else it names.
    """
    links: dict[str, str] = {}
    own = kept.resolve()
    for search, recording in (
        (one, path) for story in stories for one in story.leaks for path in one.recordings
    ):
        source = Path(recording).resolve()
        right = source.suffix == ".html" and source.parent == own / safe_name(search.id)
        if recording in links or not right or not source.is_file():
            continue
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{len(links)}-{source.name}"
        try:
            os.link(source, folder / name)
        except OSError:
            shutil.copyfile(source, folder / name)
        links[recording] = f"flames/{name}"
    return links
