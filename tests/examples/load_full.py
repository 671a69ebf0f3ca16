"""load_full.py: a null object in a worker that finds its memory full when it wants another segment."""

from unittest import mock

from suite import Component, User, Workload, closed_loop, operation
from suite.measure import column_file

LOOP = closed_loop(1, seconds=40)


class Null:
    """Does nothing. Where it is made there is no room."""

    def __init__(self) -> None:
        mock.patch.object(column_file, "has_room", return_value=False).start()


class Caller(User):
    """Calls it as fast as it can."""

    @operation
    def nothing(self) -> None:
        """Return at once."""


null_here = Workload("full/null", Component(Null), Caller, loop=LOOP)
