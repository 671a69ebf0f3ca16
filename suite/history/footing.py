"""The commits that changes stand on: without all the others a history still shows them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from suite.history.changepoint import ChangePoint, Detection, detect
from suite.history.lines import Line, Lines
from suite.history.models import AcceptedRow, DetectionRow
from suite.history.order import Order
from suite.history.store import Ledger
from suite.metric import Better

_REACH = 20
"""Values on each side of a change that stay at least: with some spare, what it takes to confirm a large
one. Small ones take more, which is found out."""
_DRIFT = -1
"""Stands for the drift of a metric, where others are numbers of changes."""


class Footing:
    """What must stay of histories, in each of some `orders` of commits."""

    def __init__(self, ledger: Ledger, orders: Sequence[Order]) -> None:
        self._ledger = ledger
        self._lines = Lines(ledger)
        self._orders = orders

    def of(self, line: Line, staying: Collection[str]) -> set[str]:
        """Commits of `line` that must stay beside those `staying`, so that all of its metrics keep their
        changes, drifts and accepted commits.

        What was kept is searched anew, and more is kept around what that does not show as before.
        Raises StoreError.
        """
        looks = list(self._looks(line))
        accepted = {look.commits[at] for look in looks for at in look.accepted}
        always = {*staying, *accepted, *self._known(line, looks)}
        reach = {(look, target): _REACH for look in looks for target in look.targets}
        while True:
            kept = always.union(*(look.around(target, far) for (look, target), far in reach.items()))
            lost = [(look, target) for look in looks for target in look.lost(kept)]
            if not lost:
                return kept.difference(staying)
            for each in lost:
                reach[each] *= 2

    def _looks(self, line: Line) -> Iterator[_Look]:
        measured = self._lines.commits(line)
        views = {tuple(one.commit for one in order.arranged(measured)[0]) for order in self._orders}
        accepted = select(AcceptedRow.metric, AcceptedRow.commit).where(AcceptedRow.workload == line.workload)
        with self._ledger.session() as session:
            wanted = {(metric, commit) for metric, commit in session.execute(accepted)}
        for quantity in self._lines.everything(line):
            for commits in sorted(views):
                marks = [at for at, commit in enumerate(commits) if (quantity.metric, commit) in wanted]
                values = self._lines.values(line, quantity.metric, commits)
                yield _Look.of(commits, values, quantity.better, marks)

    def _known(self, line: Line, looks: Iterable[_Look]) -> Iterator[str]:
        """Around what was found commit by commit: a search of everything may not find it again."""
        stored = select(DetectionRow.places).where(
            DetectionRow.workload == line.workload,
            DetectionRow.line.startswith(f"{line.machine}/{line.load}/"),
        )
        with self._ledger.session() as session:
            found = {place["commit"] for places in session.scalars(stored) for place in places}
        for commits in {look.commits for look in looks}:
            for at, commit in enumerate(commits):
                if commit in found:
                    yield from commits[max(0, at - _REACH) : at + _REACH]


@dataclass(frozen=True, eq=False)
class _Look:
    """A metric at `commits` in order: what is found in it, and what was accepted (by place)."""

    commits: tuple[str, ...]
    values: Sequence[float | None]
    better: Better
    accepted: Sequence[int]
    found: Detection

    @classmethod
    def of(
        cls, commits: tuple[str, ...], values: Sequence[float | None], better: Better, accepted: Sequence[int]
    ) -> _Look:
        pinned = accepted[-1] if accepted else 0
        return cls(commits, values, better, accepted, detect(values, better=better, pinned=pinned))

    @property
    def targets(self) -> Iterator[int]:
        """What is to stay: changes by their numbers, and drift."""
        yield from range(len(self.found.points))
        if self.found.drift is not None:
            yield _DRIFT

    def around(self, target: int, far: int) -> Iterator[str]:
        """So many commits with a value on each side; of drift, the first and the last ones."""
        having = [at for at, value in enumerate(self.values) if value is not None]
        if target == _DRIFT:
            first = bisect_left(having, self.found.pin.index)
            chosen = having[first : first + far] + having[-far:]
        else:
            place = bisect_left(having, self.found.points[target].index)
            chosen = having[max(0, place - far) : place + far]
        return (self.commits[at] for at in chosen)

    def lost(self, kept: Collection[str]) -> Iterator[int]:
        """The targets that are not found in what is `kept` as they are in all."""
        if next(self.targets, None) is None:
            return
        places = [at for at, commit in enumerate(self.commits) if commit in kept]
        pinned = bisect_left(places, self.accepted[-1]) if self.accepted else 0
        again = detect([self.values[at] for at in places], better=self.better, pinned=pinned)
        for number, point in enumerate(self.found.points):
            if not any(_shows(other, places, point) for other in again.points):
                yield number
        if self.found.drift is not None and again.drift is None:
            yield _DRIFT


def _shows(other: ChangePoint, places: Sequence[int], point: ChangePoint) -> bool:
    """Whether `other`, found among the values at `places`, is `point` and as certain."""
    return places[other.earliest] <= point.index <= places[other.latest] and (
        other.direction,
        other.status,
    ) == (point.direction, point.status)
