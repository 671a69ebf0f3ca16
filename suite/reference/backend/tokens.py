"""Login tokens: JWTs, signed by a backend's secret with one algorithm."""

from __future__ import annotations

import time
from typing import Any

import jwt

_ALGORITHM = "HS256"


class InvalidToken(Exception):
    """Why a token is not accepted."""


def signed(secret: str, seconds: int, **claims: str) -> str:
    """A token with `claims` that is good for `seconds`."""
    now = int(time.time())
    return jwt.encode({**claims, "iat": now, "exp": now + seconds}, secret, _ALGORITHM)


def claims_of(secret: str, token: str, *needed: str) -> dict[str, Any]:
    """Its claims. Raises InvalidToken: expired, forged, of another algorithm, one `needed` missing."""
    options: Any = {"require": ["exp", *needed]}
    try:
        return jwt.decode(token, secret, [_ALGORITHM], options=options)
    except jwt.ExpiredSignatureError:
        raise InvalidToken("the token has expired; log in again") from None
    except jwt.InvalidAlgorithmError:
        raise InvalidToken(f"the token is not signed with {_ALGORITHM}") from None
    except jwt.InvalidSignatureError:
        raise InvalidToken("the token was not signed here") from None
    except (jwt.PyJWTError, ValueError, TypeError):
        raise InvalidToken("this is no token") from None
