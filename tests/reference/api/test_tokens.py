"""Login tokens: ours name an account; what is signed here and names none is no token."""

import pytest

from suite.reference.api.tokens import account_of, issue
from suite.reference.backend.tokens import InvalidToken, signed

SECRET = "s" * 40


def test_ours_is_taken():
    assert account_of(SECRET, issue(SECRET, 7, 60)) == 7


def test_one_that_has_expired_is_not():
    with pytest.raises(InvalidToken, match="expired"):
        account_of(SECRET, issue(SECRET, 7, -1))


@pytest.mark.parametrize("subject", ["root", "-1", "0", str(2**31)])
def test_who_is_no_account_is_not(subject):
    with pytest.raises(InvalidToken, match="no token"):
        account_of(SECRET, signed(SECRET, 60, sub=subject))
