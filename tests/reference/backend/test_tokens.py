"""Login tokens: ours are taken, all others told apart."""

import base64
import json
import time

import jwt
import pytest

from suite.reference.backend.tokens import InvalidToken, claims_of, signed

SECRET = "s" * 40
DAY = 86_400
"""Some are made long before their test comes."""


def made(claims, key=SECRET, algorithm="HS256"):
    whole = {"sub": "7", "exp": int(time.time()) + DAY, **claims}
    return jwt.encode({name: value for name, value in whole.items() if value is not None}, key, algorithm)


def unsigned():
    parts = ({"alg": "none", "typ": "JWT"}, {"sub": "7", "exp": int(time.time()) + DAY})
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in parts)
        + "."
    )


def test_ours_is_taken():
    claims = claims_of(SECRET, signed(SECRET, 60, sub="7", role="agent"), "sub", "role")
    assert (claims["sub"], claims["role"]) == ("7", "agent")
    assert claims["exp"] - claims["iat"] == 60


@pytest.mark.parametrize(
    ("token", "told"),
    [
        (signed(SECRET, -1, sub="7"), "expired"),
        (made({}, "another" * 8), "not signed here"),
        (made({}, SECRET * 2, "HS512"), "not signed with HS256"),
        (unsigned(), "not signed with HS256"),
        (made({"sub": None}), "no token"),
        (made({"exp": None}), "no token"),
        (made({"exp": "never"}), "no token"),
        ("", "no token"),
        ("a.b.c", "no token"),
        ("ü.ü.ü", "no token"),
        ("\ud800", "no token"),
    ],
    ids=[
        "expired", "forged", "longer-key", "none", "nobody's", "no-end", "odd-end", "empty", "no-base64",
        "no-ascii", "no-text",
    ],
)  # fmt: skip
def test_others_are_not(token, told):
    with pytest.raises(InvalidToken, match=told):
        claims_of(SECRET, token, "sub")
