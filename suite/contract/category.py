"""What some workloads are called together."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Category:
    """A part of a suite that is asked for, and reported, as a whole.

    `name` is short, for the command line; `title` heads its part of a report, and `also` are other titles
    that it is known by.
    """

    name: str
    title: str
    also: tuple[str, ...] = ()

    def known_as(self, text: str) -> bool:
        """Whether `text` is its name or one of its titles, in any case."""
        return text.casefold() in {one.casefold() for one in (self.name, self.title, *self.also)}
