"""Objects through pipes between processes of ours, where a signal may break off what is being done.

What multiprocess's own `send` and `recv` would leave in the error then is a view of a BytesIO. Python 3.12
dies of a collection that finds both.
"""

from __future__ import annotations

from multiprocessing.connection import Connection
from typing import Any

from multiprocess.reduction import ForkingPickler


def send(pipe: Connection, what: Any) -> None:
    """Send an object. Raises OSError if nobody reads."""
    pipe.send_bytes(bytes(ForkingPickler.dumps(what)))


def receive(pipe: Connection) -> Any:
    """The next object; waits for it. Raises EOFError if none comes any more."""
    return ForkingPickler.loads(pipe.recv_bytes())
