"""What one backend is told; it reaches the server's processes through an environment variable."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

VARIABLE = "LOADLEDGER_API"
DATABASE = "api.db"
SECRET = "secret"  # noqa: S105  # the name of a file
RateKind = Literal["fixed", "moving"]


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """Where it keeps things, and its limits.

    `database` is an SQLAlchemy URL without a driver, `redis` one of Redis, or empty: limits are counted in
    memory then. `directory` holds audio and counters. `rate_limit` requests in `rate_window` whole seconds
    are served to a client, in windows that are "fixed" or "moving". Of `pool_size` connections in each
    process `pool_overflow` more are made under load; a request waits `pool_timeout` seconds for one.
    An upload has `upload_limit` bytes at most and `upload_idle` seconds for its next piece. `jobs` notes are
    extracted at once in each process, `queue` more may wait.
    """

    database: str
    directory: str
    secret: str
    redis: str = ""
    processes: int = 1
    rate_limit: int = 100
    rate_window: int = 60
    rate_kind: RateKind = "fixed"
    pool_size: int = 10
    pool_overflow: int = 10
    pool_timeout: float = 5.0
    upload_limit: int = 20_000_000
    upload_idle: float = 10.0
    token_seconds: int = 3600
    jobs: int = 2
    queue: int = 64

    def faults(self) -> list[str]:
        """What can't work, each with what would mend it."""
        faults = []
        if self.rate_kind not in ("fixed", "moving"):
            faults.append(f"rate_kind is fixed or moving, not {self.rate_kind!r}")
        if self.processes > 1 and not self.redis:
            faults.append(
                f"{self.processes} processes would each count their own rate limit; give them a Redis "
                "(beside={'redis': redis()}, or --redis URL)"
            )
        least = {
            "processes": 1, "rate_limit": 1, "rate_window": 1, "pool_size": 1, "pool_overflow": 0,
            "upload_limit": 1, "jobs": 1, "queue": 0,
        }  # fmt: skip
        for name, bound in least.items():
            value = getattr(self, name)
            if not isinstance(value, int) or value < bound:
                faults.append(f"{name} is a whole number from {bound}, not {value!r}")
        return faults

    def audio(self) -> Path:
        """The folder of uploads."""
        return Path(self.directory) / "audio"

    def counters(self) -> Path:
        """The folder of the processes' counters."""
        return Path(self.directory) / "counters"

    def export(self) -> None:
        """Have the processes that this one starts find it."""
        os.environ[VARIABLE] = json.dumps(asdict(self))

    @classmethod
    def exported(cls) -> ApiSettings:
        """What the process that started this one exported."""
        return cls(**json.loads(os.environ[VARIABLE]))
