"""Which of several things a clip shows: X-CLIP behind a queue, beside an event loop that goes on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from suite.data.images import image
from suite.reference.vision.batcher import Batcher

if TYPE_CHECKING:
    from suite.reference.vision.clip_model import Clip, ClipModel, Shares

TEXTS = ("a person at the door", "a parcel", "a cat", "a car", "rain", "nobody")
_BEAT = 0.005
_KEPT = 65_536


class ClipService:
    """Answers requests by X-CLIP, up to `batch` at a time; past `waiting` that wait it is full.

    See `ClipModel` for `size`, `folder`, `device`, `threads` and `seed`. While it has something to do a beat
    each 5 ms says how late the event loop is: `lags` (s).
    """

    def __init__(
        self,
        size: str = "tiny",
        *,
        folder: str = "",
        device: str = "cpu",
        threads: int = 1,
        seed: int = 1,
        batch: int = 8,
        waiting: int = 32,
    ) -> None:
        from suite.reference.vision.clip_model import ClipModel

        self.model: ClipModel = ClipModel(size, folder=folder, device=device, threads=threads, seed=seed)
        self._lags = np.zeros(_KEPT)  # taken once: it would grow for as long as there is load
        self._beats = 0
        self._seed = seed
        self._busy = 0
        self.batches: Batcher[Clip, Shares] = Batcher(self._answer, most=batch, limit=waiting)
        self.alone(0)  # what the first answer makes is there then

    async def classify(self, clip: Clip) -> tuple[str, Shares]:
        """The likeliest of TEXTS, and how likely each is.

        Raises QueueFull past the limit, ValueError for a clip of another shape than `clip` makes.
        """
        self._busy += 1
        if self._busy == 1:
            self._beat(time.monotonic() + _BEAT)
        try:
            shares = await self.batches.ask(clip)
        finally:
            self._busy -= 1
        return TEXTS[int(shares.argmax())], shares

    @property
    def lags(self) -> npt.NDArray[np.float64]:
        """The last beats, up to 65,536."""
        return self._lags[: self._beats]

    def clip(self, number: int) -> Clip:
        """The clip `number`, shape (frames, pixels, pixels, 3): a place of its own, under noise."""
        pixels = self.model.pixels
        frames = (
            image(one, pixels, pixels, place=number, seed=self._seed) for one in range(self.model.frames)
        )
        return np.stack(list(frames))

    def alone(self, number: int) -> Shares:
        """What the model says of clip `number` without others beside it."""
        shares: Shares = self.model.classify([self.clip(number)], TEXTS)[0]
        return shares

    def close(self) -> None:
        """End the thread of the model."""
        self.batches.close()

    def _answer(self, clips: Sequence[Clip]) -> list[Shares]:
        return list(self.model.classify(clips, TEXTS))

    def _beat(self, due: float) -> None:
        if self._busy:
            loop = asyncio.get_running_loop()
            loop.call_at(due, self._late, due)

    def _late(self, due: float) -> None:
        now = time.monotonic()
        self._lags[self._beats % _KEPT] = max(now - due, 0.0)
        self._beats += 1
        self._beat(now + _BEAT)
