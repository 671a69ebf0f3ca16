"""A hotel with keys and logins, made over HTTP before the load starts."""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import Any

from suite import Remote
from suite.clients import Http
from suite.reference.hotel.serving import namespace_of
from suite.reference.hotel.settings import ADMIN_KEY

VARIABLE = "LOADLEDGER_HOTEL_KEY"
"""Where the API key of the administrator is found of a backend that runs elsewhere."""
PASSWORD = "the night porter"  # noqa: S105  # of all seeded staff, so that it is hashed once
ROLES = ("agent", "manager", "admin")
_ROOMS, _DESKS, _STAFF = 60, 40, 12


async def seed(system: Any, logins: Collection[str] = ROLES) -> dict[str, Any]:
    """Rooms, desks and staff; an API key (`keys`) of each role, a token (`tokens`) of each that logs in.

    What users are given beside these: `rooms`, `desks` and `staff` by name, `namespace` of the keys in Redis.
    """
    admin = {"x-api-key": _admin_key(system)}
    size = {"rooms": _ROOMS, "desks": _DESKS, "staff": _STAFF, "password": PASSWORD}
    async with await Http.connect(system.url, headers=admin) as http:
        made = (await http.post("/setup", json=size, expect=201)).json()
        keys, tokens = {}, {}
        for name, role in zip(made["staff"], ROLES, strict=False):  # who have roles in turn
            new = {"name": f"load {role}", "role": role}
            keys[role] = (await http.post("/keys", json=new, expect=201)).json()["key"]
            if role in logins:
                login = {"name": name, "password": PASSWORD}
                tokens[role] = (await http.post("/login", json=login, expect=200)).json()["token"]
    return {**made, "keys": keys, "tokens": tokens, "namespace": namespace_of(system)}


def _admin_key(system: Any) -> str:
    if not isinstance(system, Remote):
        return str((system.directory / ADMIN_KEY).read_text())
    assert VARIABLE in os.environ, f"put the API key of the backend's administrator into {VARIABLE}"
    return os.environ[VARIABLE]
