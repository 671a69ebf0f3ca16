"""Why something is so, as data: words for it are made in `report` alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Figure = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Reason:
    """A `kind` to sort by, such as few_samples, and the `figures` that say so, in base units.

    What came from a document that is older than reasons has the kind "text" and its words as `text`.
    """

    kind: str
    figures: Mapping[str, Figure] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash(self.kind)

    def about(self, **figures: Figure) -> Reason:
        """The same with more figures, such as the metric that it is about."""
        return Reason(self.kind, {**figures, **self.figures})

    def behind(self, kind: str, **figures: Figure) -> Reason:
        """Another reason that rests on this one: `because` is this one's kind, and its figures go along."""
        return Reason(kind, {**figures, **self.figures, "because": self.kind})

    @classmethod
    def of_text(cls, text: str) -> Reason:
        """What something that is not ours said, an error of a system for example, as it said it."""
        return cls("text", {"text": text})

    @classmethod
    def doubtful(cls, doubted: Sequence[Sequence[Reason]], of: int, side: str | None = None) -> Reason:
        """That so many `of` some are doubtful, and `because` of which kind of reason, with its figures."""
        first = next((reason for reasons in doubted for reason in reasons), Reason("no_reason"))
        where: dict[str, Figure] = {} if side is None else {"side": side}
        return first.behind("doubtful", **where, doubtful=len(doubted), of=of)
