"""PlainConsole: what is printed on it comes from outside as often as not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.segment import Segment

from suite.foreign_text import without_begun_commands


class PlainConsole(Console):
    """A console of rich to which nothing is markup, and nothing folded becomes a command to GitHub's runner.

    `how` is what rich's takes.
    """

    def __init__(self, **how: Any) -> None:
        super().__init__(markup=False, highlight=False, emoji=False, **how)

    def _render_buffer(self, buffer: Iterable[Segment]) -> str:
        return without_begun_commands(super()._render_buffer(buffer))
