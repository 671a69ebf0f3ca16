"""A differential flame graph as one SVG file: widths are costs after the change, red is more, blue less."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from suite.compare.profilediff import Difference, Function, Stack
from suite.foreign_text import clean
from suite.report.words import signed
from suite.units import format_quantity

_WIDTH, _ROW, _TOP = 1200.0, 18, 48
_NARROWEST = 0.4  # px; what is narrower nobody sees
_LETTER = 6.7  # px, of 11 px monospace
_FAINTEST = 0.12
_STYLE = """
svg { background: #fff; color: #222; font: 11px ui-monospace, monospace }
text { fill: currentColor; pointer-events: none }
rect { stroke: #fff; stroke-width: .5 }
.more { fill: #e5392b } .less { fill: #2b6fe5 } .even { fill: #8a8a8a }
@media (prefers-color-scheme: dark) {
  svg { background: #17191c; color: #e6e6e6 }
  rect { stroke: #17191c }
}
"""


@dataclass(slots=True)
class _Node:
    """A function as called on one way: both sides' costs of it and all below."""

    function: Function
    before: float = 0.0
    after: float = 0.0
    called: dict[Function, _Node] = field(default_factory=dict)


def flame_svg(found: Difference, title: str, unit: str) -> str:
    """The whole picture; callers lie above what they called. Equal input gives equal text."""
    root = _tree(found.before, found.after)
    boxes = list(_boxes(root))
    largest = max((abs(node.after - node.before) for node, *_ in boxes), default=0.0)
    height = _TOP + _ROW * (1 + max((depth for *_, depth in boxes), default=0))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:g} {height}" width="{_WIDTH:g}"'
        f' height="{height}" role="img">',
        f"<title>{_text(title)}</title>",
        f"<style>{_STYLE}</style>",
        f'<text x="6" y="18" font-size="14">{_text(title)}</text>',
        '<text x="6" y="36">width: cost in head; red costs more than in base, blue less</text>',
        *(_drawn(*box, largest, unit) for box in boxes),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _tree(before: Mapping[Stack, float], after: Mapping[Stack, float]) -> _Node:
    root = _Node(Function("all", ""))
    for stack in sorted(before.keys() | after.keys()):
        was, now = before.get(stack, 0.0), after.get(stack, 0.0)
        node = root
        node.before += was
        node.after += now
        for function in stack:
            node = node.called.setdefault(function, _Node(function))
            node.before += was
            node.after += now
    return root


def _boxes(root: _Node) -> Iterator[tuple[_Node, float, float, int]]:
    """Node, left edge, width and depth of all that can be seen."""
    if not root.after:
        return
    waiting = [(root, 0.0, 0)]
    while waiting:
        node, left, depth = waiting.pop()
        width = node.after / root.after * _WIDTH
        if width < _NARROWEST:
            continue
        yield node, left, width, depth
        for child in node.called.values():
            waiting.append((child, left, depth + 1))
            left += child.after / root.after * _WIDTH


def _drawn(node: _Node, left: float, width: float, depth: int, largest: float, unit: str) -> str:
    change = node.after - node.before
    share = abs(change) / largest if largest else 0.0
    kind = "even" if share < 0.01 else "more" if change > 0 else "less"
    opacity = _FAINTEST + (1 - _FAINTEST) * (0.2 if kind == "even" else share)
    y = _TOP + depth * _ROW
    name, file = node.function
    told = (
        f"{name} ({file})\nbase {format_quantity(node.before, unit)},"
        f" head {format_quantity(node.after, unit)}, {signed(change, unit)}"
    )
    room = int((width - 6) / _LETTER)
    label = name if len(name) <= room else f"{name[: room - 1]}…" if room > 3 else ""
    text = f'<text x="{left + 3:.1f}" y="{y + 12.5:.1f}">{_text(label)}</text>' if label else ""
    return (
        f'<g><title>{_text(told)}</title><rect class="{kind}" fill-opacity="{opacity:.2f}"'
        f' x="{left:.2f}" y="{y}" width="{width:.2f}" height="{_ROW - 1}"/>{text}</g>'
    )


def _text(text: str) -> str:
    return escape(clean(text))
