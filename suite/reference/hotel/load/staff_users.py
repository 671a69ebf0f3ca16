"""Who proves who they are, and who may do what."""

from __future__ import annotations

from typing import Any

from suite import operation
from suite.reference.hotel.load.hotel_user import HotelUser
from suite.reference.hotel.load.seeding import PASSWORD, ROLES


def _bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


class StaffUser(HotelUser):
    """Base: each request has to prove who asks."""

    role = None


class LoginUser(StaffUser):
    """Logs in with a password."""

    @operation(weight=9, tags={"authentication", "login"})
    async def log_in(self) -> None:
        """With the right one."""
        login = {"name": self.random.choice(self.prepared["staff"]), "password": PASSWORD}
        await self.http.post("/login", json=login, expect=200)

    @operation(weight=1, tags={"authentication", "login"})
    async def log_in_wrongly(self) -> None:
        """With another one."""
        login = {"name": self.random.choice(self.prepared["staff"]), "password": "the day porter"}
        await self.http.post("/login", json=login, expect=401)


class TokenUser(StaffUser):
    """Shows tokens."""

    @operation(weight=9, tags={"authentication", "token"})
    async def show_token(self) -> None:
        """A good one."""
        role = self.random.choice(ROLES)
        told = await self.http.get("/me", headers=_bearer(self.prepared["tokens"][role]), expect=200)
        assert told.json()["role"] == role, f"a token of {role} is taken for one of {told.json()['role']}"

    @operation(weight=1, tags={"authentication", "token"})
    async def show_forged_token(self) -> None:
        """One whose role was changed, under the signature of another."""
        tokens = self.prepared["tokens"]
        head, _, signature = tokens["agent"].split(".")
        claims = tokens["admin"].split(".")[1]
        await self.http.get("/me", headers=_bearer(f"{head}.{claims}.{signature}"), expect=401)


class KeyUser(StaffUser):
    """Shows API keys."""

    @operation(weight=9, tags={"authentication", "key"})
    async def show_key(self) -> None:
        """A good one."""
        role = self.random.choice(ROLES)
        told = await self.http.get("/me", headers=self.key_of(role), expect=200)
        assert told.json()["role"] == role, f"a key of {role} is taken for one of {told.json()['role']}"

    @operation(weight=1, tags={"authentication", "key"})
    async def show_unknown_key(self) -> None:
        """One that nobody was given."""
        await self.http.get("/me", headers={"x-api-key": f"{self.random.random()}"}, expect=401)


class SessionUser(StaffUser):
    """Begins sessions, uses them, and ends most of them: of ten one is left to expire."""

    @operation(tags={"authentication", "session"})
    async def visit(self) -> None:
        """One session."""
        headers = await self.begin_session()
        for _ in range(3):
            await self.use_session(headers)
        if self.random.random() < 0.9:
            await self.end_session(headers)
            await self.http.get("/sessions/current", headers=headers, expect=401)

    @operation(weight=0, tags={"session"})
    async def begin_session(self) -> dict[str, str]:
        """Its header."""
        told = await self.http.post("/sessions", headers=self.key_of("agent"), expect=201)
        return {"x-session": told.json()["session"]}

    @operation(weight=0, tags={"session"})
    async def use_session(self, headers: dict[str, str]) -> None:
        """Whose it is."""
        told = await self.http.get("/sessions/current", headers=headers, expect=200)
        assert told.json()["by"] == "session", told.text

    @operation(weight=0, tags={"session"})
    async def end_session(self, headers: dict[str, str]) -> None:
        """End it."""
        await self.http.delete("/sessions/current", headers=headers, expect=204)


_ASKS: dict[str, tuple[str, str, Any]] = {
    "agent": ("GET", "/rooms/101", None),
    "manager": ("GET", "/report", None),
    "admin": ("POST", "/keys", {"name": "a program", "role": "agent"}),
}
"""What takes each role, at least."""


class RoleUser(StaffUser):
    """Asks, in each role, for what takes each."""

    @operation(tags={"authentication", "roles"})
    async def ask_as(self) -> None:
        """One of nine: who may is served, who may not is told."""
        role, needed = self.random.choice(ROLES), self.random.choice(ROLES)
        method, path, content = _ASKS[needed]
        served = 403 if ROLES.index(role) < ROLES.index(needed) else 201 if method == "POST" else 200
        await self.http.request(method, path, json=content, headers=self.key_of(role), expect=served)
