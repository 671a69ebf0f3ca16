"""How all operations ended, as one bar."""

from __future__ import annotations

from collections.abc import Mapping

from suite.report.charts.svg import WIDTH, picture

_HIGH, _LEAST = 18, 2.0


def outcome_bar(counts: Mapping[str, int]) -> str:
    """A part for each outcome that there is, wide as its share; none is too small to be seen."""
    total = sum(counts.values())
    shown = {name: count for name, count in counts.items() if count}
    shares = {name: max(count / total * WIDTH, _LEAST) for name, count in shown.items()}
    scale = WIDTH / sum(shares.values())
    inner, at = [], 0.0
    for name, share in shares.items():
        wide = share * scale
        inner.append(
            f'<rect class="outcome {name}" x="{at:.1f}" y="0" width="{wide:.1f}" height="{_HIGH}">'
            f"<title>{name}: {shown[name]:,} of {total:,} ({shown[name] / total:.2%})</title></rect>"
        )
        at += wide
    words = ", ".join(f"{count:,} {name}" for name, count in shown.items())
    return picture(inner, words, height=_HIGH, css="bar")
