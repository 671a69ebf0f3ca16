"""What operations came to, as counts and histograms: adds up over time and over workers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from suite.errors import StoreError
from suite.measure.sheet import Sheet
from suite.records.histogram import Histogram
from suite.records.outcome import BEYOND, OUTCOMES, Outcome
from suite.records.recording import Recording

MOST_NAMES = 1_000
"""Operations of a name that others give. They are kinds: a document with one for each request, which has some
kilobytes of each, could not be read any more.
"""


@dataclass(frozen=True, slots=True)
class OperationTally:
    """How operations of one name ended, by outcome, and their response times.

    `service` are their service times; None where they are the same, in a closed loop.
    """

    outcomes: Mapping[str, int]
    response: Histogram
    service: Histogram | None = None

    @classmethod
    def of(cls, rows: Recording, *, planned: bool) -> OperationTally:
        """Of rows that all have one name."""
        ok, beyond = rows.with_outcome(Outcome.ok), rows.with_outcome(*map(Outcome, BEYOND))
        started = beyond.where(beyond.started > 0)
        return cls(
            {name: n for name, n in rows.counts().items() if n},
            Histogram.of(ok.response_ns(), beyond.response_ns()),
            Histogram.of(ok.service_ns(), started.service_ns()) if planned else None,
        )

    @classmethod
    def merged(cls, parts: Iterable[OperationTally]) -> OperationTally:
        """As if all had been counted in one."""
        counts: Counter[str] = Counter()
        several = list(parts)
        for part in several:
            counts.update(part.outcomes)
        service = [part.service for part in several if part.service is not None]
        return cls(
            dict(counts),
            Histogram.merged(part.response for part in several),
            Histogram.merged(service) if service else None,
        )

    def all_outcomes(self) -> dict[str, int]:
        """With those that none had."""
        return {name: self.outcomes.get(name, 0) for name in OUTCOMES}


Operations = Mapping[str, OperationTally]


@dataclass(frozen=True, slots=True)
class Tally:
    """Operations by name: those that the loop started, and those `beside`, awaited by others and connects.

    `late` is how late planned starts were, None in a closed loop.
    """

    started: Operations = field(default_factory=dict)
    beside: Operations = field(default_factory=dict)
    late: Histogram | None = None

    @classmethod
    def of(cls, recording: Recording, *, planned: bool = False) -> Tally:
        """Of all rows; `planned` are those of an open loop."""
        return cls.merged(cls._of(rows, planned=planned) for rows in recording.pieces())

    @classmethod
    def _of(cls, rows: Recording, *, planned: bool) -> Tally:
        loop = rows.loop_only()
        return cls(
            dict(_by_name(loop, planned=planned)),
            dict(_by_name(rows.where(~rows.by_loop), planned=False)),
            Histogram.of(loop.lateness_ns()) if planned else None,
        )

    @classmethod
    def merged(cls, tallies: Iterable[Tally]) -> Tally:
        """As if all had been counted in one; of nothing, an empty one."""
        several = list(tallies)
        late = [tally.late for tally in several if tally.late is not None]
        return cls(
            _merged(tally.started for tally in several),
            _merged(tally.beside for tally in several),
            Histogram.merged(late) if late else None,
        )

    def total(self) -> OperationTally:
        """All that the loop started."""
        return OperationTally.merged(self.started.values())

    def sheet(self, seconds: float) -> Sheet:
        """The metrics of what came of it in so many `seconds`."""
        sheet = Sheet()
        both = _merged([self.started, self.beside])
        names = {name: f"@{name}" for name in both}
        totals = {"": self.total(), **both} if len(both) > 1 else {"": self.total()}
        for name, one in totals.items():
            at, outcomes = names.get(name, ""), one.all_outcomes()
            sheet.times("response", at, one.response, one.response)
            service = one.service or one.response
            sheet.times("service", at, service, service)
            sheet.counts(at, outcomes, outcomes["ok"], seconds)
        sheet.outcomes = {name: one.all_outcomes() for name, one in {**both, "": self.total()}.items()}
        if self.late is None:
            sheet.unplanned()
        else:
            sheet.lateness(self.late, self.late)
        return sheet

    def pack(self) -> dict[str, Any]:
        """As plain data, for messages."""
        return {
            "started": {name: _packed(one) for name, one in self.started.items()},
            "beside": {name: _packed(one) for name, one in self.beside.items()},
            "late": None if self.late is None else self.late.pack(),
        }

    @classmethod
    def unpack(cls, packed: Mapping[str, Any]) -> Tally:
        """What `pack` gave. Raises StoreError for anything else."""
        try:
            late = packed["late"]
            return cls(
                {name: _unpacked(one) for name, one in packed["started"].items()},
                {name: _unpacked(one) for name, one in packed["beside"].items()},
                None if late is None else Histogram.unpack(late),
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise StoreError(f"a packed tally can't be read: {error!r}") from error


def _by_name(rows: Recording, *, planned: bool) -> Iterator[tuple[str, OperationTally]]:
    for code in np.unique(rows.operation).tolist():
        yield rows.names[code], OperationTally.of(rows.where(rows.operation == code), planned=planned)


def _merged(parts: Iterable[Operations]) -> dict[str, OperationTally]:
    found: dict[str, list[OperationTally]] = {}
    for name, one in (item for part in parts for item in part.items()):
        found.setdefault(name, []).append(one)
    return {name: OperationTally.merged(several) for name, several in found.items()}


def _packed(one: OperationTally) -> list[Any]:
    return [dict(one.outcomes), one.response.pack(), None if one.service is None else one.service.pack()]


def _unpacked(packed: list[Any]) -> OperationTally:
    outcomes, response, service = packed
    if not {*outcomes} <= {*OUTCOMES}:
        raise ValueError(f"outcomes {sorted(outcomes)}")
    return OperationTally(
        {name: int(n) for name, n in outcomes.items()},
        Histogram.unpack(response),
        None if service is None else Histogram.unpack(service),
    )
