"""Real servers that a system needs beside it: embedded, or those that run already."""

from suite.services.postgres import postgres
from suite.services.redis import redis

__all__ = ["postgres", "redis"]
