"""One round out of the shares that several parties had in it at the same time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from suite.contract.loop import Loop
from suite.measure.combine import merged_details
from suite.measure.limiter import limiter
from suite.measure.tally import Tally
from suite.records.evidence import Evidence
from suite.records.reason import Reason
from suite.records.run import Round, Validity, worst

_NO_SAMPLES = Reason("no_samples")
_EMPTY = ("no_samples", "nothing_planned")
_ADDED = (
    "planned", "dispatched", "delivered", "completed", "due", "rejected", "dropped", "unfinished", "samples",
    "answered", "in_flight", "little", "backlog", "busy", "thinking", "users",
)  # fmt: skip


def joined_round(
    shares: Mapping[str, Round],
    tally: Tally,
    seconds: float,
    *,
    loop: Loop,
    doubts: Sequence[Reason] = (),
) -> Round:
    """The round of `loop` of which each party had a share, by its name; `tally` is of all operations.

    Shares have what is told by one party: resources, validity, details. Reasons say whose they are where
    there are several shares. With `doubts` it is invalid.
    """
    sheet = tally.sheet(seconds)
    for share in shares.values():
        for name, value in share.sums.items():
            sheet.sums[name] = sheet.sums.get(name, 0.0) + value
        for name, figure in share.metrics.items():
            if sheet.metrics.get(name) is None:
                sheet.metrics[name] = figure
                sheet.at_least |= {name} & share.at_least
        sheet.notes = {**share.notes, **sheet.notes}
    sheet.ratios()
    parties = list(shares.values())
    evidence = _evidence([share.evidence for share in parties if share.evidence is not None])
    held_back = next((share.limiter for share in parties), None)
    if len(parties) > 1 and evidence is not None:
        elsewhere = evidence.system_cpu is None
        held_back = limiter(evidence, loop=loop, component=False, remote=elsewhere, own=sheet.metrics)
    return Round(
        0,
        sheet.metrics,
        frozenset(sheet.at_least),
        {name: note for name, note in sheet.notes.items() if sheet.metrics.get(name) is None},
        sheet.sums,
        sheet.histograms,
        sheet.outcomes,
        statuses=_statuses(parties),
        details=merged_details(parties),
        checks=tuple(check for share in parties for check in share.checks),
        series=_series(parties),
        validity=_validity(shares, [*doubts, *([] if tally.started else [_NO_SAMPLES])]),
        pids=_pids(parties),
        evidence=evidence,
        limiter=held_back,
        outputs=tuple(output for share in parties for output in share.outputs),
        observed=next((share.observed for share in parties if share.observed), ()),
        failure=next((share.failure for share in parties if share.failure is not None), None),
        stopped=next((share.stopped for share in parties if share.stopped is not None), None),
    )


def _pids(shares: Iterable[Round]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for name, pids in (item for share in shares for item in share.pids.items()):
        found[name] = (*found.get(name, ()), *pids)
    return found


def _evidence(parts: Sequence[Evidence]) -> Evidence | None:
    """That of the party that has the system, with what all delivered, and how busy their workers were."""
    if len(parts) < 2:
        return parts[0] if parts else None
    whole = max(parts, key=lambda part: part.system_cpu is not None)
    added: dict[str, Any] = {}
    for name in _ADDED:
        known = [value for part in parts if (value := getattr(part, name)) is not None]
        added[name] = sum(known) if known else None
    return replace(
        whole,
        **added,
        worker_cpu=tuple(cpu for part in parts for cpu in part.worker_cpu),
        worker_delay=tuple(delay for part in parts for delay in part.worker_delay),
    )


def _statuses(shares: Iterable[Round]) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = {}
    for name, found in (item for share in shares for item in share.statuses.items()):
        counts.setdefault(name, Counter()).update(found)
    return {name: dict(sorted(found.items())) for name, found in counts.items()}


def _series(shares: Sequence[Round]) -> Mapping[str, tuple[float | None, ...]]:
    """That of the only share that has one; several would need one clock."""
    found = [share.series for share in shares if share.series]
    return found[0] if len(found) == 1 else {}


def _validity(shares: Mapping[str, Round], doubts: Sequence[Reason]) -> Validity:
    reasons = list(doubts)
    for name, share in shares.items():
        told = [
            reason for reason in share.validity.reasons if reason != _NO_SAMPLES
        ]  # of a share it says nothing
        reasons += [reason.about(party=name) for reason in told] if len(shares) > 1 else told
    verdicts = [
        "valid" if all(one.kind in _EMPTY for one in share.validity.reasons) else share.validity.verdict
        for share in shares.values()
    ]
    verdict = "invalid" if doubts else worst(verdicts)
    return Validity(verdict, tuple(reasons))
