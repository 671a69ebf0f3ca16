"""Login tokens that name an account."""

from __future__ import annotations

from suite.reference.backend.tokens import InvalidToken, claims_of, signed


def issue(secret: str, account: int, seconds: int) -> str:
    """A token with which `account` is served for `seconds`."""
    return signed(secret, seconds, sub=str(account))


def account_of(secret: str, token: str) -> int:
    """Whose token it is. Raises InvalidToken."""
    try:
        account = int(claims_of(secret, token, "sub")["sub"])
    except (ValueError, TypeError):
        raise InvalidToken("this is no token") from None
    if not 0 < account < 2**31:
        raise InvalidToken("this is no token")
    return account
