"""Passwords as argon2 hashes, made and compared in threads: the event loop must not wait for them."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError


class PasswordHashes:
    """Makes and compares `threads` at once; each takes tens of milliseconds, as it should."""

    def __init__(self, threads: int = 2) -> None:
        self._hasher = PasswordHasher(time_cost=5, memory_cost=7_168, parallelism=1)
        self._threads = ThreadPoolExecutor(threads, "passwords")
        self._nobodys = self._hasher.hash("")

    async def made(self, password: str) -> str:
        """The hash of `password`."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._hasher.hash, password)

    async def fits(self, known: str | None, password: str) -> bool:
        """Whether `known` is its hash. That there is none takes as long to find out."""
        loop = asyncio.get_running_loop()
        same = await loop.run_in_executor(self._threads, self._same, known or self._nobodys, password)
        return same and known is not None

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _same(self, known: str, password: str) -> bool:
        try:
            return self._hasher.verify(known, password)
        except (VerificationError, InvalidHashError):
            return False
