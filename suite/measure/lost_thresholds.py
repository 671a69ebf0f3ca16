"""Critical thresholds that no round can hold any more, whatever is still to come: by counting alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from suite.contract.metric import QUANTILES
from suite.contract.threshold import Threshold
from suite.measure.combine import RunJudge
from suite.measure.distribution import SHOW, samples_wanted
from suite.measure.ended_rows import EndedRows
from suite.records.histogram import rank
from suite.records.outcome import BEYOND, NOT_GOOD, Outcome
from suite.records.reason import Figure, Reason
from suite.records.run import Round

_SHARES: Mapping[str, tuple[str, Sequence[Outcome]]] = {
    "failures": ("bad", NOT_GOOD),
    "dropped": ("dropped", (Outcome.dropped,)),
}
"""Metrics that are a share of what is due: what a round's sums call it, and which outcomes count."""
_WHOLE = 1.0


class LostThreshold:
    """How many operations are over one critical limit, and how many may be.

    `before` are the rounds that are done; `planned` operations are still to come with this round, None where
    nobody knows. Where `code` is given only operations of that code count.
    """

    def __init__(
        self,
        metric: str,
        limit: float,
        code: int | None = None,
        before: Sequence[Round] = (),
        planned: int | None = None,
    ) -> None:
        self.metric = metric
        self.limit = limit
        self._code = code
        base, at, operation = metric.partition("@")
        self._kind, _, point = base.partition(".")
        self._sum, self._bad = _SHARES.get(base, ("", ()))
        self._quantile = None if self._sum else QUANTILES.get(point, _WHOLE)
        self._over = self._counted = 0
        for one in before:
            if self._quantile is None:
                self._over += round(one.sums.get(f"{self._sum}{at}{operation}", 0))
                self._counted += round(one.sums.get(f"due{at}{operation}", 0))
            elif (histogram := one.histograms.get(f"{self._kind}{at}{operation}")) is not None:
                self._over += histogram.over(limit)
                self._counted += histogram.count
        self._most = None if planned is None else self._counted + planned

    def count(self, rows: EndedRows) -> None:
        """Take in what has ended of the measured part."""
        mine = rows.measured if self._code is None else rows.measured & rows.of(self._code)
        if self._quantile is None:
            self._over += int(np.count_nonzero(mine & np.isin(rows.outcome, self._bad)))
            self._counted += int(np.count_nonzero(mine))
            return
        beyond = mine & np.isin(rows.outcome, BEYOND)
        spent: npt.NDArray[np.int64] = rows.finished - rows.intended
        if self._kind == "service":
            beyond &= rows.started > 0
            spent = rows.finished - rows.started
        ok = mine & (rows.outcome == Outcome.ok)
        self._over += int(np.count_nonzero(beyond)) + int(np.count_nonzero(ok & (spent / 1e9 > self.limit)))
        self._counted += int(np.count_nonzero(beyond)) + int(np.count_nonzero(ok))

    @property
    def lost(self) -> bool:
        """Whether it is broken even if all goes well from now on.

        A share is at least what is over it now, of all that can ever be due. A percentile is over its limit
        if more are than may rank above it, and more may the more there are.
        """
        most = self._most
        if self._quantile is None:
            share = 0.0 if not most else self._over / most
            return share > self.limit or (self._over > 0 >= self.limit)
        if self._quantile == _WHOLE:
            return self._over > 0
        if not most or self._counted < samples_wanted(self._quantile, SHOW):
            return False
        return self._over > most - rank(self._quantile, most)

    def reason(self) -> Reason:
        """That it is lost, in figures."""
        figures: dict[str, Figure] = {"metric": self.metric, "limit": self.limit, "over": self._over}
        if self._most is not None:
            figures["most"] = self._most
        return Reason("threshold_lost", figures)


class LostThresholds:
    """Tells when the first of several is lost."""

    def __init__(self, limits: Sequence[LostThreshold]) -> None:
        self._limits = limits

    def look(self, _now: int, rows: Sequence[EndedRows]) -> Reason | None:
        """Why nothing can save the Run, once it is so."""
        for limit in self._limits:
            for part in rows:
                limit.count(part)
        return next((limit.reason() for limit in self._limits if limit.lost), None)


def decidable(
    judge: RunJudge, names: Sequence[str], before: Sequence[Round], planned: int | None
) -> Iterator[LostThreshold]:
    """The critical thresholds that counting can decide, of a loop whose operations have these `names`."""
    for threshold in judge.thresholds:
        limit = _critical(judge, threshold)
        base, _, operation = threshold.metric.partition("@")
        if limit is not None and (not operation or operation in names) and _countable(base):
            code = names.index(operation) if operation else None
            yield LostThreshold(threshold.metric, limit, code, before, planned)


def _countable(base: str) -> bool:
    kind, _, point = base.partition(".")
    return base in _SHARES or (kind in ("response", "service") and (point in QUANTILES or point == "max"))


def _critical(judge: RunJudge, threshold: Threshold) -> float | None:
    metric = judge.metric(threshold.metric)
    return None if metric is None else threshold.limits(metric).get("critical")
