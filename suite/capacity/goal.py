"""What a capacity search is to find out: over which load, held to what, between which bounds."""

from __future__ import annotations

from suite.capacity.judging import limits
from suite.capacity.probe import LoadBounds
from suite.contract.component import Component
from suite.contract.loop import ClosedLoop, Loop, OpenLoop
from suite.contract.replay import Replay
from suite.contract.workload import Workload
from suite.data.log_columns import read
from suite.errors import ConfigurationError
from suite.measure.room import has_room
from suite.records.capacity import Goal, Over

_FIRST_RATE, _LOWEST_RATE, _HIGHEST_RATE = 20.0, 1.0, 1e6
_MOST_USERS = 10_000.0
_LOWEST_SPEED = 1e-3


def default_over(workload: Workload) -> Over:
    """Rate, unless the loop is a model of users who think: then users; of a log that is replayed, speed."""
    loop = workload.loop
    if isinstance(loop, OpenLoop) and isinstance(loop.arrivals, Replay):
        return "speed"
    thinking = any(o.think for user in workload.users for o in user.operations())
    return "users" if isinstance(loop, ClosedLoop) and (loop.think or thinking) else "rate"


def bounds_of(workload: Workload, goal: Goal, workers: int) -> LoadBounds:
    """Where to look. Raises ConfigurationError with what makes no sense."""
    loop, users = workload.loop, goal.over == "users"
    replayed = isinstance(loop, OpenLoop) and isinstance(loop.arrivals, Replay)
    faults = []
    least, most = {
        "rate": (_LOWEST_RATE, _HIGHEST_RATE),
        "users": (float(len(workload.users) * workers), _MOST_USERS),
        "speed": (_LOWEST_SPEED, _length(loop) / max(goal.seconds, 1e-9)),
    }[goal.over]
    lowest = least if goal.lowest is None else goal.lowest
    highest = most if goal.highest is None else goal.highest
    if goal.over == "speed" and not replayed:
        faults.append(f"{workload.name} replays no log, so there is no speed to search over")
    if lowest <= 0 or highest <= 0:
        faults.append("loads to search among must be above 0")
    elif lowest > highest:
        faults.append(f"there is nothing from {lowest:g} to {highest:g}")
    if users and lowest < least:
        faults.append(f"{lowest:g} users are too few for one of each class in each worker: from {least:g} on")
    if users and not limits(workload, goal.level):
        faults.append(
            f"{workload.name} has no threshold at level {goal.level} or worse, so any number of users holds: "
            "give it one, or search over rate"
        )
    if goal.at_least is not None and not lowest <= goal.at_least <= highest:
        faults.append(f"{goal.at_least:g} is outside of what is searched, {lowest:g} to {highest:g}")
    if goal.seconds <= 0 or goal.budget <= 0:
        faults.append("seconds and budget must be above 0")
    if isinstance(workload.system, Component) and workers > 1:
        faults.append(f"{workload.name} is a Component: it lives in exactly one worker")
    if faults:
        raise ConfigurationError.of(faults)
    if goal.at_least is not None:
        start = goal.at_least
    elif goal.lowest is not None:
        start = lowest
    elif goal.over == "rate":
        start = (loop.rate if isinstance(loop, OpenLoop) else 0.0) or _FIRST_RATE
    else:
        start = max(lowest, 1.0)
    return LoadBounds(
        min(max(start, lowest), highest),
        lowest,
        highest,
        repeats=goal.repeats,
        seconds=goal.budget,
        whole=users,
        resolution=0.05,
    )


def _length(loop: Loop) -> float:
    """Seconds of the log that it replays: no look is longer."""
    if isinstance(loop, OpenLoop) and isinstance(loop.arrivals, Replay):
        return read(loop.arrivals, has_room).summary.seconds
    return 1.0
