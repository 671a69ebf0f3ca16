"""Every message that ends a command is raised by a test, and says what would mend it."""

from __future__ import annotations

import ast
import re
import sqlite3
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import multiprocess
import pytest

from suite import Command, Component, Metric, Remote, User, Workload, closed_loop, operation
from suite.ab.profile import _recorded
from suite.clients import Timeouts
from suite.compare.primary import check_metrics
from suite.contract.server import run_server
from suite.data.ct import ct
from suite.data.user_rows import rows
from suite.engine.live_round import LiveRound
from suite.errors import ConfigurationError, StoreError, SuiteError, SystemFailed
from suite.ledger.store import Ledger
from suite.measure.column_file import ColumnFile
from suite.measure.stamped_rows import stamp
from suite.records.row import Row

HERE = Path(__file__).parent
KINDS = {
    "Ambiguous", "ConfigurationError", "ConfigurationError.of", "MissingExtra", "StoreError", "SuiteError",
    "SystemFailed", "WorkerFailed",
}  # fmt: skip


def raised() -> Iterator[tuple[str, ast.expr]]:
    """Where, and with what message, errors are raised that end a command."""
    for path in sorted((HERE.parent / "suite").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "raise " not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            error = node.exc if isinstance(node, ast.Raise) else None
            if isinstance(error, ast.Call) and ast.unparse(error.func) in KINDS and error.args:
                yield str(path.relative_to(HERE.parent / "suite")), error.args[0]


_TELLING = 5
"""Letters of two words that say anything at all."""


def words_of(text: str) -> list[str]:
    return re.findall(r"[\w'-]+", text)


def pairs_of(message: ast.expr) -> set[str]:
    """Words that follow one another in what is ours of a message; none where others are passed on."""
    texts = [
        one.value for one in ast.walk(message) if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]
    pairs = {" ".join(pair) for text in texts for pair in pairwise(words_of(text))}
    return {pair for pair in pairs if len(pair) > _TELLING}


def test_every_message_is_raised_by_a_test() -> None:
    """Two words in a row of what it says stand in a test, as somebody looks for them there."""
    tests = (path.read_text(encoding="utf-8") for path in HERE.rglob("*.py"))
    known = " ".join(words_of(re.sub(r"\\(.)", r"\1", " ".join(tests))))
    found = [(place, ast.unparse(message), pairs_of(message)) for place, message in raised()]
    assert len(found) > 150
    missing = [(place, text) for place, text, pairs in found if pairs and not any(p in known for p in pairs)]
    assert missing == []


class Idle(User):
    """Does nothing."""

    @operation
    async def turn(self) -> None:
        pass


def _csv(folder: Path) -> object:
    (folder / "users.csv").write_text('name\n"ada\n')
    return rows(folder / "users.csv").table


def _foreign(folder: Path) -> object:
    connection = sqlite3.connect(folder / "other.db")
    connection.execute("CREATE TABLE shop (name TEXT)")
    connection.close()
    return Ledger(folder / "other.db")


def _of_remote(_: Path) -> None:
    away = Workload("shop/away", Remote("shop:80"), Idle, loop=closed_loop(operations=1))
    check_metrics(["failures"], {}, away)


def _too_many(_: Path) -> None:
    here = Workload("shop/here", Component(object), Idle, loop=closed_loop(operations=1))
    check_metrics(["failures"] * 99, {}, here)


def _row(_: Path) -> object:
    return stamp(ColumnFile.create(), [Row("store", 0, 0, 1, "lost")], ())


def _unrecorded(folder: Path) -> object:
    sampler = SimpleNamespace(scratch=folder, take=lambda _side, _task: None)
    return _recorded(sampler, SimpleNamespace(title="base"), None, None)  # type: ignore[arg-type]


_OF_ONE_CLASS = SimpleNamespace(workload=SimpleNamespace(shares=lambda: [SimpleNamespace(weight=1.0)]))
MESSAGES: list[tuple[Callable[[Path], Any], type[SuiteError], str]] = [
    (lambda _: Command([]), ConfigurationError, "Command needs a program to run"),
    (lambda _: Timeouts(send=0), ConfigurationError, "timeout send=0: give a time above 0, or None"),
    (
        lambda _: Metric("fps", better="more"),  # type: ignore[arg-type]
        ConfigurationError,
        "metric 'fps': better must be 'lower', 'higher' or 'none'",
    ),
    (
        lambda _: Metric("fps", combine="mean"),  # type: ignore[arg-type]
        ConfigurationError,
        "metric 'fps': combine must be 'max', 'min', 'median' or 'sum'",
    ),
    (
        lambda _: run_server(multiprocess.Pipe()[0], lambda: Remote("h:1")),
        ConfigurationError,
        "is not a Server",
    ),
    (lambda _: ct(5), ConfigurationError, "a CT instance has 3 kB to 2 GB, not 5 bytes"),
    (_csv, ConfigurationError, "users.csv is not CSV"),
    (
        lambda _: LiveRound.resize(_OF_ONE_CLASS, -1),  # type: ignore[arg-type]
        ConfigurationError,
        "there can't be -1 users; give a whole number from 0 on",
    ),
    (lambda _: Ledger("sqlite://"), ConfigurationError, "a ledger needs a file; give its path"),
    (lambda _: Ledger("mysql+nothing://h/d"), ConfigurationError, "no driver for mysql"),
    (_foreign, StoreError, "is a database of something else, not a ledger; choose another one"),
    (_of_remote, ConfigurationError, "shop/away runs elsewhere: it is the same for both commits"),
    (_too_many, ConfigurationError, "metrics can decide, not 99; name fewer with --metric"),
    (_unrecorded, SystemFailed, "base: memray has recorded nothing"),
    (_row, ConfigurationError, "collect: 'lost' is no outcome; use ok, rejected"),
]


@pytest.mark.parametrize(("provoke", "kind", "words"), MESSAGES, ids=[words for *_, words in MESSAGES])
def test_what_no_other_test_raises(
    tmp_path: Path, provoke: Callable[[Path], Any], kind: type[SuiteError], words: str
) -> None:
    with pytest.raises(kind) as caught:
        provoke(tmp_path)
    assert words in str(caught.value)
