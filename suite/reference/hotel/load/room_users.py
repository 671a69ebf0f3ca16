"""Who looks after rooms, and charges them."""

from __future__ import annotations

from typing import Any

from suite import operation
from suite.reference.hotel.load.hotel_user import HotelUser


class RoomUser(HotelUser):
    """Reads rooms, and changes some: through the cache, the database behind it."""

    seen: dict[int, int]
    """The latest version of each room that we know of."""

    async def connect(self, system: Any) -> None:
        """Open a connection."""
        await super().connect(system)
        self.seen = {}

    def room(self) -> int:
        """Which comes next; of `rooms` (parameter) there are so many."""
        return int(self.random.choice(self.prepared["rooms"][: self.parameters["rooms"]]))

    def know(self, told: Any) -> None:
        """No room is ever older than it was."""
        known = self.seen.get(told["number"], 0)
        assert told["version"] >= known, f"version {told['version']} of a room was told after {known}"
        self.seen[told["number"]] = told["version"]

    @operation(weight=6, tags={"database", "redis", "read"})
    async def read_room(self) -> None:
        """One room."""
        self.know(await self.ask("GET", f"/rooms/{self.room()}"))

    @operation(weight=2, tags={"database", "redis", "write"})
    async def set_status(self) -> None:
        """What it looks like."""
        status = self.random.choice(("clean", "dirty", "occupied"))
        self.know(await self.ask("PUT", f"/rooms/{self.room()}/status", {"status": status}))

    @operation(weight=2, tags={"database", "redis", "write"})
    async def charge(self) -> None:
        """What the guest had."""
        room, cents = self.room(), self.random.randint(1, 5_000)
        told = await self.ask("POST", f"/rooms/{room}/charges", {"cents": cents}, expect=201)
        self.know(told)
        self.keep({"charge": [told["id"], room, cents]})
