"""What a round replays of an access log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from suite.contract.loop import Loop, OpenLoop
from suite.contract.replay import Replay
from suite.contract.workload import Workload
from suite.data.log_columns import read
from suite.data.logged_requests import LoggedRequests
from suite.errors import ConfigurationError
from suite.measure.room import has_room

_MOST_PLANNED = 50_000_000
_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class ReplayedRows:
    """Rows of a log that one round replays: `starts` in seconds from its beginning, warm-up included.

    `last` is 1 where the session has no row after it.
    """

    starts: _Floats
    session: _Ints
    at: _Ints
    status: _Ints
    operation: _Ints
    last: _Ints
    requests: LoggedRequests


@overload
def resolved(loop: OpenLoop, *, anew: bool = ...) -> OpenLoop: ...
@overload
def resolved(loop: Loop, *, anew: bool = ...) -> Loop: ...
def resolved(loop: Loop, *, anew: bool = True) -> Loop:
    """A loop that replays a log with its rate and seconds, and what reading it came to.

    Rounds take the log as who wanted them has read it, not `anew`. Any other loop is returned as it is.
    Raises ConfigurationError.
    """
    given = loop.arrivals if isinstance(loop, OpenLoop) else None
    if not isinstance(loop, OpenLoop) or not isinstance(given, Replay):
        return loop
    log = read(given, has_room, anew=anew)
    length = log.summary.seconds / given.speed
    seconds = loop.seconds
    if given.begin == "peak":
        # The warm-up comes before the peak; where the log has nothing before it there is none.
        if seconds <= 0:
            raise ConfigurationError('replay: begin="peak" needs seconds=, the length of the peak')
        measured = _busiest(log.start, seconds * given.speed)
        begin, rest = measured - loop.warmup * given.speed, length
    else:
        begin = given.begin
        rest = length - begin / given.speed - loop.warmup
        if rest <= 0:
            raise ConfigurationError(
                f"{given.name} is {length:.4g} s long at speed {given.speed:g}: nothing is left after "
                "begin and warm-up; give less of them, or a lower speed"
            )
    seconds = seconds or rest
    if seconds > rest * (1 + 1e-9):
        raise ConfigurationError(
            f"{given.name} is {length:.4g} s long at speed {given.speed:g}, too short for {seconds:g} s "
            "(begin and warm-up are on top); give fewer seconds or a lower speed"
        )
    first, middle, last = _rows(log.start, begin, loop.warmup, seconds, given.speed)
    if last == middle:
        raise ConfigurationError(
            f"{given.name} has no request in the {seconds:g} s that are replayed; "
            "give more seconds, or begin= where it has some"
        )
    if last - first > _MOST_PLANNED:
        raise ConfigurationError(
            f"{given.name} has {last - first:,} requests there, more than {_MOST_PLANNED:,}; "
            "give fewer seconds"
        )
    found = replace(log.summary, planned=last - first, begin=max(0.0, begin), beyond=len(log.start) - last)
    return replace(
        loop, rate=(last - middle) / seconds, seconds=seconds, arrivals=replace(given, summary=found)
    )


def replayed_rows(loop: OpenLoop) -> ReplayedRows:
    """What a loop that is `resolved` replays."""
    given = loop.arrivals
    assert isinstance(given, Replay)
    log = read(given, has_room, anew=False)
    begin = given.begin
    if begin == "peak":
        begin = _busiest(log.start, loop.seconds * given.speed) - loop.warmup * given.speed
    first, _, last = _rows(log.start, begin, loop.warmup, loop.seconds, given.speed)
    rows = slice(first, last)
    session = log.session[rows]
    ends = np.zeros(last - first, np.uint8)
    _, backwards = np.unique(session[::-1], return_index=True)
    ends[last - first - 1 - backwards] = 1
    starts = (log.start[rows] - begin) / given.speed
    return ReplayedRows(
        starts, session, log.at[rows], log.status[rows], log.operation[rows], ends, log.requests
    )


def operation_codes(workload: Workload, names: Sequence[str]) -> npt.NDArray[np.uint16]:
    """The places in `names` of the operations that a replay's lines stand for, in its own order.

    Raises ConfigurationError.
    """
    loop, shares = workload.loop, workload.shares()
    assert isinstance(loop, OpenLoop)
    assert isinstance(loop.arrivals, Replay)
    if len(shares) > 1:
        raise ConfigurationError(
            f"{workload.name}: a replay has one class of users, for the log says who does what; "
            f"there are {len(shares)}"
        )
    known = {operation.name for operation in shares[0].user.operations()} - workload.without
    wanted = [name for _, name in loop.arrivals.operations]
    if not wanted:
        started = [operation.name for operation in shares[0].operations]
        if len(started) != 1:
            raise ConfigurationError(
                f"{workload.name}: which of {', '.join(started)} is a line of {loop.arrivals.name}? "
                'Say it: replay(..., operations={"GET /items/*": "' + (started or ["browse"])[0] + '"})'
            )
        wanted = started
    if unknown := sorted(set(wanted) - known):
        raise ConfigurationError(
            f"{workload.name}: replay(operations=...) names {', '.join(unknown)}, "
            f"{shares[0].user.__name__} has {', '.join(sorted(known))}"
        )
    return np.array([names.index(name) for name in wanted], np.uint16)


def _rows(start: _Floats, begin: float, warmup: float, seconds: float, speed: float) -> tuple[int, int, int]:
    """First row, first measured one, and the end."""
    measured = begin + warmup * speed
    edges = np.searchsorted(start, [begin, measured, measured + seconds * speed])
    if measured + seconds * speed >= start[-1]:
        edges[2] = len(start)  # whatever rounding says
    first, middle, last = (int(edge) for edge in edges)
    return first, middle, last


def _busiest(start: _Floats, width: float) -> float:
    """Where the stretch of `width` seconds with the most requests begins, the first of several."""
    counts = np.searchsorted(start, start + width) - np.arange(len(start))
    return float(start[int(np.argmax(counts))])
