"""Virtual users: which operations they have, how nested ones are recorded, what they report."""

import asyncio
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from suite import User, operation
from suite.contract.user import Operation, nested_row
from suite.errors import ConfigurationError


class Reader(User):
    @operation
    async def look(self) -> str:
        """Look around."""
        return "seen"

    @operation(weight=3, tags={"read"}, think="10ms")
    async def read(self, page: int = 1) -> int:
        return page


class Writer(Reader):
    @operation(weight=0, tags="write")
    async def write(self) -> None:
        raise ValueError("no paper")

    @operation(weight=2)
    async def look(self) -> str:
        return "seen by a writer"

    @operation
    async def both(self) -> tuple[str, int]:
        return await self.look(), await self.read(7)


class Retired(Writer):
    read = None  # type: ignore[assignment]


class Notes:
    """A recorder that only remembers."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.ended: list[tuple[int, str | None]] = []

    def begin(self, operation: str) -> int:
        self.begun.append(operation)
        return len(self.begun) - 1

    def end(self, row: int, error: BaseException | None) -> None:
        self.ended.append((row, type(error).__name__ if error else None))


def test_operations_in_order_with_those_of_base_classes_first() -> None:
    assert [o.name for o in Reader.operations()] == ["look", "read"]
    assert [o.name for o in Writer.operations()] == ["look", "read", "write", "both"]
    assert [o.weight for o in Writer.operations()] == [2, 3, 0, 1]
    assert [o.name for o in Retired.operations()] == ["look", "write", "both"]
    assert User.operations() == ()


def test_what_an_operation_knows_of_itself() -> None:
    look, read = Reader.operations()
    assert (look.weight, look.tags, look.think, look.is_async) == (1, frozenset(), None, True)
    assert (read.tags, read.think) == (frozenset({"read"}), 0.01)
    assert Writer.operations()[2].tags == {"write"}, "one tag as text is one tag"
    assert look.__doc__ == "Look around."
    assert isinstance(Reader.look, Operation)


def test_a_negative_weight_is_refused() -> None:
    async def body(user: User) -> None: ...

    with pytest.raises(ConfigurationError, match="weight"):
        operation(weight=-1)(body)


def test_operations_can_be_called_without_a_worker() -> None:
    assert asyncio.run(Writer().both()) == ("seen by a writer", 7)
    assert asyncio.run(Reader().read(page=3)) == 3


def test_operations_awaited_by_operations_are_recorded() -> None:
    user, notes = Writer(), Notes()
    user._recorder = notes
    outer: Any = Writer.both
    asyncio.run(outer.body(user))
    assert notes.begun == ["look", "read"]
    assert notes.ended == [(0, None), (1, None)]
    with pytest.raises(ValueError, match="no paper"):
        asyncio.run(user.write())
    assert notes.ended[-1] == (2, "ValueError")


def test_plain_operations_are_recorded_too() -> None:
    class Plain(User):
        @operation
        def match(self, wanted: int) -> int:
            return 10 // wanted

    user, notes = Plain(), Notes()
    assert user.match(5) == 2
    user._recorder = notes
    assert user.match(2) == 5
    with pytest.raises(ZeroDivisionError):
        user.match(0)
    assert notes.ended == [(0, None), (1, "ZeroDivisionError")]
    assert not Plain.operations()[0].is_async


def test_values_kept_are_lines_of_json(tmp_path: Path) -> None:
    user = User()
    user.keep("nowhere")  # outside of a round this is no fault
    path = tmp_path / "kept"
    user._kept = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    user.keep({"uid": "1.2", "text": "line\nbreak"})
    user.keep([1, None])
    os.close(user._kept)
    assert [json.loads(line) for line in path.read_text().splitlines()] == [
        {"uid": "1.2", "text": "line\nbreak"},
        [1, None],
    ]


def test_statuses_are_counted_under_the_operation_that_runs() -> None:
    user = User()
    user.saw("200")  # outside of a round this is no fault
    user._statuses = Counter()
    user._operation = "browse"
    user.saw("200")
    user.saw("200")
    user._operation = "buy"
    user.saw("429")
    assert user._statuses == {("browse", "200"): 2, ("buy", "429"): 1}


class Speaker(User):
    """Notes in which nested operation it was, whatever runs beside it."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, int]] = []

    async def note(self, word: str) -> None:
        await asyncio.sleep(0)
        self.seen.append((word, await self.row()))

    async def row(self) -> int:
        return nested_row()

    @operation(weight=0)
    async def listen(self) -> None:
        await self.note("listen")
        await self.note("listen")

    @operation(weight=0)
    async def talk(self) -> None:
        await self.note("talk")
        await self.listen()
        await self.note("talk")

    @operation
    async def call(self) -> None:
        await self.note("call")
        await asyncio.gather(self.listen(), self.talk())
        await self.note("call")


def test_no_more_than_a_thousand_statuses_are_told_apart() -> None:
    """A peer may say something else in each answer."""
    user = User()
    user._operation, user._statuses = "browse", Counter()
    for index in range(5000):
        user.saw(f"ERR {index}")
    user.saw("ERR 7")
    assert len(user._statuses) == 1001
    assert (user._statuses["browse", "others"], user._statuses["browse", "ERR 7"]) == (4000, 2)


def test_the_innermost_nested_operation_is_known_also_of_several_at_a_time() -> None:
    user = Speaker()
    user._recorder = notes = Notes()
    asyncio.run(Speaker.call.body(user))
    assert notes.begun == ["listen", "talk", "listen"]
    assert sorted(user.seen) == [
        ("call", -1), ("call", -1), ("listen", 0), ("listen", 0), ("listen", 2), ("listen", 2),
        ("talk", 1), ("talk", 1),
    ]  # fmt: skip


def test_what_arrives_is_told_with_what_came_before_it() -> None:
    user, told = User(), list[tuple[int, int]]()
    user.arrived()  # nobody asks

    def tell(since: int, at: int) -> int:
        told.append((since, at))
        return at

    user._marker = tell
    user.arrived()
    user.arrived()
    assert (told[0][0], told[1][0]) == (0, told[0][1])


def test_an_operation_that_yields_is_refused() -> None:
    """Nothing of it was done, and a thousand of them were well within a millisecond."""

    def plain(_user: User) -> Any:
        yield

    async def awaited(_user: User) -> Any:
        yield

    for body in (plain, awaited):
        with pytest.raises(ConfigurationError, match=f"operation {body.__name__} has a yield"):
            operation(body)
