"""What the backend has of its property management system."""

from __future__ import annotations

from typing import Any

from suite.reference.backend.connections import Connections
from suite.reference.hotel.counters import HotelCounters
from suite.reference.hotel.pms.bookings import PmsBookings
from suite.reference.hotel.pms.connector import PmsConnector
from suite.reference.hotel.pms.mirror import PmsMirror
from suite.reference.hotel.pms.settings import PmsSettings


class PmsService:
    """Connector, copy and bookings, of one process."""

    def __init__(
        self,
        settings: PmsSettings,
        namespace: str,
        connections: Connections,
        redis: Any,
        counters: HotelCounters,
    ) -> None:
        self.connector = PmsConnector(settings, redis, namespace, counters)
        self.mirror = PmsMirror(self.connector, connections, page=settings.pms_page, counters=counters)
        self.bookings = PmsBookings(self.connector, connections)

    async def close(self) -> None:
        """Close the connections."""
        await self.connector.close()
