"""`publish()`: the site of all workloads, made from asv's results, the ledger and documents."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from asv.results import iter_results

from suite.config.file import Configuration, read_configuration
from suite.config.ledger_url import url_of
from suite.errors import ConfigurationError, SuiteError
from suite.integrations.asv_pages import link_pages
from suite.integrations.asv_results import add_results, is_dated
from suite.report.site.folder import write_site
from suite.report.site.lineage import Lineage
from suite.report.site.stored import add_capacities, add_ledger
from suite.report.site.workload_page import WorkloadPage


def publish(
    conf: Any, repo: Any, benchmarks: Any, revisions: Mapping[str, int], site: Path, folder: str
) -> list[str]:
    """Write our pages to `site`/`folder` and link asv's to them; warnings, a line each.

    What can't be read is left out, and the pages say so. Raises StoreError if they can't be written.
    """
    # asv shows all that is logged, whoever logs it.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    warnings: list[str] = []
    configuration = Configuration()
    try:
        configuration = read_configuration()
    except SuiteError as error:
        warnings.append(str(error))
    stories: dict[str, WorkloadPage] = {}
    pages: dict[str, str] = {}
    lineages = _lineages(conf, repo)
    found = list(iter_results(conf.results_dir))
    warnings += [
        f"a result of {one.commit_hash} has no date that can be read, and is left out"
        for one in found
        if not is_dated(one)
    ]
    dated = [one for one in found if is_dated(one)]
    for lineage, results in _published(dated, repo, revisions, lineages):
        pages |= add_results(stories, results, benchmarks, lineage)
    try:
        ledger = _ledger(configuration)
        if ledger is not None:
            warnings += add_ledger(stories, ledger, lineages)
    except SuiteError as error:
        warnings.append(str(error))
    kept = Path(configuration.results)
    capacities = kept / "capacity"
    broken = add_capacities(stories, capacities)
    warnings += [f"{capacities / name} is no document of suite capacity" for name in broken]
    ordered = [stories[name] for name in sorted(stories) if stories[name]]
    files = write_site(site / folder, ordered, project=conf.project, flames=kept / "leaks", notes=warnings)
    link_pages(site, folder, {name: files[workload] for name, workload in pages.items() if workload in files})
    return warnings


def _lineages(conf: Any, repo: Any) -> list[Lineage]:
    """The branches that asv publishes, as git lists them in its repository."""
    where = conf.repo if Path(conf.repo).is_dir() else conf.project  # asv's own copy of one elsewhere
    names = [repo.get_branch_name(branch) for branch in conf.branches]
    try:
        return [Lineage(name, where, name=name if len(names) > 1 else "") for name in names]
    except ConfigurationError:  # not git's: then it is time that orders them
        return [Lineage(folder=where)]


def _published(
    results: list[Any], repo: Any, revisions: Mapping[str, int], lineages: list[Lineage]
) -> list[tuple[Lineage, list[Any]]]:
    """Asv's results for each branch, of a range of commits those in it; that limits the branches too."""
    commits = {result.commit_hash for result in results}
    outside = repo.get_revisions(commits).keys() - revisions.keys()
    if outside:  # what has a tag is among asv's revisions, whatever the range is
        inside = commits - outside - set(repo.get_tags().values())
        for lineage in lineages:
            lineage.limit(inside, outside)
    return [(lineage, [each for each in results if each.commit_hash not in outside]) for lineage in lineages]


def _ledger(configuration: Configuration) -> str | Path | None:
    """Where the ledger is; None if there is none. Raises ConfigurationError for one that was named."""
    named = os.environ.get("LOADLEDGER_LEDGER") or None
    place = configuration.places(ledger=named).ledger
    url = url_of(place)
    if url.get_backend_name() != "sqlite" or Path(url.database or "").is_file():
        return place
    if named or configuration.ledger:
        who = "LOADLEDGER_LEDGER" if named else configuration.source
        raise ConfigurationError(f"there is no ledger {place}, which {who} names")
    return None
