"""Where a started system is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlsplit, urlunsplit

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a started system is; plain data that travels to the workers."""

    host: str = "127.0.0.1"
    port: int = 0
    url: str = ""
    directory: str = ""
    pid: int = 0
    title: str = ""
    """What a DICOM node is called (AE title), "" if nobody said."""

    @property
    def on_loopback(self) -> bool:
        """Whether it can only be on this machine."""
        return self.host in _LOOPBACK or self.host.startswith("127.")

    def through(self, port: int) -> Address:
        """The same as reached through a port of the loopback."""
        host = "127.0.0.1"
        parts = urlsplit(self.url)
        who, at, _ = parts.netloc.rpartition("@")
        url = urlunsplit(parts._replace(netloc=f"{who}{at}{host}:{port}")) if self.url else ""
        return replace(self, host=host, port=port, url=url)
