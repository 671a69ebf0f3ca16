"""Pieces of SVG drawings: axes with round ticks, frames, paths. Colours come from the stylesheet."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from suite.foreign_text import clean
from suite.units import format_ticks

WIDTH, HEIGHT = 880, 300
LEFT, RIGHT, TOP, BOTTOM = 84, 18, 46, 46

_LETTER = 7
"""Pixels that a letter is wide, about."""

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Axis:
    """Values from `low` to `high` on pixels from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    @classmethod
    def over(cls, values: Iterable[float], start: float, end: float, *, log: bool = False) -> Axis:
        """Around `values`: from 0 where they reach near it, with air above and below where they don't."""
        known = [value for value in values if math.isfinite(value) and (value > 0 or not log)]
        if not known:
            return cls(1.0, 10.0, start, end, log) if log else cls(0.0, 1.0, start, end)
        low, high = min(known), max(known)
        if log:
            return cls(low / 1.15, high * 1.15, start, end, log=True)
        air = (high - low) * 0.15 or abs(high) * 0.1 or 1.0
        bottom = 0.0 if 0 <= low < high * 0.4 or low == high == 0 else low - air
        return cls(max(bottom, 0.0) if low >= 0 else bottom, high + air, start, end)

    def __call__(self, value: float) -> float:
        if self.log:
            share = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)

    def ticks(self, most: int = 6) -> list[float]:
        """Round values on the axis, at most about `most`."""
        if self.log and self.high / self.low > 8:
            return self._decades(most)
        step = 10.0 ** math.floor(math.log10((self.high - self.low) / most))
        step *= next((f for f in (1, 2, 5, 10) if (self.high - self.low) / (step * f) <= most), 10)
        first = math.ceil(self.low / step - 1e-9)
        count = math.floor(self.high / step + 1e-9) - first + 1
        return [(first + index) * step for index in range(max(count, 0))]

    def _decades(self, most: int) -> list[float]:
        low, high = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        values: list[float] = []
        for factors in ((1, 2, 5), (1, 3), (1,)):
            values = [f * 10.0**power for power in range(low, high + 1) for f in factors]
            values = [value for value in values if self.low <= value <= self.high]
            if len(values) <= most + 1:
                break
        return values


def escaped(words: str) -> str:
    """`words`, which may be from outside, as what stands between tags or in an attribute."""
    return escape(clean(words))


def picture(
    inner: Iterable[str], words: str, *, width: int = WIDTH, height: int = HEIGHT, css: str = ""
) -> str:
    """A whole drawing; `words` say to those who can't see it what it shows."""
    return (
        f'<svg class="chart {css}" viewBox="0 0 {width} {height}" role="img" aria-label="{escaped(words)}">'
        f"{''.join(inner)}</svg>"
    )


def y_grid(axis: Axis, unit: str) -> Iterable[str]:
    """A line and a label for each tick of an upright axis."""
    ticks = axis.ticks()
    for tick, words in zip(ticks, format_ticks([*map(_clean, ticks)], unit), strict=True):
        y = axis(tick)
        yield f'<path class="grid" d="M{LEFT},{y}H{WIDTH - RIGHT}"/>'
        yield text(LEFT - 8, y + 4, words, "end")


def x_labels(labels: Sequence[tuple[float, str]], y: float, css: str = "") -> Iterable[str]:
    """Labels below an axis, each centred on its place, the last one kept inside."""
    for x, words in labels:
        inside = x > WIDTH - RIGHT - 24 and x + _LETTER * len(words) / 2 > WIDTH - 2
        yield text(min(x + 16, WIDTH - 2) if inside else x, y, words, "end" if inside else "middle", css)


def x_caption(words: str, height: float = HEIGHT) -> str:
    """What is on the lower axis."""
    return text((LEFT + WIDTH) / 2, height - 8, words, "middle", "faint")


def text(x: float, y: float, words: str, anchor: str = "start", css: str = "") -> str:
    """A line of text."""
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" class="{css}">{escaped(words)}</text>'


def line(places: Iterable[Place | None], css: str) -> str:
    """A line through places, broken where one is None."""
    path, pen = [], "M"
    for place in places:
        if place is None:
            pen = "M"
            continue
        path.append(f"{pen}{place[0]:g},{place[1]:g}")
        pen = "L"
    return f'<path class="{css}" d="{"".join(path)}"/>' if path else ""


def layers(curves: Iterable[tuple[Sequence[Place], Iterable[str]]]) -> Iterable[str]:
    """Curves with the marks on them, each in its own colour, the first one in front."""
    for index, (places, marks) in reversed(list(enumerate(curves))):
        yield line(places, f"curve c{index}")
        yield from marks


def mark(x: float, y: float, tip: str, css: str = "pt", radius: float = 3.2) -> str:
    """A point with words that show when it is pointed at."""
    return (
        f'<circle class="{css}" cx="{x:g}" cy="{y:g}" r="{radius:g}"><title>{escaped(tip)}</title></circle>'
    )


def _clean(value: float) -> float:
    return float(f"{value:.6g}")
