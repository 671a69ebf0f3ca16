"""Orders that a worker hears while load runs: other users, more starts, to tell, to stop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import traceback
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection

from suite.engine.live_users import LiveUsers
from suite.engine.worker_request import Step, WorkerReply, WorkerRequest


@contextlib.contextmanager
def hearing(
    pipe: Connection,
    groups: Sequence[LiveUsers],
    told: Callable[[Step], WorkerReply],
    stopped: Sequence[Callable[[], None]] = (),
) -> Iterator[None]:
    """Obey what comes by `pipe`. A change of users has one number for each of `groups`, and is answered, by
    what is `told` then, when it is done. Where users can't change `stopped` are called to stop.
    """
    loop, changes = asyncio.get_running_loop(), set[asyncio.Task[None]]()

    async def resize(users: Sequence[int]) -> None:
        try:
            await asyncio.gather(*(group.resize(n) for group, n in zip(groups, users, strict=True)))
        except Exception:
            pipe.send(WorkerReply("resize", fault=traceback.format_exc().rstrip(), at_fault="worker"))
        else:
            pipe.send(told("resize"))

    def hear() -> None:
        order: WorkerRequest = pipe.recv()
        if order.step == "stop":
            for stop in (*(group.stop for group in groups), *stopped):
                stop()
            return
        if order.step == "schedule":
            for group, starts in zip(groups, order.starts, strict=True):
                group.schedule(starts)
            return
        if order.step == "tell":
            pipe.send(told("tell"))
            return
        change = asyncio.create_task(resize(order.users))
        changes.add(change)
        change.add_done_callback(changes.discard)

    loop.add_reader(pipe.fileno(), hear)
    os.set_blocking(pipe.fileno(), True)  # the loop has changed that; orders are read whole
    try:
        yield
    finally:
        loop.remove_reader(pipe.fileno())
        for change in changes:
            change.cancel()
