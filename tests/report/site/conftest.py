"""A published site, made once."""

from types import SimpleNamespace

import pytest
from support import published


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A project with asv's results, a ledger, leaks and a capacity search, published."""
    folder = tmp_path_factory.mktemp("shop")
    commits = published.make_project(folder)
    published.add_asv_results(folder, commits)
    published.add_ledger(folder, commits)
    published.add_capacity(folder)
    said = published.publish(folder)
    assert said.returncode == 0, said.stdout + said.stderr
    site = folder / "results" / "site"
    return SimpleNamespace(
        folder=folder, commits=commits, site=site, pages=site / "loadledger", said=said.stdout + said.stderr
    )


@pytest.fixture
def place(tmp_path):
    """Where a ledger would be."""
    return tmp_path / "ledger.db"
