"""Which requests of a log are one visit of somebody."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

_Ints = npt.NDArray[Any]


def sessions(clients: _Ints, starts: npt.NDArray[np.float64], idle: float) -> tuple[_Ints, int]:
    """The session of each row, numbered by their first rows; and how many clients there are.

    A client that has been away for more than `idle` seconds begins a new one. `starts` ascend.
    """
    order = np.argsort(clients, kind="stable")
    theirs, when = clients[order], starts[order]
    other = theirs[1:] != theirs[:-1]
    begins = np.concatenate([[True], other | (np.diff(when) > idle)])
    number = np.cumsum(begins) - 1
    # In order of their first rows, so that chance in how clients are told apart changes nothing.
    rank = np.empty(number[-1] + 1, np.int64)
    rank[np.argsort(order[begins], kind="stable")] = np.arange(number[-1] + 1)
    found = np.empty(len(clients), np.int64)
    found[order] = rank[number]
    return found, int(np.count_nonzero(other)) + 1
