"""A worker that waits for a master that doesn't answer: Locust says nothing of it for a while."""

from __future__ import annotations

from typing import Any

import gevent
from locust import argument_parser, events

from suite.integrations._locust.message import LOG

_PATIENCE = 5.0


def tell_of_waiting() -> None:
    """Say so if this is a worker and there is no answer yet after some seconds."""
    init: Any = events.init
    connected: list[bool] = []
    heard = init.add_listener(lambda **_: connected.append(True))
    gevent.sleep(_PATIENCE)
    options = argument_parser.get_parser().parse_args()
    if options.worker and not connected:
        LOG.error(
            "no answer from a master at %s:%s: is it running, and is --master-host right? Still trying",
            options.master_host,
            options.master_port,
        )
    init.remove_listener(heard)
