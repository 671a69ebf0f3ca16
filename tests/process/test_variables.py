"""Environment variables that children inherit for a while."""

import os

import pytest

from suite.process.variables import inherited


def test_the_environment_is_afterwards_as_it_was(monkeypatch):
    monkeypatch.setenv("COLOUR", "red")
    monkeypatch.delenv("SHADE", raising=False)
    before = dict(os.environ)
    with inherited({"COLOUR": "blue", "SHADE": "dark"}):
        assert (os.environ["COLOUR"], os.environ["SHADE"]) == ("blue", "dark")
    assert dict(os.environ) == before
    with pytest.raises(KeyError), inherited({"COLOUR": "blue"}):
        raise KeyError
    assert dict(os.environ) == before
