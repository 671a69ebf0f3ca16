"""TCP ports for systems under test."""

from __future__ import annotations

import socket

from suite.errors import SystemFailed


def claim_port(fixed: int | None = None) -> int:
    """A port that nobody listens on: `fixed` if given, else one the kernel picks.

    Raises SystemFailed if `fixed` is taken: we would measure a stranger.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", fixed or 0))
        except OSError as error:
            raise SystemFailed(
                f"port {fixed} is already taken ({error.strerror}); stop what listens there, "
                "or leave port= out to have a free one chosen"
            ) from error
        port: int = probe.getsockname()[1]
        return port
