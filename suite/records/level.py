"""The levels of a threshold."""

from typing import Literal

Level = Literal["target", "warning", "critical"]
LEVELS: tuple[Level, ...] = ("target", "warning", "critical")
