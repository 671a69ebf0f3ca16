"""Counts the HTTP requests that begin in what a client sends."""

from __future__ import annotations

import httptools


class RequestCounter:
    """Fed with all that a client sends. What is no HTTP, or is so no longer (WebSocket), has no requests."""

    def __init__(self) -> None:
        self._begun = 0
        self._new = False
        self._parser: httptools.HttpRequestParser | None = httptools.HttpRequestParser(self)

    def on_message_begin(self) -> None:
        """Called by the parser, before it knows that it is a request."""
        self._new = True

    def on_url(self, _part: bytes) -> None:
        """Called by the parser, once or more for a request."""
        self._begun += self._new
        self._new = False

    def feed(self, data: bytes) -> int:
        """How many requests begin in `data`."""
        if self._parser is None:
            return 0
        before = self._begun
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._parser = None
        return self._begun - before
