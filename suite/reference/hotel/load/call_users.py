"""Who makes calls, tells what happens in them, routes and transfers them."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic_ns

from suite import operation
from suite.reference.hotel.load.hotel_user import HotelUser

_LIFE = ("started", "answered", "held", "resumed", "ended")


@dataclass(slots=True)
class OwnCall:
    """A call as its user knows it."""

    id: int
    events: int = 0


class CallingUser(HotelUser):
    """What can be done with a call; what was acknowledged is kept for the checks."""

    async def made(self) -> OwnCall:
        """A call comes in."""
        told = await self.ask("POST", "/calls", {"caller": f"+49 30 {self.index:07}"}, expect=201)
        self.keep({"call": told["id"]})
        return OwnCall(told["id"])

    async def tell(self, call: OwnCall, kind: str) -> None:
        """Something happened in it."""
        new = {"number": call.events + 1, "kind": kind}
        told = await self.ask("POST", f"/calls/{call.id}/events", new, expect=201)
        assert told["events"] == new["number"], f"event {new['number']} was written down as {told['events']}"
        call.events += 1
        self.keep({"event": [call.id, call.events, kind]})


class Dialler(CallingUser):
    """Calls, and again."""

    @operation(tags={"calls"})
    async def create(self) -> None:
        """One call."""
        await self.made()


class CallLife(CallingUser):
    """Calls that live through all that can happen in one."""

    @operation(tags={"calls", "events"})
    async def live(self) -> None:
        """One call, from its start to its end; its last event is told twice, and refused."""
        call = await self.made()
        for kind in _LIFE:
            await self.event(call, kind)
        new = {"number": call.events, "kind": _LIFE[-1]}
        await self.http.post(f"/calls/{call.id}/events", json=new, expect=409)

    @operation(weight=0, tags={"events"})
    async def event(self, call: OwnCall, kind: str) -> None:
        """One event."""
        await self.tell(call, kind)


class SwitchboardOperator(CallingUser):
    """Takes calls, routes each to a free desk and transfers it to a room, if nobody talks there."""

    @operation(tags={"calls", "routing"})
    async def handle(self) -> None:
        """One call."""
        call = await self.made()
        await self.tell(call, "started")
        line, since = await self.route(call)
        await self.tell(call, "answered")
        room = f"room-{self.random.choice(self.prepared['rooms'])}"
        before = monotonic_ns()
        if await self.transfer(call, room):
            self.keep({"held": [line, call.id, since, before]})
            line, since = room, monotonic_ns()
        before = monotonic_ns()
        await self.tell(call, "ended")
        self.keep({"held": [line, call.id, since, before]})

    @operation(weight=0, tags={"routing"})
    async def route(self, call: OwnCall) -> tuple[str, int]:
        """The line that the call has now, and since when at the latest."""
        told = await self.ask("POST", f"/calls/{call.id}/route")
        call.events = told["events"]
        return told["line"], monotonic_ns()

    @operation(weight=0, tags={"routing"})
    async def transfer(self, call: OwnCall, line: str) -> bool:
        """Whether the call has that line now; it is busy otherwise."""
        told = await self.ask("POST", f"/calls/{call.id}/transfer", {"line": line}, refused=409)
        if told is not None:
            call.events = told["events"]
        return told is not None
