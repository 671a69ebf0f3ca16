"""The backend by hand: what can't work ends with one line."""

import pytest
from typer.testing import CliRunner

from suite.reference.hotel.__main__ import app


@pytest.mark.parametrize(
    ("database", "told"),
    [
        ("mysql://me:secret@host/x", "the database is a PostgreSQL; write it like postgresql://"),
        ("postgresql://me:secret@127.0.0.1:1/x", "the database 127.0.0.1:1 can't be used"),
        ("postgresql://me:secret@host:port/x", "the database is a PostgreSQL"),
    ],
    ids=["mysql", "away", "no port"],
)
def test_what_can_not_work_is_told_in_a_line(database, told):
    result = CliRunner().invoke(app, ["--database", database, "--cache", "redis://127.0.0.1:1/0"])
    assert isinstance(result.exception, SystemExit)
    line = str(result.exception.code)
    assert line.startswith(f"hotel: {told}")
    assert "\n" not in line
    assert "secret" not in line
