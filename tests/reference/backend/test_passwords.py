"""Passwords: known again by their hash, and no faster refused where there is none."""

import asyncio

import pytest

from suite.reference.backend.passwords import Passwords


@pytest.fixture(scope="module")
def passwords():
    one = Passwords()
    yield one
    one.close()


def test_a_password_fits_its_own_hash_only(passwords):
    async def asked():
        known = await passwords.hash("correct horse")
        assert "correct horse" not in known
        return [await passwords.verify(known, word) for word in ("correct horse", "wrong horse", "")]

    assert asyncio.run(asked()) == [True, False, False]


@pytest.mark.parametrize("known", [None, "no hash"])
def test_where_there_is_no_hash_none_fits(passwords, known):
    """An empty password is what is hashed in the place of nobody's."""
    assert not asyncio.run(passwords.verify(known, ""))
