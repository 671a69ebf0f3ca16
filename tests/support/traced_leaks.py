"""Leaks of many kinds at once, and memory that is none: caches, cycles, what is freed again."""

import functools
import json
import sys
import threading
from collections import OrderedDict

import numpy as np
from traced_marks import recording, windows

HUNDRED, KILO, TEN, ARRAYS, ONES, PARSED, LAMBDAS, WRAPPED, THREADS, SPREAD = ([] for _ in range(10))
LATE, FULL = OrderedDict(), OrderedDict()


def hundred_bytes():
    HUNDRED.append(bytes(100 - sys.getsizeof(b"")))


class Store:
    items = KILO

    def put_kilobyte(self):
        self.items.append(bytes(1000))


def ten_kilobytes():
    TEN.append(bytearray(10_000))


def an_array():
    ARRAYS.append(np.zeros(500))


def ones_of_a_library():
    ONES.append(np.ones(300))


def parsed_by_python():
    PARSED.append(json.loads('"' + 700 * "a" + '"'))


def wrapping(function):
    @functools.wraps(function)
    def inner():
        return function()

    return inner


@wrapping
def wrapped():
    WRAPPED.append(bytes(3000))


in_a_lambda = lambda: LAMBDAS.append(bytes(2000))  # noqa: E731


def in_a_thread():
    THREADS.append(bytes(1500))


def spread(depth):
    """Known by one function, but hardly twice by the same stack."""
    if depth:
        spread(depth - 1)
    else:
        SPREAD.append(bytes(400))


def remember(cache, number, most):
    """Bounded: the oldest goes."""
    cache[number] = bytes(2500)
    if len(cache) > most:
        cache.popitem(last=False)


def filling_early(number):
    remember(LATE, number, 150)


def full_from_before(number):
    remember(FULL, -number - 1, 1000)


class Cycle:
    def __init__(self):
        self.itself = self
        self.payload = bytes(4000)


def cycles():
    Cycle()


def operation(number):
    hundred_bytes()
    Store().put_kilobyte()
    ten_kilobytes()
    an_array()
    ones_of_a_library()
    parsed_by_python()
    wrapped()
    in_a_lambda()
    thread = threading.Thread(target=in_a_thread)
    thread.start()
    thread.join()
    spread(number % 90)
    filling_early(number)
    full_from_before(number)
    cycles()


if __name__ == "__main__":
    with recording(sys.argv[1]):
        for number in range(-1000, 0):
            full_from_before(number)
        windows(operation)
