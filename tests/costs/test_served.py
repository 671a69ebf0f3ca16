"""What databases count of statements, between windows."""

import pytest

from suite import System
from suite.costs.served import ServedStatements
from suite.records.costs import DatabaseStatement, ServedStatement
from suite.records.reason import Reason


class Database(System):
    """One that counts `counted`, and explains what begins with select."""

    def __init__(self):
        super().__init__()
        self.counted = {}

    def statements(self):
        if self.counted is None:
            raise OSError("no such extension")
        return dict(self.counted)

    def explained(self, statement):
        if "missing" in statement:
            raise OSError("no such table")
        return f"Scan\n  of {statement}"


@pytest.fixture
def served():
    return ServedStatements({"store": Database(), "cache": System()})


def window(served, **counted):
    store = served.helpers["store"]
    served.begin()
    for text, more in counted.items():
        before = store.counted.get(text.replace("_", " "), (0, 0, 0))
        store.counted[text.replace("_", " ")] = ServedStatement(*map(sum, zip(before, more, strict=True)))
    served.end()


def test_statements_are_told_per_operation_those_that_look_at_most_blocks_first(served):
    window(served, select_1=(900, 900, 900))
    window(served, select_1=(20, 40, 60), insert_missing=(10, 10, 90), begin=(10, 0, 0))
    window(served, select_1=(20, 40, 60))
    assert served.statements(10) == (
        DatabaseStatement("store", "select ?", 2.0, 4.0, 6.0, ("Scan", "  of select 1")),
        DatabaseStatement(
            "store", "insert missing", 0.5, 0.5, 4.5, why=Reason("not_explained", {"error": "no such table"})
        ),
    )


def test_five_are_explained(served):
    window(served, **{f"select_{name}": (1, 1, 9 - at) for at, name in enumerate("abcdefg")})
    assert [one.plan is not None for one in served.statements(1)] == [True] * 5 + [False] * 2


def test_a_window_that_is_forgotten_does_not_count(served):
    window(served, select_1=(20, 40, 60))
    window(served, select_1=(900, 900, 900))
    served.forget()
    assert [one.sent for one in served.statements(10)] == [2.0]


def test_where_nobody_counts_nothing_is_told():
    served = ServedStatements({"cache": System()})
    served.begin()
    served.end()
    assert served.statements(10) is None
    assert served.notes == []


def test_a_database_that_can_not_count_says_why_once(served):
    served.helpers["store"].counted = None
    for _ in range(2):
        served.begin()
        served.end()
    assert served.statements(10) is None
    figures = {"helper": "store", "error": "no such extension"}
    assert served.notes == [Reason("no_statement_statistics", figures)]
