"""What a conversation manager has counted since it was made."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(slots=True)
class Counters:
    """Conversations by what became of them, starts by which limit refused them, and high-water marks.

    `high_water` is the most conversations that were active at once, `user_high_water` the most that one
    user had; both are sampled by the manager in the step that makes a conversation active.
    """

    started: int = 0
    ended: int = 0
    expired_idle: int = 0
    expired_duration: int = 0
    closed: int = 0
    rejected_global: int = 0
    rejected_user: int = 0
    exchanges: int = 0
    high_water: int = 0
    user_high_water: int = 0

    @property
    def gone(self) -> int:
        """Conversations that are over, for whatever cause."""
        return self.ended + self.expired_idle + self.expired_duration + self.closed

    @property
    def rejected(self) -> int:
        """Starts that a limit refused."""
        return self.rejected_global + self.rejected_user

    def as_dict(self) -> dict[str, int]:
        """The counters by name."""
        return asdict(self)
