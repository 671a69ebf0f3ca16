"""What one backend is told."""

from __future__ import annotations

from dataclasses import dataclass

from suite.reference.hotel.pms.settings import PmsSettings

ADMIN_KEY = "admin-key"
"""The file, in the backend's directory, with the API key of its administrator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HotelSettings(PmsSettings):
    """Where it keeps things, and its limits; see PmsSettings for those of property-management systems.

    `database` is the URL of a PostgreSQL, `redis` that of a Redis or Valkey, where all of its keys begin with
    `namespace`. `secret` signs tokens, `admin_key` is the API key of its administrator.
    Of `pool_size` database connections `pool_overflow` more are made under load; a request waits
    `pool_timeout` seconds for one. The database and Redis have `patience` seconds for an answer. A login
    token is good for `token_seconds`, a session for `session_seconds` since it was last used. A leg of a
    call buffers `audio_buffer` frames that its other leg has not taken; a text to be spoken has `text_limit`
    characters. `freeze` keeps what is there at the start out of garbage collections, which begin after
    `gc_threshold` new objects.
    """

    database: str
    redis: str
    secret: str
    admin_key: str
    namespace: str = "hotel:"
    pool_size: int = 10
    pool_overflow: int = 10
    pool_timeout: float = 5.0
    patience: float = 5.0
    token_seconds: int = 3600
    session_seconds: int = 1800
    audio_buffer: int = 100
    text_limit: int = 2000
    freeze: bool = True
    gc_threshold: int = 700

    def faults(self) -> list[str]:
        """What can't work, each with what would mend it."""
        least = {
            "pool_size": 1, "pool_overflow": 0, "token_seconds": 1, "session_seconds": 1, "audio_buffer": 1,
            "text_limit": 1, "gc_threshold": 1,
        }  # fmt: skip
        wrong = [
            f"{name} is a whole number from {bound}, not {getattr(self, name)!r}"
            for name, bound in least.items()
            if not isinstance(getattr(self, name), int) or getattr(self, name) < bound
        ]
        return [*wrong, *self.pms_faults()]
