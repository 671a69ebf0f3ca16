"""What is said of a search for the capacity beside its drawing."""

from __future__ import annotations

from suite.records.capacity import Capacity
from suite.report.site.setting import setting_words
from suite.report.terminal.capacity import answer_words, peak_words
from suite.units import format_quantity


def capacity_words(capacity: Capacity) -> str:
    """The interval in a line."""
    return answer_words(capacity.found, capacity.interval, capacity.unit) + peak_words(capacity)


def capacity_setting(capacity: Capacity) -> str:
    """Machine, loop and looks of the search."""
    goal = capacity.goal
    searched = {"rate", "users"} if goal.over == "users" else {"rate", "speed"}
    loop = {name: value for name, value in capacity.plan.items() if name not in searched}
    looks = f"looks of {format_quantity(goal.seconds, 's')}, held to {goal.level} thresholds"
    return f"{setting_words(capacity.environment, {**loop, 'seconds': None, 'operations': None})}, {looks}"
