"""Variants of a test that stand for a kind of which another one runs in every test run."""

from typing import Any

import pytest
from _pytest.mark.structures import ParameterSet


def exhaustive(*values: Any) -> ParameterSet:
    """Parameters for `tox -e exhaustive` alone."""
    return pytest.param(*values, marks=pytest.mark.exhaustive)


def nightly(*values: Any) -> ParameterSet:
    """Parameters for `tox -e nightly` alone."""
    return pytest.param(*values, marks=[pytest.mark.exhaustive, pytest.mark.nightly])
