"""A modality: a virtual user that sends one instance after another over one association."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from suite import User, operation
from suite.clients.dicom import Association
from suite.data.ct import Template, ct


class SentInstance(NamedTuple):
    """What a Sender keeps of each instance answered Success: enough to make its bytes again."""

    size: int
    seed: int
    user: int
    number: int

    def template(self) -> Template:
        """The template that it was made from."""
        return ct(self.size, self.seed)

    def uid(self) -> str:
        """Its SOP Instance UID."""
        return self.template().uid(self.user, self.number)

    def dataset(self) -> bytes:
        """Its bytes."""
        return self.template().instance(self.uid())


def sent(kept: Iterable[Any]) -> Iterator[SentInstance]:
    """The instances that Senders kept."""
    return (SentInstance(*row) for row in kept)


class Sender(User):
    """Sends CT instances of `size` bytes (parameter), made from `seed`; associates again when it must.

    `calling` is its AE title.
    """

    async def connect(self, system: Any) -> None:
        self._system = system
        self._size, self._seed = self.parameters["size"], self.parameters["seed"]
        self._template = ct(self._size, self._seed)
        self._number = 0
        self._association = await self._associate()

    @operation
    async def store(self) -> None:
        """C-STORE the next instance; over a new association if the last one is over."""
        if self._association.closed:
            self._association = await self._associate()
        await self._store_next()

    async def _store_next(self) -> None:
        number = self._number
        self._number += 1
        await self._association.store(self._template.uid(self.index, number))
        self.keep(SentInstance(self._size, self._seed, self.index, number))

    async def close(self) -> None:
        await self._association.release()

    async def _associate(self) -> Association:
        return await Association.connect(
            self._system.host,
            self._system.port,
            instances=self._template,
            called=self._system.title or "ANY-SCP",
            calling=self.parameters["calling"],
        )


class Churner(Sender):
    """A Sender that associates for each instance, and releases after it."""

    async def connect(self, system: Any) -> None:
        await super().connect(system)
        await self._association.release()

    @operation
    async def store(self) -> None:
        """Associate, C-STORE the next instance, release."""
        self._association = await self._associate()
        await self._store_next()
        await self._association.release()
