"""A system that runs elsewhere already."""

from typing import Any
from urllib.parse import urlsplit

from suite.contract.address import Address
from suite.contract.fault import Fault
from suite.contract.loop import Duration
from suite.contract.system import Placement, System
from suite.errors import ConfigurationError, SystemFailed
from suite.process.ready import probe_for, wait_ready
from suite.process.redaction import shown_url, without_password


class Remote(System):
    """A system that already runs elsewhere, at `url`; nothing of it is started, stopped or sampled."""

    def __init__(self, url: str, *, deadline: Duration = 5.0, **parameters: Any) -> None:
        super().__init__(deadline=deadline, **parameters)
        try:
            parts = urlsplit(url if "//" in url else f"//{url}")
            host, port = parts.hostname, parts.port
            (host or "").encode("idna")
        except ValueError:  # of a port that is no number, of brackets, of a part of the name that is empty
            host = port = None
        if not host or host.isdigit():  # a port alone: as a host it would be an address that nobody means
            raise ConfigurationError(
                f"{without_password(url)!r} is no address; write it like http://host:8000 or host:11112"
            )
        if "@" in parts.netloc:
            raise ConfigurationError(
                f"{host} was given with a user or a password, which would be shown and kept; "
                "let users send them"
            )
        default = {"https": 443, "wss": 443}.get(parts.scheme, 80)
        self.target = Address(host, port or default, url.rstrip("/"))

    def start(self, place: Placement) -> None:
        """Check that something listens there. Raises SystemFailed if not."""
        self.address = Address(self.target.host, self.target.port, self.target.url, str(place.directory))
        place.directory.mkdir(parents=True, exist_ok=True)
        if not wait_ready(probe_for(None), self, None, self.deadline):
            raise SystemFailed(f"nothing answers at {shown_url(self.target.url)}; is it running?")

    def immunity(self, fault: Fault) -> str | None:
        """See `System.immunity`."""
        if not fault.between:
            return f"{shown_url(self.target.url)} runs elsewhere, its processes are not ours"
        if self.target.url.startswith(("https:", "wss:")):
            return f"{shown_url(self.target.url)} has a certificate that does not hold for a proxy in between"
        return None
