"""Operations that had to connect first: what of their response was that."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from suite.contract.loop import Loop, OpenLoop
from suite.contract.metric import QUANTILES
from suite.measure.distribution import SHOW, samples_wanted
from suite.measure.distributions import NO_TIMES, ranked
from suite.measure.endings import endings
from suite.measure.statistics import CONNECT
from suite.records.recording import Recording, Times

SECOND_SYN = 900_000_000
"""ns: the kernel sends a SYN again after 1 s (see tcp(7), RFC 6298) and its timers are not that exact."""
_AT_ONCE = 1_000_000
"""ns within which an operation begins whose user has connected for it."""


def adds_users(loop: Loop) -> bool:
    """Whether users connect while load runs, as they are needed."""
    return isinstance(loop, OpenLoop) and loop.users is None


class Dials:
    """What operations of an open loop that adds users waited for their user to connect.

    Such a user connects once the start is dispatched, and begins the operation right afterwards.
    """

    def __init__(self, recording: Recording) -> None:
        connects = recording.of(CONNECT).only(lambda rows: rows.finished > 0)
        order = np.argsort(connects.finished)
        self._begun, self._ended = connects.started[order], connects.finished[order]

    def ns(self, rows: Recording) -> Times:
        """That of each row of a piece; 0 of most."""
        spent = np.zeros(len(rows), np.int64)
        if not len(self._ended):
            return spent
        last = np.searchsorted(self._ended, rows.started, "right") - 1
        mine = (last >= 0) & (rows.dispatched > 0)
        mine &= (rows.started - self._ended[last] < _AT_ONCE) & (self._begun[last] >= rows.dispatched)
        spent[mine] = (rows.started - rows.dispatched)[mine]
        return spent


def without(rows: Recording, dials: Dials) -> tuple[str, float, float] | None:
    """The percentile of the response that connecting lengthens most: its name, as it is, and without."""

    def times(_: object) -> Iterator[tuple[str, Times, Times]]:
        for piece in rows.pieces():
            ok, beyond = endings(piece)
            response, dial = piece.response_ns(), dials.ns(piece)
            yield "reported", response[ok], response[beyond]
            yield "fair", (response - dial)[ok], (response - dial)[beyond]

    both = ranked(times, QUANTILES.values())
    reported, fair = both.get("reported", NO_TIMES), both.get("fair", NO_TIMES)
    found = []
    for name, quantile in QUANTILES.items():
        if name == "p999":  # one hiccup may decide that
            continue
        if fair.count >= samples_wanted(quantile, SHOW):
            long, short = reported.percentile(quantile)[0], fair.percentile(quantile)[0]
            if long is not None and short is not None:
                found.append((f"response.{name}", long, short))
    return max(found, key=lambda one: one[1] - one[2], default=None)
