"""A system that runs elsewhere already."""

from dataclasses import replace
from typing import Any
from urllib.parse import SplitResult, urlsplit

from suite.contract.address import Address
from suite.contract.fault import Fault
from suite.contract.loop import Duration
from suite.contract.system import Placement, System
from suite.errors import ConfigurationError, SystemFailed
from suite.process.ready import probe_for, wait_ready
from suite.process.redaction import shown_url

_LONGEST_TITLE = 16


class Remote(System):
    """A system that already runs elsewhere, at `url`; nothing of it is started, stopped or sampled.

    A DICOM node may be given with its AE title: `ARCHIVE@host:104`.
    """

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
                f"{shown_url(url)!r} is no address; write it like http://host:8000 or host:11112"
            )
        title = _title(parts)
        if "@" in parts.netloc and not title:
            raise ConfigurationError(
                f"{host} was given with a user or a password, which would be shown and kept; "
                f"let users send them (an AE title has at most {_LONGEST_TITLE} characters)"
            )
        default = {"https": 443, "wss": 443, "dicom": 104}.get(parts.scheme, 80)
        self.target = Address(host, port or default, url.rstrip("/"), title=title)

    def start(self, place: Placement) -> None:
        """Check that something listens there. Raises SystemFailed if not."""
        self.address = replace(self.target, directory=str(place.directory))
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


def elsewhere(system: System) -> Address | None:
    """Where a system is that runs on another machine; None of what we start, and of what runs on this one."""
    return system.target if isinstance(system, Remote) and not system.target.on_loopback else None


def _title(parts: SplitResult) -> str:
    """The AE title that stands before a DICOM node's host; "" if none does."""
    name = parts.username or ""
    titled = parts.scheme in ("", "dicom") and parts.password is None
    return name if titled and len(name) <= _LONGEST_TITLE and name.isascii() and name.isprintable() else ""
