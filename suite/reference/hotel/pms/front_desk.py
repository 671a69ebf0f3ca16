"""Who works with the property management system through the backend; what was acknowledged is kept."""

from __future__ import annotations

from time import monotonic_ns
from typing import Any

from suite import Rejected, User, operation
from suite.clients import Http
from suite.reference.hotel.pms.generator import SEASON, night

_LONGEST = 3


class PmsUser(User):
    """A connection with a token. Parameters: `guests`, `stays` and `rooms` that there are."""

    http: Http

    async def connect(self, system: Any) -> None:
        """Open it."""
        headers = {"authorization": f"Bearer {self.prepared['tokens']['agent']}"}
        self.http = await Http.connect(system.url, headers=headers)
        self.round = system.round
        self.bookings = 0
        self.open_booking: tuple[str, dict[str, Any]] | None = None
        """One of which nobody knows whether it was made."""

    def some(self, count: str) -> int:
        """A number up to that parameter."""
        return self.random.randint(1, int(self.parameters[count]))

    async def read(self, guest: int) -> dict[str, Any]:
        """A guest's profile."""
        begun = monotonic_ns()
        answer = await self.http.get(f"/pms/guests/{guest}", expect=200)
        profile: dict[str, Any] = answer.json()
        self.keep({"read": [guest, profile["version"], begun, monotonic_ns()]})
        return profile


class Receptionist(PmsUser):
    """Looks up reservations."""

    @operation(tags={"pms", "read"})
    async def look_up(self) -> None:
        """One, by its number."""
        number = self.some("stays")
        answer = await self.http.get(f"/pms/reservations/{number}", expect=200)
        assert answer.json()["id"] == number, f"reservation {answer.json()['id']} instead of {number}"


class Concierge(PmsUser):
    """Reads guests' profiles, and changes them if nobody else has."""

    @operation(weight=4, tags={"pms", "read"})
    async def read_profile(self) -> None:
        """One."""
        await self.read(self.some("guests"))

    @operation(weight=1, tags={"pms", "write"})
    async def change_profile(self) -> None:
        """Read one, and write down a wish; 412 where somebody was quicker."""
        profile = await self.read(self.some("guests"))
        wishes = f"wish {self.index}.{monotonic_ns()}"
        begun = monotonic_ns()
        answer = await self.http.request(
            "PUT", f"/pms/guests/{profile['id']}", json={"wishes": wishes},
            headers={"if-match": f'"{profile["version"]}"'}, expect=200, rejected=412,
        )  # fmt: skip
        version = answer.json()["version"]
        assert version == profile["version"] + 1, f"version {profile['version']} became {version}"
        self.keep({"wrote": [profile["id"], version, wishes, begun, monotonic_ns()]})


class FrontDesk(Receptionist, Concierge):
    """All that a front desk does: look up, read, change, book."""

    @operation(weight=2, tags={"pms", "write"})
    async def book(self) -> None:
        """A room; one that failed is asked for again first, by the same key."""
        key, stay = self.open_booking or self._next()
        self.open_booking = key, stay
        try:
            answer = await self.http.post(
                "/pms/bookings", json=stay, headers={"idempotency-key": key}, expect=201, rejected=409
            )
        except Rejected:
            self.open_booking = None
            raise
        self.open_booking = None
        assert answer.json()["key"] == key, f"the booking of {answer.json()['key']} instead of {key}"
        self.keep({"booked": [key, answer.json()["id"], *stay.values()]})

    def _next(self) -> tuple[str, dict[str, Any]]:
        """Somebody who comes, to a room of which others may think as well."""
        self.bookings += 1
        arrival = SEASON + self.random.randrange(int(self.parameters["nights"]))
        stay = {
            "guest": self.some("guests"),
            "room": self.some("rooms"),
            "arrival": night(arrival),
            "departure": night(arrival + self.random.randint(1, _LONGEST)),
        }
        key = f"{self.round}-{self.index}-{self.bookings}"
        self.keep({"asked": key})
        return key, stay


class BackOffice(PmsUser):
    """Has the hotel's copy brought up to date."""

    @operation(tags={"pms", "bulk"})
    async def synchronise(self) -> None:
        """Once."""
        answer = await self.http.post("/pms/sync", expect=200)
        self.keep({"copied": sum(answer.json().values())})
