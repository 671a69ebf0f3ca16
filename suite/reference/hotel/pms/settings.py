"""How the backend deals with property management systems."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PmsSettings:
    """`pms` are the URLs of its servers, the preferred one first.

    A request has `pms_deadline` seconds in all, one attempt `pms_timeout`. An attempt that failed at once is
    made again up to `pms_attempts` times, after a pause of up to `pms_backoff` seconds, twice as long each
    time, and only while such are less than the share `pms_budget` of requests, and `pms_reserve` more.
    `pms_threshold` failures one after the other open the breaker of a server, for `pms_rest` seconds.
    What was read is kept for `pms_expiry` seconds (0: not at all); `pms_page` records are copied at once.
    """

    pms: tuple[str, ...] = ()
    pms_deadline: float = 3.0
    pms_timeout: float = 0.5
    pms_attempts: int = 3
    pms_backoff: float = 0.02
    pms_budget: float = 0.1
    pms_reserve: int = 20
    pms_threshold: int = 5
    pms_rest: float = 0.25
    pms_expiry: float = 60.0
    pms_page: int = 500

    def pms_faults(self) -> Iterator[str]:
        """What can't work, each with what would mend it."""
        for name, least in {"attempts": 1, "reserve": 0, "threshold": 1, "page": 1}.items():
            value = getattr(self, f"pms_{name}")
            if not isinstance(value, int) or value < least:
                yield f"pms_{name} is a whole number from {least}, not {value!r}"
        for name in ("deadline", "timeout", "rest"):
            if not getattr(self, f"pms_{name}") > 0:
                yield f"pms_{name} is a time above 0, not {getattr(self, f'pms_{name}')!r}"
        for name in ("backoff", "budget", "expiry"):
            if not getattr(self, f"pms_{name}") >= 0:
                yield f"pms_{name} can't be negative, as {getattr(self, f'pms_{name}')!r} is"
