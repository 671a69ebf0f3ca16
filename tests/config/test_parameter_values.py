"""Values of parameters: what they replace is told, unless its name says that it is secret."""

import pytest

from suite import Component, User, Workload, closed_loop, operation
from suite.config.parameter_values import set_values
from suite.errors import ConfigurationError


class Asker(User):
    @operation
    def ask(self):
        """Ask nothing."""


def test_the_default_of_a_secret_is_not_told():
    system = Component(dict, tokens=["hunter2"], sizes=[1, 2])
    workload = Workload("shop/ask", system, Asker, loop=closed_loop(1, operations=1))
    with pytest.raises(ConfigurationError) as told:
        set_values(workload, {"tokens": "x", "sizes": "3"})
    assert str(told.value).splitlines() == [
        "--set tokens=***: a value like *** can only be given in a configuration file",
        "--set sizes=3: a value like [1, 2] can only be given in a configuration file",
    ]
