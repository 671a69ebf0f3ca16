"""Requests that are answered together: a queue with a limit, batches, one thread that works them off."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")


class QueueFull(Exception):
    """As many requests wait as may: come again later."""


class Batcher(Generic[Q, A]):
    """Hands requests to `answer`, up to `most` at a time, in a thread of its own: the event loop goes on.

    A batch is what waits when the one before is done, so that one request alone waits for nobody and many are
    answered together. Up to `limit` wait; whoever gives up is not in a later batch. `sizes` counts batches by
    their size. If `answer` raises, each request of the batch is tried alone, so that only the guilty
    hear of it.
    """

    def __init__(
        self, answer: Callable[[Sequence[Q]], Sequence[A]], *, most: int = 8, limit: int = 32
    ) -> None:
        if most < 1 or limit < 1:
            raise ValueError(f"batches of up to {most}, a queue of up to {limit}: at least 1 of each")
        self._answer = answer
        self._most, self._limit = most, limit
        self._queue: deque[tuple[Q, asyncio.Future[A]]] = deque()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="batches")
        self._working: asyncio.Task[None] | None = None
        self.sizes: Counter[int] = Counter()

    async def ask(self, request: Q) -> A:
        """Its answer. Raises QueueFull past the limit, and what `answer` raises for it."""
        waiting = sum(not future.done() for _, future in self._queue)
        if waiting >= self._limit:
            raise QueueFull(f"{self._limit} requests wait")
        future: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._queue.append((request, future))
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work_off())
        return await future

    def close(self) -> None:
        """End the thread, after the batch that it is at."""
        self._thread.shutdown()

    async def _work_off(self) -> None:
        while batch := self._next():
            self.sizes[len(batch)] += 1
            try:
                answers = await self._answered([request for request, _ in batch])
            except Exception as error:  # noqa: BLE001 - whatever it is, it is who asked that hears of it
                if len(batch) == 1:
                    _fail(batch[0][1], error)
                else:
                    await self._one_by_one(batch)
                continue
            for (_, future), answer in zip(batch, answers, strict=True):
                if not future.done():
                    future.set_result(answer)

    async def _one_by_one(self, batch: Sequence[tuple[Q, asyncio.Future[A]]]) -> None:
        for request, future in batch:
            try:
                (answer,) = await self._answered([request])
            except Exception as error:  # noqa: BLE001 - whatever it is, it is who asked that hears of it
                _fail(future, error)
            else:
                if not future.done():
                    future.set_result(answer)

    async def _answered(self, requests: Sequence[Q]) -> Sequence[A]:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._answer, requests)

    def _next(self) -> list[tuple[Q, asyncio.Future[A]]]:
        """Up to `most` requests that somebody still waits for."""
        batch: list[tuple[Q, asyncio.Future[A]]] = []
        while self._queue and len(batch) < self._most:
            one = self._queue.popleft()
            if not one[1].done():
                batch.append(one)
        return batch


def _fail(future: asyncio.Future[A], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
