"""A booking, as it is asked for."""

from __future__ import annotations

import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from suite.reference.hotel.pms.wire import LONGEST_STAY


class Stay(BaseModel):
    """Who wants which room, from when to when."""

    model_config = ConfigDict(extra="forbid")

    guest: Annotated[int, Field(ge=1, lt=2**31)]
    room: Annotated[int, Field(ge=1, lt=2**31)]
    arrival: datetime.date
    departure: datetime.date

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if not 0 < (self.departure - self.arrival).days <= LONGEST_STAY:
            raise ValueError(f"a stay has from 1 to {LONGEST_STAY} nights")
        return self
