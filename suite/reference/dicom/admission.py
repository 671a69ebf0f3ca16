"""Associations at their limit: how many get in, and what those are told who don't."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from suite import Metric, Rejected, User, operation
from suite.clients.dicom import Association, AssociationRejected
from suite.clients.dicom.store_node import LIMIT_EXCEEDED
from suite.data.ct import ct

_SIZE = 3_000


class AssociationCrowd(User):
    """As many as the limit and `beyond` (parameter) more want an association at once, again and again."""

    def connect(self, system: Any) -> None:
        self._system = system
        self._limit = int(system.parameters["associations"])
        self._template = ct(_SIZE)
        self._number = 0

    @operation
    async def crowd(self) -> None:
        """All come, those who got in store something, all go."""
        wanted = self._limit + int(self.parameters["beyond"])
        found = await asyncio.gather(*(self._come() for _ in range(wanted)))
        accepted = [association for association in found if association is not None]
        self.keep({"accepted": len(accepted), "allowed": self._limit})
        for association in accepted:
            await association.store(self._template.uid(self.index, self._number))
            self._number += 1
        await asyncio.gather(*(association.release() for association in accepted))

    @operation(weight=0)
    async def associate(self) -> Association:
        """Ask for one association; Rejected if it was refused as it should."""
        try:
            return await Association.connect(
                self._system.host, self._system.port, instances=self._template, timeout=20.0
            )
        except AssociationRejected as error:
            told = (error.result, error.source, error.reason)
            assert told == LIMIT_EXCEEDED, f"refused with {told}, not with {LIMIT_EXCEEDED}"
            raise

    async def _come(self) -> Association | None:
        try:
            return await self.associate()  # type: ignore[no-any-return]
        except Rejected:
            return None


def _gaps(kept: Sequence[Any]) -> list[int]:
    return [one["accepted"] - one["allowed"] for one in kept]


def excess(system: Any, kept: Sequence[Any], recording: Any) -> float | None:  # noqa: ARG001
    """Most associations beyond the limit, over all crowds."""
    return max((max(gap, 0) for gap in _gaps(kept)), default=None)


def shortfall(system: Any, kept: Sequence[Any], recording: Any) -> float | None:  # noqa: ARG001
    """Most associations that were refused although there was room."""
    return max((max(-gap, 0) for gap in _gaps(kept)), default=None)


ADMISSION = (
    Metric("limit.excess", "1", "lower", excess, combine="max"),
    Metric("limit.shortfall", "1", "lower", shortfall, combine="max"),
)
