"""Passwords as argon2 hashes, made and compared in threads: the event loop must not wait for them."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher(time_cost=5, memory_cost=7_168, parallelism=1)


def hashed(password: str) -> str:
    """The hash of `password`; it takes tens of milliseconds, as it should."""
    return _HASHER.hash(password)


def _verified(known: str, password: str) -> bool:
    try:
        return _HASHER.verify(known, password)
    except (VerificationError, InvalidHashError):
        return False


class Passwords:
    """Hashes a few at a time."""

    def __init__(self, threads: int = 2) -> None:
        self._threads = ThreadPoolExecutor(threads, "passwords")
        self._nobodys = hashed("")

    async def hash(self, password: str) -> str:
        """The hash of `password`."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, hashed, password)

    async def verify(self, known: str | None, password: str) -> bool:
        """Whether `known` is its hash. That there is none takes as long to find out."""
        loop = asyncio.get_running_loop()
        same = await loop.run_in_executor(self._threads, _verified, known or self._nobodys, password)
        return same and known is not None

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)
