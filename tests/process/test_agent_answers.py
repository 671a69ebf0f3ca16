"""What a system says or writes in the place of our agent in it harms no more than what is measured there."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from suite.process.agent_answers import Bill, Changes, Counts, EnvironmentChange, Filling
from suite.process.injection import Injection

MARK = {"blocks": 3, "malloc": None, "caches": [[1, 2, 3]]}
BILL = {
    "calls": [[2, "f", "a.py", 1]],
    "c_calls": [[1, "f", "a.py", 1, "len"]],
    "statements": {"texts": ["SELECT 1"], "stacks": [[["f", "a.py", 1]]], "sent": [[5, 0, 0]]},
}
CHANGES = {"at": 1.5, "changes": [[10, 1, 16, [["a.py", 1]]]]}
ODD = [None, 7, "x", [], {}, [1], [[]], [[1, 2, 3, 4, 5, 6]], {"a": 1}, True, 1e300, 10**40]
NO_OBJECTS = [b"", b"[]", b"null", b"7", b'"x"', b"[" * 4000, b"{", b"\xff", b'{"at": NaN}', b"1" * 4096]


@contextmanager
def answering(folder: Path, answer: bytes) -> Iterator[None]:
    """This process's agent is one that says `answer`, whatever it is asked."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(folder / f"{os.getpid()}.sock"))
    listener.listen()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(64)
            connection.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield
    finally:
        thread.join()
        listener.close()


def variants(whole: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """`whole` with something odd in each of its places, however deep."""
    for name, value in whole.items():
        yield {other: one for other, one in whole.items() if other != name}
        yield from ({**whole, name: odd} for odd in ODD if odd != value)
        if isinstance(value, dict):
            yield from ({**whole, name: each} for each in variants(value))
        if isinstance(value, list) and value and isinstance(value[0], list):
            row = value[0]
            for at in range(len(row)):
                yield from ({**whole, name: [[*row[:at], odd, *row[at + 1 :]]]} for odd in ODD)


def test_an_agent_is_understood(tmp_path: Path) -> None:
    me = os.getpid()
    with answering(tmp_path, json.dumps(MARK).encode()):
        assert Injection(tmp_path).mark([me]) == {me: Counts(3, None, (Filling(1, 2, 3),))}
    (tmp_path / "7.bill").write_text(json.dumps(BILL))
    line = json.dumps(CHANGES)
    (tmp_path / "7.objects").write_text(f"{line}\n{line}\nbroken off")
    (tmp_path / "memray.7").touch()
    agents = Injection(tmp_path)
    bill = Bill(
        [(2, "f", "a.py", 1)], [(1, "f", "a.py", 1, "len")], ["SELECT 1"], [[("f", "a.py", 1)]], [(5, 0, 0)]
    )
    assert agents.bills() == {7: bill}
    assert agents.bills() == {}
    assert agents.objects() == {7: [Changes(1.5, (EnvironmentChange(10, 1, 16, (("a.py", 1),)),))] * 2}
    assert agents.recordings() == {7: tmp_path / "memray.7"}


@pytest.mark.parametrize("answer", NO_OBJECTS, ids=range(len(NO_OBJECTS)))
def test_an_answer_of_another_shape_is_none(tmp_path: Path, answer: bytes) -> None:
    """`suite leaks` and `costs` ended with an error of ours."""
    me = os.getpid()
    with answering(tmp_path, answer):
        assert Injection(tmp_path).mark([me]) == {me: "its agent has no answer"}
    (tmp_path / f"{me}.sock").unlink()
    with answering(tmp_path, answer):
        assert list(Injection(tmp_path).stop([me])) == [me]


def test_a_mark_with_anything_in_its_place_is_counts_or_none(tmp_path: Path) -> None:
    me, found = os.getpid(), list[Counts | str]()
    for odd in variants(MARK):
        with answering(tmp_path, json.dumps(odd).encode()):
            found += Injection(tmp_path).mark([me]).values()
        (tmp_path / f"{me}.sock").unlink()
    told = [one for one in found if isinstance(one, Counts)]
    assert all(-(1 << 63) < (one.malloc or 0) + one.blocks < 1 << 63 for one in told)
    assert found.count("its agent has no answer") == len(found) - len(told) > 40


def test_a_bill_with_anything_in_its_place_is_a_bill_or_none(tmp_path: Path) -> None:
    agents, refused = Injection(tmp_path), 0
    for odd in variants(BILL):
        (tmp_path / "7.bill").write_text(json.dumps(odd))
        for bill in agents.bills().values():
            assert all(
                0 <= text < len(bill.texts) and 0 <= at < len(bill.stacks) for _, text, at in bill.sent
            )
            break
        else:
            refused += 1
    assert refused > 150


def test_changes_with_anything_in_their_place_are_changes_or_none(tmp_path: Path) -> None:
    agents, refused = Injection(tmp_path), 0
    for odd in variants(CHANGES):
        (tmp_path / "7.objects").write_text(json.dumps(odd) + "\n")
        refused += agents.objects() == {7: []}
    assert refused > 60


@pytest.mark.parametrize("kind", ["pipe", "folder", "link"])
@pytest.mark.parametrize("name", ["7.bill", "7.objects", "memray.7", "memray.x7", "x.bill", "\u0667.bill"])
def test_what_is_no_file_of_an_agent_is_passed_over(tmp_path: Path, kind: str, name: str) -> None:
    """A pipe in the place of what changed was waited for; a folder in that of a bill ended the command."""
    path = tmp_path / name
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero")
    agents = Injection(tmp_path)
    assert (agents.bills(), agents.objects(), agents.recordings()) == ({}, {}, {})
