"""Leaks of small Python objects, which CPython takes from freelists, beside code that fills and empties
these lists. Does a window of operations for each line that it reads, in a forked child too."""

import asyncio
import os
import socket
import sys
import time
from collections import OrderedDict

SIZE = 100
DICTS, NAMED, FLOATS, LISTS, TUPLES, BYTES, INSTANCES, CHILDS = ([] for _ in range(8))
TASKS, CACHE = set(), OrderedDict()
LOOP = asyncio.new_event_loop()


def a_dict():
    DICTS.append({"at": time.time()})


def a_dict_by_name():
    NAMED.append(dict(at=time.time()))  # noqa: C408


def a_float():
    FLOATS.append(time.time())


def a_list():
    LISTS.append([None])


def a_tuple():
    TUPLES.append((TASKS, None))


def some_bytes():
    BYTES.append(bytes(60))


class Slotted:
    __slots__ = ("first", "second")


def an_instance():
    INSTANCES.append(Slotted())


class Node:
    __slots__ = ("after",)

    def __init__(self, after):
        self.after = after


HEAD = None


def a_node():
    global HEAD
    HEAD = Node(HEAD)


async def waits():
    await LOOP.create_future()


def a_task():
    TASKS.add(LOOP.create_task(waits()))
    LOOP.run_until_complete(asyncio.sleep(0))


def a_bounded_cache(number):
    CACHE[number] = {"at": time.time(), "size": [number]}
    if len(CACHE) > 150:
        CACHE.popitem(last=False)


def in_a_child():
    CHILDS.append({"at": time.time()})


def churn():
    """Makes and frees a few of each, so that the next ones come from a freelist."""
    kept = [({"at": time.time()}, dict(at=1.5), [None], (number, None), Slotted()) for number in range(5)]  # noqa: C408
    return len(kept)


def operation(number):
    churn()
    a_dict()
    a_dict_by_name()
    a_float()
    a_list()
    a_tuple()
    some_bytes()
    an_instance()
    a_node()
    a_task()
    a_bounded_cache(number)


def child(tasks):
    while tasks.recv(1):
        for _ in range(SIZE):
            churn()
            in_a_child()
        tasks.send(b"d")


def main():
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        child(theirs)
        os._exit(0)
    say("ready")
    say(pid)
    for window, _ in enumerate(sys.stdin):
        ours.send(b"g")
        for number in range(SIZE):
            operation(SIZE * window + number)
        ours.recv(1)
        say("done")


def say(word):
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


main()
