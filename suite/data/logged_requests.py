"""The request lines of an access log, kept on disk: there may be millions of them."""

from __future__ import annotations

import tempfile
import weakref
from typing import IO

_KNOWN = 1 << 16
"""Lines that are remembered."""


class LoggedRequests:
    """Request lines in a file without a name, each once as long as it is remembered."""

    def __init__(self) -> None:
        self.file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # it lives as long as this
        weakref.finalize(self, self.file.close)
        self._written = 0
        self._known: dict[bytes, int] = {}

    def place(self, request: bytes) -> int:
        """Where in the file the request begins."""
        known = self._known.get(request)
        if known is None:
            if len(self._known) >= _KNOWN:
                self._known.clear()
            known = self._known[request] = self._written
            self.file.write(request)
            self._written += len(request)
        return known
