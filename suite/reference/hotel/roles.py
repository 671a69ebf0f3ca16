"""Roles: each may do what those before it may."""

from __future__ import annotations

from typing import Literal

Role = Literal["agent", "manager", "admin"]
ROLES: tuple[Role, ...] = ("agent", "manager", "admin")


def allows(role: str, needed: Role) -> bool:
    """Whether who has `role` may do what needs `needed`; an unknown role may do nothing."""
    return role in ROLES[ROLES.index(needed) :]
