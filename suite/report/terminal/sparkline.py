"""Numbers over time as bars in a line of text."""

from __future__ import annotations

import math
from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"
_TOP = len(_BARS) - 1


def sparkline(levels: Sequence[float]) -> str:
    """A bar per level, the lowest and the highest of them as ends of the scale."""
    known = [level for level in levels if math.isfinite(level)]
    low = min(known, default=0.0)
    span = max(known, default=0.0) - low
    flat = not 0 < span < math.inf
    return "".join(
        " " if not math.isfinite(level) else _BARS[0 if flat else round((level - low) / span * _TOP)]
        for level in levels
    )
