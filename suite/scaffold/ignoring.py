"""Whether git would take results for files of the project."""

from __future__ import annotations

from pathlib import Path

from suite.git import git

RESULTS = "results"


def are_unsettled(root: Path) -> bool:
    """Whether git neither ignores results below `root` nor has any; False where there is no git."""
    if not git(root, "rev-parse", "--show-toplevel"):
        return False
    ignored = git(root, "check-ignore", f"{RESULTS}/ledger.db")
    return not ignored.text and not git(root, "ls-files", "--", RESULTS).text
