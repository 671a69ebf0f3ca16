"""What a load of the property management system needs before it starts: somebody who may ask."""

from __future__ import annotations

from typing import Any

from suite.reference.hotel.pms.serving import ask
from suite.reference.hotel.settings import ADMIN_KEY

_PASSWORD = "the night porter"  # noqa: S105


def enter(system: Any) -> dict[str, str]:
    """A `token`, which is good without database and Redis; and the `round`, which names bookings."""
    admin = {"X_API_Key": (system.directory / ADMIN_KEY).read_text()}
    hotel = {"rooms": 1, "desks": 1, "staff": 1, "password": _PASSWORD}
    status, made = ask(system, "POST", "/setup", hotel, **admin)
    assert status == 201, f"POST /setup answered {status}: {made}"
    status, told = ask(system, "POST", "/login", {"name": made["staff"][0], "password": _PASSWORD})
    assert status == 200, f"POST /login answered {status}: {told}"
    return {"token": told["token"], "round": system.round}
