"""Login tokens that name who asks and their role."""

from __future__ import annotations

from suite.reference.backend.tokens import InvalidToken, claims_of, signed
from suite.reference.hotel.roles import ROLES


def issued(secret: str, name: str, role: str, seconds: int) -> str:
    """A token with which `name` is served for `seconds`."""
    return signed(secret, seconds, sub=name, role=role)


def read(secret: str, token: str) -> tuple[str, str]:
    """Name and role. Raises InvalidToken."""
    claims = claims_of(secret, token, "sub", "role")
    if claims["role"] not in ROLES:
        raise InvalidToken("the token has no role that is known here")
    return str(claims["sub"]), str(claims["role"])
