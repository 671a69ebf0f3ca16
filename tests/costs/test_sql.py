"""Statements without their values."""

import pytest

from suite.costs.sql import controls, normalised


@pytest.mark.parametrize(
    ("statement", "wanted"),
    [
        ("SELECT  a\n FROM t WHERE id = 17;", "SELECT a FROM t WHERE id = ?"),
        ("select 'it''s', -1.5e3, x1 from t2", "select ?, ?, x1 from t2"),
        (
            "SELECT a FROM t WHERE id = $1::INTEGER OR b = $12",
            "SELECT a FROM t WHERE id = ?::INTEGER OR b = ?",
        ),
        ("select * from t where a = %s and b = %(name)s", "select * from t where a = ? and b = ?"),
        ("select a::text from t where b = :name", "select a::text from t where b = ?"),
        ("select a from t where id in (1, 2,3)", "select a from t where id in (?)"),
        ("insert into t (a, b) values (1, 'x'), (2, 'y')", "insert into t (a, b) values (?)"),
        ("INSERT INTO t (a) VALUES ($1::VARCHAR, $2::INTEGER)", "INSERT INTO t (a) VALUES (?)"),
        ("select count(*) from t", "select count(*) from t"),
        (
            r"select a from t where b = E'it\'s', c = 'C:\' and d = 'x'",
            "select a from t where b = ?, c = ? and d = ?",
        ),
        ("select $$it's$$, $q$a $$ b$q$ from t where a = $1", "select ?, ? from t where a = ?"),
    ],
)
def test_values_are_left_out(statement, wanted):
    assert normalised(statement) == wanted
    assert normalised(wanted) == wanted


@pytest.mark.parametrize(
    ("statement", "does"), [("BEGIN", True), (" commit;", True), ("savepoint x", True), ("select 1", False)]
)
def test_what_only_begins_and_ends_transactions_is_known(statement, does):
    assert controls(statement) is does
