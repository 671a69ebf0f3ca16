"""How the site comes about: stories from asv's results, the ledger and documents, made into pages."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from suite.configuration import Configuration, read_configuration
from suite.errors import SuiteError
from suite.integrations.asv_pages import link_pages
from suite.integrations.asv_results import read_results
from suite.report.site.folder import write_site
from suite.report.site.stored import add_capacities, add_ledger
from suite.report.site.story import Story


def publish(
    conf: Any, repo: Any, benchmarks: Any, revisions: Mapping[str, int], site: Path, folder: str
) -> list[str]:
    """Write our pages to `site`/`folder` and link asv's to them; warnings, a line each.

    What can't be read is left out, and the pages say so. Raises StoreError if they can't be written.
    """

    def known(commits: Iterable[str]) -> Mapping[str, int]:
        found: Mapping[str, int] = repo.get_revisions(set(commits))
        return found

    # asv shows all that is logged, whoever logs it.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    stories: dict[str, Story] = {}
    pages: dict[str, str] = {}
    warnings: list[str] = []
    configuration = Configuration()
    try:
        configuration = read_configuration()
    except SuiteError as error:
        warnings.append(str(error))
    results, ledger = Path(configuration.results), configuration.places().ledger
    for benchmark, track, workload in read_results(conf.results_dir, benchmarks, revisions, known):
        stories.setdefault(workload, Story(workload)).add(track)
        pages[benchmark] = workload
    try:
        if "://" in str(ledger) or Path(ledger).is_file():
            add_ledger(stories, ledger, known)
    except SuiteError as error:
        warnings.append(str(error))
    broken = add_capacities(stories, results / "capacity")
    warnings += [f"{results / 'capacity' / name} is no document of suite capacity" for name in broken]
    ordered = [stories[name] for name in sorted(stories)]
    files = write_site(site / folder, ordered, project=conf.project, root=Path.cwd(), notes=warnings)
    link_pages(site, folder, {benchmark: files[workload] for benchmark, workload in pages.items()})
    return warnings
