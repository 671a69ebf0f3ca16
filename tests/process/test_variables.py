"""Environment variables that children inherit for a while."""

import os

import pytest

from suite.process.variables import environment, inherited


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


def test_an_environment_takes_the_place_of_ours_for_a_while(monkeypatch):
    monkeypatch.setenv("COLOUR", "red")
    before = dict(os.environ)
    with environment({"SHADE": "dark"}):
        assert dict(os.environ) == {"SHADE": "dark"}
    assert dict(os.environ) == before
