"""How operations ended and whether it can be believed: a bar and a square per stored Run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from suite.records.outcome import OUTCOMES
from suite.report.charts.brief import Brief
from suite.report.charts.svg import BOTTOM, LEFT, RIGHT, WIDTH, Axis, escaped, picture, x_labels, y_grid
from suite.report.words import short_commit

MOST = 60
NOT_OK = tuple(outcome for outcome in OUTCOMES if outcome != "ok")
_HEIGHT, _TOP = 220, 16


def not_ok(briefs: Sequence[Brief]) -> int:
    """Operations of `briefs` that did not end well, rejected ones among them."""
    return sum(brief.outcomes.get(outcome, 0) for brief in briefs for outcome in NOT_OK)


def outcome_chart(briefs: Sequence[Brief]) -> str:
    """The share of operations that were not ok, stacked by outcome, a bar per Run."""
    shares = [_shares(brief) for brief in briefs]
    y = Axis(0, max((sum(each.values()) for each in shares), default=0) * 1.1 or 1.0, _HEIGHT - BOTTOM, _TOP)
    x = Axis(-0.5, max(len(briefs), 8) - 0.5, LEFT, WIDTH - RIGHT)
    wide = min((x.end - x.start) / (x.high - x.low) * 0.7, 36)
    inner = [*y_grid(y, "ratio")]
    for index, (brief, each) in enumerate(zip(briefs, shares, strict=True)):
        base = 0.0
        for outcome, share in each.items():
            top = y(base + share)
            inner.append(
                f'<rect class="outcome {outcome}" x="{x(index) - wide / 2:g}" y="{top}" width="{wide:g}" '
                f'height="{max(y(base) - top, 1):g}">'
                f"<title>{escaped(_tip(brief, outcome, share))}</title></rect>"
            )
            base += share
    ends = sorted({0, len(briefs) - 1})
    inner += x_labels([(x(i), short_commit(briefs[i].commit)) for i in ends], _HEIGHT - BOTTOM + 18)
    inner += x_labels([(x(i), briefs[i].started[:10]) for i in ends], _HEIGHT - BOTTOM + 34, "faint")
    words = f"share of operations that were not ok, in {len(briefs)} runs"
    return picture(inner, words, height=_HEIGHT, css="outcomes")


def validity_strip(briefs: Sequence[Brief]) -> str:
    """A square per Run: valid, doubtful (half filled), invalid (crossed)."""
    size, gap = 16, 4
    squares = list(_squares(briefs, size, gap))
    counted = {
        word: sum(brief.validity == word for brief in briefs) for word in ("valid", "doubtful", "invalid")
    }
    words = ", ".join(f"{count} {word}" for word, count in counted.items() if count)
    width = len(briefs) * (size + gap) + 4
    return f'<div class="scroll">{picture(squares, words, width=width, height=size + 4, css="strip")}</div>'


def _squares(briefs: Sequence[Brief], size: int, gap: int) -> Iterator[str]:
    for index, brief in enumerate(briefs):
        x = 2 + index * (size + gap)
        tip = "\n".join([f"{brief.validity}, {brief.verdict}", brief.place, *brief.reasons])
        inner = f'<rect x="{x}" y="2" width="{size}" height="{size}" rx="3"/>'
        if brief.validity == "doubtful":
            inner += f'<path d="M{x},{size + 2}L{x + size},2V{size + 2}Z"/>'
        elif brief.validity == "invalid":
            inner += f'<path class="cross" d="M{x + 4},6l8,8m0,-8l-8,8"/>'
        yield f'<g class="square {brief.validity}"><title>{escaped(tip)}</title>{inner}</g>'


def _shares(brief: Brief) -> dict[str, float]:
    total = sum(brief.outcomes.values())
    found = {outcome: brief.outcomes.get(outcome, 0) for outcome in NOT_OK}
    return {outcome: count / total for outcome, count in found.items() if count}


def _tip(brief: Brief, outcome: str, share: float) -> str:
    count, total = brief.outcomes[outcome], sum(brief.outcomes.values())
    return f"{outcome}: {count:,} of {total:,} ({share:.2%})\n{brief.place}"
