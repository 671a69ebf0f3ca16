"""A fault on the way to a party: what a proxy does to the connections and the data that pass it."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import ClassVar, Literal, NamedTuple, Protocol, get_args

from suite.contract.fault import Fault
from suite.contract.loop import Duration
from suite.faults.requests import Every, First
from suite.units import parse

Way = Literal["both", "to", "from"]


class Piece(NamedTuple):
    """Data under way to the party or from it; it does not arrive before the monotonic second `at`."""

    at: float
    data: bytes
    towards: bool


def cut(pieces: list[Piece], size: int) -> list[Piece]:
    """The same in parts of at most `size` bytes."""
    return [
        piece._replace(data=piece.data[start : start + size])
        for piece in pieces
        for start in range(0, len(piece.data), size)
    ]


class Victim(Protocol):
    """A connection, as a fault sees it."""

    def reset(self) -> None:
        """End both of its ends with a reset (RST)."""

    def expire(self, seconds: float) -> None:
        """Close both of its ends after so long."""


class Force(Protocol):
    """What of a fault changes while it runs."""

    @property
    def random(self) -> Random:
        """Decides what chance decides."""

    @property
    def free(self) -> dict[bool, float]:
        """When a line of limited speed has sent all that it was given, to the party and from it."""

    def strength(self) -> float:
        """From 0 to 1: how much of it there is by now."""


class WayFault(Fault):
    """Base of what happens between a party and whoever speaks with it.

    `way`: data "to" the party, "from" it, or "both". `share`: of the connections, from 0 to 1. `requests`:
    which HTTP requests it meets, `First(n)` or `Every(n)` (None: all that passes). A connection is met when
    the fault begins, when it is made meanwhile, or by a request; it is let go at the end.
    """

    between = True
    ramps = True
    holds: ClassVar[bool] = False
    """Whether nothing gets through while it lasts; it is kept."""
    swallows: ClassVar[bool] = False
    """Whether nothing gets through, and it is gone."""
    measured: ClassVar[bool] = False
    """Whether there is more or less of it on one connection; of others a ramp meets ever more connections."""

    def __init__(
        self,
        party: str,
        lasting: Duration | None = None,
        *,
        way: Way = "both",
        share: str | float = 1.0,
        requests: First | Every | None = None,
    ) -> None:
        super().__init__(party, lasting)
        self.way = way
        self.share = parse(share, "ratio")
        self.requests = requests

    def problems(self) -> Iterator[str]:
        """See `Fault.problems`."""
        yield from super().problems()
        if self.way not in get_args(Way):
            yield f"way must be 'both', 'to' or 'from', not {self.way!r}"
        if not 0 < self.share <= 1:
            yield "share must be above 0 and at most 1 (100%)"
        if self.requests is not None:
            yield from self.requests.problems()

    def acts(self, *, towards: bool) -> bool:
        """Whether it does something to the data in this direction."""
        return self.way == "both" or (self.way == "to") == towards

    @property
    def bars(self) -> bool:
        """Whether no new connection comes through."""
        return (self.holds or self.swallows) and self.acts(towards=True)

    def meet(self, connection: Victim) -> None:
        """What it does to a connection that it meets."""

    def leave(self, connection: Victim) -> None:
        """What becomes of it at the end."""

    def carry(self, pieces: list[Piece], force: Force) -> list[Piece]:  # noqa: ARG002
        """What becomes of data, which stays in order whatever the times."""
        return pieces

    def closing(self) -> float:
        """Seconds for which a close is held back."""
        return 0.0
