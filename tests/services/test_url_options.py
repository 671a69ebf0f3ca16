"""Options in the URL of a PostgreSQL."""

import pytest

from suite.services.url_options import foreign_options

pytest.importorskip("psycopg")


@pytest.mark.parametrize(
    ("query", "foreign"),
    [
        ("", []),
        ("?sslmode=require&connect_timeout=3&ssl=true", []),
        ("?pasword=hunter2&sslmode=require&w%20d=x", ["pasword", "w d"]),
        ("?bare", []),
    ],
)
def test_options_that_there_are_not_are_named_without_their_values(query, foreign):
    assert foreign_options(f"postgresql://u:p@h/db{query}") == foreign
