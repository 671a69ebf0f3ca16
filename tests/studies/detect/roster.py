"""The detectors that are compared."""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass

from suite.stats.changepoint import detect


@dataclass(frozen=True)
class Detector:
    """`find` gives the indexes of changes in a list of values; `module` must be there, from `package`."""

    name: str
    label: str
    find: Callable[[list[float]], list[int]]
    module: str = ""
    package: str = ""

    def missing(self):
        """One line on how to get it, or None if it is installed."""
        if self.module and importlib.util.find_spec(self.module) is None:
            return f"{self.label} is not installed; it is in {self.package}"
        return None


def _confirmed(values):
    return [point.index for point in detect(values).points if point.status == "confirmed"]


def _every(values):
    return [point.index for point in detect(values).points]


def _asv(values):
    from asv.step_detect import detect_steps

    return [step[0] for step in detect_steps(values)[1:]]


def _otava(values):
    from otava.analysis import compute_change_points

    return [int(point.index) for point in compute_change_points(values)[0]]


CONFIRMED, EVERY = "confirmed", "every"
DETECTORS = (
    Detector(CONFIRMED, "ours, confirmed", _confirmed),
    Detector(EVERY, "ours, provisional too", _every),
    Detector("asv", "asv's steps", _asv, "asv", "asv (PyPI)"),
    Detector("otava", "otava's default", _otava, "otava", "apache-otava (PyPI)"),
)
OURS = (CONFIRMED, EVERY)
