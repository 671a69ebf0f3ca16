"""`suite gate --confirm`: what is accused is measured again, shown and kept as `suite ab` does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from suite.ab.confirmation import Confirmation
from suite.ab.repository import Repository
from suite.commands.output import Output
from suite.commands.progress import Turns
from suite.compare.compared import Compared
from suite.config.file import Configuration
from suite.config.gate import Budget
from suite.report.terminal.compare import print_accused


def confirmed_in_turns(
    out: Output,
    compared: Compared,
    configuration: Configuration,
    budget: Callable[[str], Budget],
    results: Path,
) -> Compared:
    """`compared` as it is when turns have decided on what it accuses. Raises as `compare_commits`."""
    if next(compared.changes("regression"), None) is None:
        return compared
    repository = Repository(Path.cwd(), results)
    confirmation = Confirmation.of(compared, configuration, budget, repository)
    if not confirmation.metrics:
        return compared
    if confirmation.experiment is not None:
        print_accused(out.console, compared)
    with Turns(out, results, configuration.files, told=False) as turns:
        return confirmation.measured(compared, repository, out.folder / "envs", turns)
