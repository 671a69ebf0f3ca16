"""Login tokens: ours are taken, with their role; all others are told apart."""

import time

import jwt
import pytest

from suite.reference.hotel.tokens import BadToken, issued, read

SECRET = "s" * 40
DAY = 86_400
"""Some are made long before their test comes."""


def made(claims, key=SECRET, algorithm="HS256"):
    whole = {"sub": "ada", "role": "agent", "exp": int(time.time()) + DAY, **claims}
    return jwt.encode({name: value for name, value in whole.items() if value is not None}, key, algorithm)


def test_ours_is_taken():
    assert read(SECRET, issued(SECRET, "ada", "manager", 60)) == ("ada", "manager")


@pytest.mark.parametrize(
    ("token", "told"),
    [
        (issued(SECRET, "ada", "agent", -1), "expired"),
        (made({}, "another" * 8), "not signed here"),
        (made({}, SECRET * 2, "HS512"), "not signed with HS256"),
        (made({"role": "owner"}), "no role that is known"),
        (made({"role": ["admin"]}), "no role that is known"),
        (made({"role": None}), "no token"),
        (made({"exp": None}), "no token"),
        (made({"sub": None}), "no token"),
        ("", "no token"),
        ("a.b.c", "no token"),
        ("\ud800", "no token"),
    ],
    ids=[
        "expired", "forged", "longer key", "unknown role", "list of roles", "no role", "endless", "nobody's",
        "empty", "no base64", "no text",
    ],
)  # fmt: skip
def test_others_are_not(token, told):
    with pytest.raises(BadToken, match=told):
        read(SECRET, token)
