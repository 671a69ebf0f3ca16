"""Why something is so, as data: words for it are made in `report` alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Figure = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Reason:
    """A `kind` to sort by, such as few_samples, and the `figures` that say so, in base units.

    What came from a document that is older than reasons has the kind "text" and its words as `text`.
    """

    kind: str
    figures: Mapping[str, Figure] = field(default_factory=dict)
