"""Clients that cost next to nothing: pre-encoded requests, incremental parsers, uvloop protocols."""

from typing import TYPE_CHECKING, Any

from suite.clients._timeouts import Timeouts
from suite.clients.exchange import Exchange
from suite.clients.http import Http
from suite.errors import require

if TYPE_CHECKING:
    from suite.clients.websocket import WebSocket

__all__ = ["Exchange", "Http", "Timeouts", "WebSocket"]


def __getattr__(name: str) -> Any:
    if name == "WebSocket":  # its library is an extra
        require("websocket", "wsproto")
        from suite.clients.websocket import WebSocket

        return WebSocket
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
