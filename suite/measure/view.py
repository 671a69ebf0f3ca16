"""Operations as one looks at them: from when they were due, or from when they began."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from suite.measure.distributions import NO_TIMES, Ranked, ranked
from suite.measure.endings import endings
from suite.records.recording import Mask, Recording, Times


class ViewedRows(NamedTuple):
    """Some operations, when they were due in this view, and how long they took (ns)."""

    rows: Recording
    due: Times
    times: Times

    @property
    def ended(self) -> Times:
        """When they ended (ns)."""
        return self.due + self.times

    def where(self, mask: Mask) -> ViewedRows:
        """Those that `mask` selects."""
        if mask.all():
            return self
        return ViewedRows(self.rows.where(mask), self.due[mask], self.times[mask])


Chosen = Callable[[ViewedRows], Mask]


class View:
    """Operations with their response times; with their `service` times, those that began at all."""

    def __init__(self, rows: Recording, *, service: bool = False, choices: tuple[Chosen, ...] = ()) -> None:
        self._rows = rows.only(lambda some: some.started > 0) if service else rows
        self._service = service
        self._choices = choices

    def only(self, choice: Chosen) -> View:
        """Those of each piece that `choice` selects."""
        return View(self._rows, service=self._service, choices=(*self._choices, choice))

    def pieces(self) -> Iterator[ViewedRows]:
        """All of them, piece by piece; none is empty."""
        for rows in self._rows.pieces():
            seen = ViewedRows(rows, rows.intended, rows.response_ns())
            if self._service:
                seen = ViewedRows(rows, rows.started, rows.service_ns())
            for choice in self._choices:
                seen = seen.where(choice(seen))
            if len(seen.due):
                yield seen

    def ranked(self, quantiles: Collection[float]) -> Ranked:
        """The distribution of their times."""

        def times(_: object) -> Iterator[tuple[str, Times, Times]]:
            for seen in self.pieces():
                ok, beyond = endings(seen.rows)
                yield "", seen.times[ok], seen.times[beyond]

        return ranked(times, quantiles).get("", NO_TIMES)
