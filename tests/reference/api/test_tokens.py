"""Login tokens: ours are taken, all others told apart."""

import base64
import json
import time

import jwt
import pytest

from suite.reference.api.tokens import InvalidToken, account_of, issue

SECRET = "s" * 40
DAY = 86_400
"""Some are made long before their test comes."""


def made(claims, key=SECRET, algorithm="HS256"):
    return jwt.encode({"sub": "7", "exp": int(time.time()) + DAY, **claims}, key, algorithm)


def unsigned():
    parts = ({"alg": "none", "typ": "JWT"}, {"sub": "7", "exp": int(time.time()) + DAY})
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in parts)
        + "."
    )


def test_ours_is_taken():
    assert account_of(SECRET, issue(SECRET, 7, 60)) == 7


@pytest.mark.parametrize(
    ("token", "told"),
    [
        (issue(SECRET, 7, -1), "expired"),
        (made({}, "another" * 8), "not signed here"),
        (made({}, SECRET * 2, "HS512"), "not signed with HS256"),
        (unsigned(), "not signed with HS256"),
        (made({"sub": "root"}), "no token"),
        (made({"sub": "-1"}), "no token"),
        (made({"sub": str(2**31)}), "no token"),
        (made({"exp": None}), "no token"),
        (jwt.encode({"sub": "7"}, SECRET), "no token"),
        ("", "no token"),
        ("a.b.c", "no token"),
        ("ü.ü.ü", "no token"),
        ("\ud800", "no token"),
    ],
    ids=[
        "expired", "forged", "longer-key", "none", "no-number", "negative", "too-large", "no-end", "endless",
        "empty", "no-base64", "no-ascii", "no-text",
    ],
)  # fmt: skip
def test_others_are_not(token, told):
    with pytest.raises(InvalidToken, match=told):
        account_of(SECRET, token)
