"""A modality: a virtual user that sends one instance after another over one association."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from suite import User, operation
from suite.clients.dicom import Association
from suite.data.ct import Template, ct
from suite.data.dicom_files import dicom_files

_MIX = re.compile(r"[A-Z]{2}:\d+(,[A-Z]{2}:\d+)*")


class SentInstance(NamedTuple):
    """What a Sender keeps of each instance answered Success: enough to make its bytes again."""

    size: int
    seed: int
    user: int
    number: int
    data: str = ""
    which: int = 0

    def template(self) -> Template:
        """The template that it was made from."""
        return templates_of(self.data, self.size, self.seed)[self.which]

    def uid(self) -> str:
        """Its SOP Instance UID."""
        return self.template().uid(self.user, self.number)

    def dataset(self) -> bytes:
        """Its bytes."""
        return self.template().instance(self.uid())


@lru_cache(maxsize=8)
def templates_of(data: str, size: int, seed: int) -> Sequence[Template]:
    """What Senders send: files of the folder `data`, a mix like "CT:524288,MR:131072"; "" is CT of `size`."""
    if not data:
        return [ct(size, seed)]
    if _MIX.fullmatch(data):
        kinds = [part.split(":") for part in data.split(",")]
        return [ct(int(length), seed, modality) for modality, length in kinds]
    return dicom_files(data, seed).templates


def files_not_sent(data: str, seed: int) -> Sequence[str]:
    """Which files of the folder `data` are not sent, and why."""
    return dicom_files(data, seed).skipped if data and not _MIX.fullmatch(data) else ()


def sent(kept: Iterable[Any]) -> Iterator[SentInstance]:
    """The instances that Senders kept."""
    return (SentInstance(*row) for row in kept)


class Sender(User):
    """Sends instances in turn, see `templates_of` for `data`, `size` and `seed` (parameters).

    It associates again when it must; `calling` is its AE title. What the peer takes no context for fails.
    `tls` is the file of the certificates that are trusted, for a peer that talks TLS.
    """

    async def connect(self, system: Any) -> None:
        self._system = system
        self._of = [self.parameters[name] for name in ("size", "seed", "data")]
        size, seed, data = self._of
        self._templates = templates_of(data, size, seed)
        trusted = self.parameters["tls"]
        self._tls = ssl.create_default_context(cafile=trusted) if trusted else None
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
        which = number % len(self._templates)
        await self._association.store(self._templates[which].uid(self.index, number), which)
        size, seed, data = self._of
        self.keep(SentInstance(size, seed, self.index, number, data, which))

    async def close(self) -> None:
        await self._association.release()

    async def _associate(self) -> Association:
        return await Association.connect(
            self._system.host,
            self._system.port,
            instances=self._templates,
            called=self._system.title or "ANY-SCP",
            calling=self.parameters["calling"],
            tls=self._tls,
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
