"""Addresses, and how one is reached through another port."""

import pytest

from suite.contract.address import Address


@pytest.mark.parametrize(
    ("url", "through"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:9"),
        ("http://somewhere:8000/path?a=b", "http://127.0.0.1:9/path?a=b"),
        ("postgresql://me:p%40ss@db.example/shop", "postgresql://me:p%40ss@127.0.0.1:9/shop"),
        ("redis://:word@[::1]:6379/0", "redis://:word@127.0.0.1:9/0"),
        ("", ""),
    ],
)
def test_only_the_place_changes_on_the_way_through_a_port(url, through):
    address = Address("somewhere", 8000, url, "/tmp/x", 17)
    assert address.through(9) == Address("127.0.0.1", 9, through, "/tmp/x", 17)
