"""Login tokens: ours name who asks and their role; what is signed here without them is not taken."""

import pytest

from suite.reference.backend.tokens import InvalidToken, signed
from suite.reference.hotel.tokens import issued, read

SECRET = "s" * 40


def test_ours_is_taken():
    assert read(SECRET, issued(SECRET, "ada", "manager", 60)) == ("ada", "manager")


def test_one_that_has_expired_is_not():
    with pytest.raises(InvalidToken, match="expired"):
        read(SECRET, issued(SECRET, "ada", "agent", -1))


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ({"sub": "ada", "role": "owner"}, "no role that is known"),
        ({"sub": "ada", "role": ["admin"]}, "no role that is known"),
        ({"sub": "ada"}, "no token"),
        ({"role": "agent"}, "no token"),
    ],
    ids=["unknown role", "list of roles", "no role", "nobody's"],
)
def test_others_are_not(claims, told):
    with pytest.raises(InvalidToken, match=told):
        read(SECRET, signed(SECRET, 60, **claims))
