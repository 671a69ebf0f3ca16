"""The backend by hand: what can't work ends with one line."""

import pytest
from sqlalchemy import create_engine, inspect
from typer.testing import CliRunner

from suite.reference.api.__main__ import app


def ended(*words):
    """How the command ended: 0, or the line that it ended with."""
    result = CliRunner().invoke(app, words)
    if isinstance(result.exception, SystemExit) and isinstance(result.exception.code, str):
        return result.exception.code
    return result.exit_code or str(result.exception or "") or 0


def test_migrations_are_applied_by_hand(tmp_path):
    assert "no schema yet; apply the migrations" in ended("serve", "--directory", str(tmp_path))
    assert ended("migrate", "--directory", str(tmp_path)) == 0
    engine = create_engine(f"sqlite:///{tmp_path}/api.db")
    assert "sessions" in inspect(engine).get_table_names()
    engine.dispose()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("migrate", "--database", "mysql://me:secret@host/x"), "is none that this backend knows"),
        (("migrate", "--database", "postgresql://me:secret@127.0.0.1:1/x"), "127.0.0.1:1/x can't be used"),
        (("serve", "--directory", "{folder}", "--processes", "2"), "give them a Redis"),
        (("serve", "--directory", "{folder}", "--rate-kind", "sliding"), "rate_kind is fixed or moving"),
        (("serve", "--directory", "{folder}", "--pool-size", "0"), "pool_size is a whole number from 1"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[-1].partition(":")[0],
)
def test_what_can_not_work_is_told_in_a_line(tmp_path, words, told):
    line = ended(*(word.format(folder=tmp_path) for word in words))
    assert told in line
    assert "\n" not in line
    assert "secret" not in line
