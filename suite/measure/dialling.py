"""Operations that had to connect first: what of their response was that."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from suite.contract.loop import Loop, OpenLoop
from suite.contract.metric import QUANTILES
from suite.measure.distribution import SHOW, Exact, samples_wanted
from suite.measure.statistics import CONNECT
from suite.records.outcome import BEYOND, Outcome
from suite.records.recording import Recording, Times

SECOND_SYN = 900_000_000
"""ns: the kernel sends a SYN again after 1 s (see tcp(7), RFC 6298) and its timers are not that exact."""
_AT_ONCE = 1_000_000
"""ns within which an operation begins whose user has connected for it."""


def adds_users(loop: Loop) -> bool:
    """Whether users connect while load runs, as they are needed."""
    return isinstance(loop, OpenLoop) and loop.users is None


def dial_ns(recording: Recording, rows: Recording) -> Times:
    """What each of `rows`, an open loop's that adds users, waited for its user to connect; 0 for most.

    Such a user connects once the start is dispatched, and begins the operation right afterwards.
    """
    connects = recording.of(CONNECT)
    connects = connects.where(connects.finished > 0)
    spent = np.zeros(len(rows), np.int64)
    if not len(connects):
        return spent
    order = np.argsort(connects.finished)
    begun, ended = connects.started[order], connects.finished[order]
    last = np.searchsorted(ended, rows.started, "right") - 1
    mine = (last >= 0) & (rows.dispatched > 0)
    mine &= (rows.started - ended[last] < _AT_ONCE) & (begun[last] >= rows.dispatched)
    spent[mine] = (rows.started - rows.dispatched)[mine]
    return spent


def without(rows: Recording, dial: Times) -> tuple[str, float, float] | None:
    """The percentile of the response that connecting lengthens most: its name, as it is, and without."""
    ok, beyond = rows.outcome == Outcome.ok, np.isin(rows.outcome, BEYOND)
    response = rows.response_ns()
    reported, fair = _exact(response, ok, beyond), _exact(response - dial, ok, beyond)
    found = []
    for name, quantile in QUANTILES.items():
        if name == "p999":  # one hiccup may decide that
            continue
        if fair.count >= samples_wanted(quantile, SHOW):
            long, short = reported.percentile(quantile)[0], fair.percentile(quantile)[0]
            if long is not None and short is not None:
                found.append((f"response.{name}", long, short))
    return max(found, key=lambda one: one[1] - one[2], default=None)


def _exact(times: Times, ok: npt.NDArray[np.bool_], beyond: npt.NDArray[np.bool_]) -> Exact:
    return Exact(times[ok], times[beyond])
