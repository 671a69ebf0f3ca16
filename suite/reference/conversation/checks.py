"""What must be true of a conversation manager after any load."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from suite.reference.conversation.manager import ConversationManager

_STEPS = ("start", "exchange", "end")


def nothing_is_left(system: ConversationManager, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """0 conversations are active once every user has left."""
    assert system.active == 0, f"{system.active} conversations are still active"
    return f"0 active after {system.counters.started}"


def books_are_consistent(system: ConversationManager, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """The counters agree with one another and with what the users saw."""
    faults = system.faults()
    counters = system.counters
    starts, ends = recording.of("start").counts(), recording.of("end").counts()
    if starts["ok"] != counters.started:
        faults.append(f"users saw {starts['ok']} starts accepted, the manager counted {counters.started}")
    if starts["rejected"] != counters.rejected:
        faults.append(f"users saw {starts['rejected']} starts refused, the manager {counters.rejected}")
    if ends["ok"] != counters.ended:
        faults.append(f"users ended {ends['ok']} conversations, the manager counted {counters.ended}")
    assert not faults, "; ".join(faults)
    return f"{counters.started} started, {counters.gone} gone, {counters.rejected} refused"


def limits_were_kept(system: ConversationManager, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """The high-water marks, sampled inside the manager, never passed either limit."""
    top, top_user = system.counters.high_water, system.counters.user_high_water
    assert top <= system.max_concurrent, f"{top} were active at once, {system.max_concurrent} are allowed"
    assert top_user <= system.max_per_user, f"a user had {top_user}, {system.max_per_user} are allowed"
    return f"at most {top} of {system.max_concurrent} at once, {top_user} of {system.max_per_user} per user"


def accepted_ones_succeed(system: ConversationManager, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """Every conversation that was accepted went well from its start to its end."""
    for step in (*_STEPS, *(name for name in recording.names if name not in _STEPS)):
        counts = recording.of(step).counts()
        bad = {name: counts[name] for name in ("failed", "timeout", "unfinished") if counts[name]}
        assert not bad, f"{step}: {bad}"
    accepted = recording.of("start").counts()["ok"]
    assert accepted > 0, "no conversation was accepted"
    return f"{accepted} of {accepted} conversations"


def expired_in_order(system: ConversationManager, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """Conversations ended in the order of their deadlines, by both causes, and no slot stayed taken."""
    endings = sorted((one for one in kept if "deadline" in one), key=lambda one: one["deadline"])
    late = [a for a, b in pairwise(endings) if a["at"] > b["at"]]
    assert not late, f"{len(late)} conversations were ended after one that was due later"
    causes = [sum(one["cause"] == cause for one in endings) for cause in ("idle", "duration")]
    assert all(causes), f"{causes[0]} ended idle and {causes[1]} over-long; some of each are needed"
    return f"{causes[0]} idle and {causes[1]} over-long, in order"


ALWAYS = (nothing_is_left, books_are_consistent, limits_were_kept, accepted_ones_succeed)
"""Checks of every workload."""
