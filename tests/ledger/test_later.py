"""The command that brings documents into a ledger which could not take them."""

import shlex
from pathlib import Path

import pytest

from suite.ledger.later import brought_in_by

DOCUMENT = Path("results/runs/a b.json")


@pytest.mark.parametrize(
    ("ledger", "words"),
    [
        (Path("results/ledger.db"), []),
        (Path("elsewhere/ledger.db"), ["--ledger", "elsewhere/ledger.db"]),
        ("postgresql://me@there/db", ["--ledger", "postgresql+psycopg://me@there/db"]),
    ],
)
def test_it_can_be_entered_as_it_is(ledger, words):
    """In a folder of results of its own it had named no ledger: the documents went into the usual one."""
    assert shlex.split(brought_in_by([DOCUMENT], ledger)) == ["suite", "import", str(DOCUMENT), *words]


def test_a_password_is_told_to_be_put_in():
    """A command that had *** for it could not be entered."""
    said = brought_in_by([DOCUMENT], "postgresql://me:hush@there/db")
    assert "hush" not in said
    assert said.endswith("me:***@there/db', with what is secret in place of ***")
