"""Login tokens: JWTs, signed by the backend's secret with one algorithm."""

from __future__ import annotations

import time

import jwt

_ALGORITHM = "HS256"


class InvalidToken(Exception):
    """Why a token is not accepted."""


def issue(secret: str, account: int, seconds: int) -> str:
    """A token with which `account` is served for `seconds`."""
    now = int(time.time())
    return jwt.encode({"sub": str(account), "iat": now, "exp": now + seconds}, secret, _ALGORITHM)


def account_of(secret: str, token: str) -> int:
    """Whose token it is. Raises InvalidToken: expired, forged, of another algorithm, no token."""
    try:
        claims = jwt.decode(token, secret, [_ALGORITHM], options={"require": ["exp", "sub"]})
        account = int(claims["sub"])
    except jwt.ExpiredSignatureError:
        raise InvalidToken("the token has expired; log in again") from None
    except jwt.InvalidAlgorithmError:
        raise InvalidToken(f"the token is not signed with {_ALGORITHM}") from None
    except jwt.InvalidSignatureError:
        raise InvalidToken("the token was not signed here") from None
    except (jwt.PyJWTError, ValueError, TypeError):
        raise InvalidToken("this is no token") from None
    if not 0 < account < 2**31:
        raise InvalidToken("this is no token")
    return account
