"""Login tokens: JWTs that name who asks and their role, signed by the backend's secret."""

from __future__ import annotations

import time

import jwt

from suite.reference.hotel.roles import ROLES

_ALGORITHM = "HS256"


class BadToken(Exception):
    """Why a token is not accepted."""


def issued(secret: str, name: str, role: str, seconds: int) -> str:
    """A token with which `name` is served for `seconds`."""
    now = int(time.time())
    return jwt.encode({"sub": name, "role": role, "iat": now, "exp": now + seconds}, secret, _ALGORITHM)


def read(secret: str, token: str) -> tuple[str, str]:
    """Name and role. Raises BadToken: expired, forged, of another algorithm, no token."""
    try:
        claims = jwt.decode(token, secret, [_ALGORITHM], options={"require": ["exp", "sub", "role"]})
    except jwt.ExpiredSignatureError:
        raise BadToken("the token has expired; log in again") from None
    except jwt.InvalidAlgorithmError:
        raise BadToken(f"the token is not signed with {_ALGORITHM}") from None
    except jwt.InvalidSignatureError:
        raise BadToken("the token was not signed here") from None
    except (jwt.PyJWTError, ValueError, TypeError):
        raise BadToken("this is no token") from None
    if claims["role"] not in ROLES:
        raise BadToken("the token has no role that is known here")
    return str(claims["sub"]), str(claims["role"])
