"""A small server whose memory does as it is told: stays clean, fills up to a bound, or leaks.

    python leaky.py --port 8000 --behaviour python --size 100

It answers "." to each "?". All bytes that it keeps are distinct and touched.
"""

import argparse
import asyncio
import collections
import ctypes
import itertools
import mmap
import multiprocessing
import os
import random
import signal
import socket
import sys
import threading
import time
from functools import partial
from types import SimpleNamespace

FRAME = 300_000
FRAMES = 200  # of a ring of 60 MB
_PIECES = 2_000
_WORKERS = 2

_remembered = []
_cache = collections.OrderedDict()
_seen = collections.deque()
_libc = ctypes.CDLL(None)
_libc.malloc.restype = ctypes.c_void_p
_libc.malloc.argtypes = [ctypes.c_size_t]


# What a request does; `held` is a list that lives as long as its connection.


def forget(held, size):
    os.urandom(size)


def tangle(held, size):
    """Garbage that only the collector of cycles frees."""
    knot: dict[str, object] = {"bytes": os.urandom(size)}
    knot["itself"] = knot


def cache_answer(held, size, entries):
    """A cache of the most recent answers: it fills, and then is full."""
    _cache[time.monotonic_ns()] = os.urandom(size)
    while len(_cache) > entries:
        _cache.popitem(last=False)


def store_frame(held, ring):
    ring.append(os.urandom(FRAME))


def overwrite_frame(held, ring, numbers):
    """The same in one piece of memory, asked for at the start and touched by the first lap."""
    start = next(numbers) % FRAMES * FRAME
    ring[start : start + FRAME] = os.urandom(FRAME)


def scatter(held, pieces, noise, dice):
    """Pieces of all sizes come and go: there are as many as ever, and holes between them."""
    short_lived = [_piece(noise, dice) for _ in range(100)]
    for piece in short_lived[::10]:
        pieces[dice.randrange(_PIECES)] = piece


def _piece(noise, dice):
    start = dice.randrange(len(noise) - 4096)
    return noise[start : start + dice.randrange(16, 4096)]


def remember_python(held, size):
    _remembered.append(os.urandom(size))


def remember_numpy(held, size, generator):
    _remembered.append(generator.integers(0, 256, size, dtype="u1"))


def remember_malloc(held, size):
    """Nothing in Python knows of this."""
    ctypes.memmove(_libc.malloc(size), os.urandom(size), size)


def remember_mmap(held, size):
    """Whole pages, from the kernel."""
    area = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    area.write(os.urandom(size))
    _remembered.append(area)


def remember_sometimes(held, size, dice):
    """On one request in a hundred."""
    if dice.random() < 0.01:
        _remembered.append(os.urandom(size))


def remember_in_connection(held, size):
    """Gone when the connection is."""
    held.append(os.urandom(size))


def note_caller(held, size):
    """State of a rate limit, as if each request had a caller of its own."""
    _seen.append((time.monotonic(), os.urandom(size)))


def note_caller_and_purge(held, size, ttl):
    """The same; the old goes when something new comes."""
    note_caller(held, size)
    _purge(ttl)


def _purge(ttl):
    while _seen and _seen[0][0] < time.monotonic() - ttl:
        _seen.popleft()


# What is there before the first request.


def _ring(options):
    return partial(store_frame, ring=collections.deque(maxlen=FRAMES))


def _area(options):
    area = mmap.mmap(-1, FRAMES * FRAME, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    return partial(overwrite_frame, ring=area, numbers=itertools.count())


def _fragmentation(options):
    dice, noise = random.Random(options.seed), os.urandom(1_000_000)
    pieces = [_piece(noise, dice) for _ in range(_PIECES)]
    return partial(scatter, pieces=pieces, noise=noise, dice=dice)


def _busy(options):
    dice = random.Random(options.seed)

    def batch():
        return [os.urandom(dice.randrange(2 * options.size)) for _ in range(dice.randrange(20))]

    def work():
        kept = [batch() for _ in range(100)]
        while True:
            kept[dice.randrange(len(kept))] = batch()
            time.sleep(0.001)

    threading.Thread(target=work, daemon=True).start()
    return partial(forget, size=options.size)


def _numpy(options):
    import numpy as np

    return partial(remember_numpy, size=options.size, generator=np.random.default_rng(options.seed))


def _sporadic(options):
    return partial(remember_sometimes, size=options.size, dice=random.Random(options.seed))


def _expiring_timer(options):
    def work():
        while True:
            time.sleep(options.ttl / 8)
            _purge(options.ttl)

    threading.Thread(target=work, daemon=True).start()
    return partial(note_caller, size=options.size)


BEHAVIOURS = {
    "clean": lambda options: partial(forget, size=options.size),
    "cycles": lambda options: partial(tangle, size=options.size),
    "cache-early": lambda options: partial(cache_answer, size=options.size, entries=100),
    "cache-late": lambda options: partial(cache_answer, size=options.size, entries=1_500),
    "ring": _ring,
    "ring-in-place": _area,
    "fragmentation": _fragmentation,
    "busy": _busy,
    "python": lambda options: partial(remember_python, size=options.size),
    "numpy": _numpy,
    "malloc": lambda options: partial(remember_malloc, size=options.size),
    "mmap": lambda options: partial(remember_mmap, size=options.size),
    "sporadic": _sporadic,
    "held": lambda options: partial(remember_in_connection, size=options.size),
    "expiring": lambda options: partial(note_caller_and_purge, size=options.size, ttl=options.ttl),
    "expiring-timer": _expiring_timer,
}


def behaving(behaviour, size=1_000, ttl=2.0, seed=1):
    """The function that does a request of this behaviour, called with a list of its connection's own."""
    return BEHAVIOURS[behaviour](SimpleNamespace(size=size, ttl=ttl, seed=seed))


# The server.


class _Connection(asyncio.Protocol):
    def __init__(self, request):
        self.request = request
        self.held = []

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        for _ in range(data.count(b"?")):
            self.request(self.held)
            self.transport.write(b".")

    def connection_lost(self, error):
        self.held.clear()


def leaky(system, behaviour="clean", size=1_000, children="", ttl=2.0, seed=1):
    """Serve at `system.port` until SIGTERM; in two `children` of one socket if they are "fork" or "spawn"."""
    with socket.socket() as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", system.port))  # it listens when who answers is there
        arguments = (bound, behaviour, size, ttl, seed)
        if not children:
            return _answer(*arguments)
        make = multiprocessing.get_context(children).Process
        workers = [make(target=_answer, args=arguments, daemon=True) for _ in range(_WORKERS)]
        try:
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
        finally:
            for worker in workers:
                worker.terminate()


def _answer(bound, *options):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    request = behaving(*options)

    async def serve():
        server = await asyncio.get_running_loop().create_server(lambda: _Connection(request), sock=bound)
        async with server:
            await server.serve_forever()

    asyncio.run(serve())


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--behaviour", choices=BEHAVIOURS, default="clean")
    parser.add_argument("--size", type=int, default=1_000)
    parser.add_argument("--children", choices=("", "fork", "spawn"), default="")
    parser.add_argument("--ttl", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    leaky(options, **{name: value for name, value in vars(options).items() if name != "port"})


if __name__ == "__main__":
    main()
