"""Clients that cost next to nothing: pre-encoded requests, incremental parsers, uvloop protocols."""

from suite.clients._timeouts import Timeouts
from suite.clients.http import Http

__all__ = ["Http", "Timeouts"]
