"""How the figures of a reason get into its words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from suite.records.reason import Figure
from suite.report.words import many as many_of
from suite.report.words import percent, short_commit, signed
from suite.units import format_quantity

Figures = Mapping[str, Figure]
Kinds = Mapping[str, str | Callable[[Figures], str]]
"""Kind to words, or to what makes them of the figures: text with `{name:unit}` where a figure belongs."""
_UNITS = ("s", "B", "ratio", "1/s", "1")


class _Shown:
    """A figure in a template: `{name:s}` is a quantity of that unit, `{name:tenths}` a rounded count,
    `{name:short}` a commit."""

    def __init__(self, figure: Figure) -> None:
        self._figure = figure

    def __format__(self, spec: str) -> str:
        figure = self._figure
        if spec == "short":
            return short_commit(None if figure is None else str(figure))
        if not isinstance(figure, int | float) or not spec:
            return str(figure)
        if spec == "tenths":
            return format_quantity(round(figure, 1), "1")
        return format_quantity(figure, spec) if spec in _UNITS else format(figure, spec)


def filled(template: str, figures: Figures) -> str:
    """`template` with its figures. Raises KeyError, TypeError or ValueError where they don't fit."""
    return template.format_map({name: _Shown(figure) for name, figure in figures.items()})


def number(figure: Figure) -> float:
    """0.0 where it is none."""
    return figure if isinstance(figure, int | float) else 0.0


def plural(count: Figure, noun: str) -> str:
    """The noun for so many."""
    return noun if count == 1 else f"{noun}s"


def literal(text: str) -> str:
    """`text` from outside as a template of itself."""
    return text.replace("{", "{{").replace("}", "}}")


def many(figures: Figures, name: str) -> str:
    """A count with its noun, which is the figure's name but for its plural."""
    return many_of(number(figures[name]), name.removesuffix("s"))


def kept_by(figures: Figures) -> str:
    """Who kept an event loop."""
    if figures["place"] is None:
        return "kept by something unseen"
    return "kept by operation {operation} at {place}" if figures["operation"] else "kept at {place}"


def shift_words(value: float, relative: bool, unit: str) -> str:
    """A shift for people: "+12.3 %", "-1.5 points" of a ratio, "+3 ms"."""
    if relative:
        return percent(value)
    if unit == "ratio":  # % would look like a share of the base
        return f"{100 * value:+.3g} points"
    return signed(value, unit)
