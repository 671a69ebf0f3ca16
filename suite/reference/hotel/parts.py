"""What the backend's endpoints share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from suite.reference.backend.connections import Connections
from suite.reference.backend.passwords import Passwords
from suite.reference.hotel.cache import HotelCache
from suite.reference.hotel.counters import HotelCounters
from suite.reference.hotel.pms.service import PmsService
from suite.reference.hotel.session_store import SessionStore
from suite.reference.hotel.settings import HotelSettings
from suite.reference.hotel.switchboard import Switchboard


@dataclass(frozen=True, slots=True)
class HotelParts:
    """Of the one process."""

    settings: HotelSettings
    counters: HotelCounters
    connections: Connections
    cache: HotelCache
    sessions: SessionStore
    passwords: Passwords
    switchboard: Switchboard
    pms: PmsService


async def _parts(connection: HTTPConnection) -> HotelParts:  # a plain function would be called in a thread
    return connection.app.state.parts  # type: ignore[no-any-return]


Shared = Annotated[HotelParts, Depends(_parts)]
