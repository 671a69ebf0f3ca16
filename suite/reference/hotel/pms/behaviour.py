"""How a property management system behaves itself: slow, faulty, or well, as it is told."""

from __future__ import annotations

import random
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Ratio = Annotated[float, Field(ge=0, le=1)]
Pause = Annotated[float, Field(ge=0, le=60)]


class PmsBehaviour(BaseModel):
    """Each answer comes `delay` seconds later, and up to `jitter` more; the share `errors` of requests is
    answered by `status` and not done, the share `lost` by `status` though it was done.
    """

    model_config = ConfigDict(extra="forbid")

    delay: Pause = 0.0
    jitter: Pause = 0.0
    errors: Ratio = 0.0
    lost: Ratio = 0.0
    status: Annotated[int, Field(ge=500, le=599)] = 503

    def pause(self, chance: random.Random) -> float:
        """Seconds that the next answer waits."""
        return self.delay + (chance.random() * self.jitter if self.jitter else 0.0)
