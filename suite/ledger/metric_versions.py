"""MetricVersions: what a metric measured may change under its name; asv gives it another version then."""

from __future__ import annotations

from collections.abc import Mapping


class MetricVersions:
    """The versions of metrics, by the numbers of their Runs, the newest first.

    A Run that tells none is of any version.
    """

    def __init__(self, by_run: Mapping[int, Mapping[str, str]]) -> None:
        self._by_run = by_run

    def current(self, metric: str) -> str | None:
        """That of the newest Run that tells one."""
        return next((some[metric] for some in self._by_run.values() if metric in some), None)

    def others(self, metric: str) -> frozenset[int]:
        """Numbers of Runs that have another version than the current one."""
        current = self.current(metric)
        return frozenset(
            number for number, some in self._by_run.items() if some.get(metric, current) != current
        )
