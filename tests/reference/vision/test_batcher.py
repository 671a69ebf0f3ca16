"""Requests that are answered together."""

import asyncio
import threading

import pytest

from suite.reference.vision.batcher import Batcher, QueueFull


class Squares:
    """Squares numbers, when it may; refuses negative ones."""

    def __init__(self, *, held=False):
        self.batches = []
        self.gate = threading.Event()
        if not held:
            self.gate.set()

    def __call__(self, numbers):
        self.gate.wait(30)
        self.batches.append(list(numbers))
        if any(number < 0 for number in numbers):
            raise ValueError(f"no {min(numbers)}")
        return [number * number for number in numbers]


async def asked(batcher, *numbers):
    return await asyncio.gather(*(batcher.ask(number) for number in numbers), return_exceptions=True)


@pytest.fixture
def batched():
    made = []

    def make(answer, **options):
        made.append(Batcher(answer, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_what_waits_is_answered_together_and_each_gets_its_own(batched):
    squares = Squares()
    batcher = batched(squares, most=4, limit=20)
    assert asyncio.run(asked(batcher, *range(10))) == [number * number for number in range(10)]
    assert sum(batcher.sizes.elements()) == 10
    assert max(batcher.sizes) == 4
    assert [number for batch in squares.batches for number in batch] == list(range(10))


def test_one_alone_waits_for_nobody(batched):
    squares = Squares()
    batcher = batched(squares, most=4)
    assert [asyncio.run(asked(batcher, number)) for number in range(3)] == [[0], [1], [4]]
    assert batcher.sizes == {1: 3}


def test_past_the_limit_it_is_full_and_the_loop_goes_on(batched):
    squares = Squares(held=True)
    batcher = batched(squares, most=2, limit=3)

    async def crowd():
        first = asyncio.create_task(batcher.ask(9))
        while batcher._queue or not batcher.sizes:
            await asyncio.sleep(0)  # its batch has begun, and is held
        rest = [asyncio.create_task(batcher.ask(number)) for number in range(5)]
        await asyncio.sleep(0.01)
        done = [task for task in rest if task.done()]
        assert len(done) == 2
        assert all(isinstance(task.exception(), QueueFull) for task in done)
        squares.gate.set()
        return [await task for task in [first, *rest] if task not in done]

    assert asyncio.run(crowd()) == [81, 0, 1, 4]


def test_who_gives_up_is_in_no_batch_and_takes_no_place(batched):
    squares = Squares(held=True)
    batcher = batched(squares, most=4, limit=2)

    async def impatient():
        first = asyncio.create_task(batcher.ask(9))
        while batcher._queue or not batcher.sizes:
            await asyncio.sleep(0)
        gone = [asyncio.create_task(batcher.ask(number)) for number in (1, 2)]
        await asyncio.sleep(0)
        for task in gone:
            task.cancel()
        await asyncio.sleep(0)
        stays = asyncio.create_task(batcher.ask(3))
        await asyncio.sleep(0)
        squares.gate.set()
        return await first, await stays

    assert asyncio.run(impatient()) == (81, 9)
    assert squares.batches == [[9], [3]]


def test_only_who_is_to_blame_hears_of_an_error(batched):
    batcher = batched(Squares(), most=4)
    zero, error, four = asyncio.run(asked(batcher, 0, -1, 2))
    assert (zero, four) == (0, 4)
    assert isinstance(error, ValueError)
    assert asyncio.run(asked(batcher, 5)) == [25]


def test_sizes_below_one_are_refused(batched):
    for options in ({"most": 0}, {"limit": 0}):
        with pytest.raises(ValueError, match="at least 1 of each"):
            batched(Squares(), **options)
