"""The engine's process as Locust's process sees it: orders out, reports in, cooperatively."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

import gevent
from gevent import subprocess
from gevent.event import Event

_GRACE = 5.0
Hearer = Callable[[Mapping[str, Any]], None]


class EngineLink:
    """An engine that was told `what` to run; `hear` gets each report. It ends when this process does.

    It has a session of its own: Ctrl-C is Locust's to answer.
    """

    def __init__(self, what: Mapping[str, Any], hear: Hearer) -> None:
        self._hear = hear
        self._ended = Event()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "suite.integrations._locust.engine"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.pid: int = self._process.pid
        self.tell(**what)
        gevent.spawn(self._read)

    def tell(self, **order: Any) -> None:
        """Give an order; one that has ended hears nothing."""
        try:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError):
            return

    def close(self) -> None:
        """Have it end at once, whatever it does; it says no more."""
        self._hear = lambda _report: None
        self._process.stdin.close()
        self._ended.wait(_GRACE)

    def wait(self, seconds: float) -> bool:
        """Wait until it has told its last; whether it did in time. One that did not is killed."""
        ended: bool = self._ended.wait(seconds)
        if not ended:
            self._process.kill()
            self._ended.wait(_GRACE)
        return ended

    def _read(self) -> None:
        last = ""
        for line in self._process.stdout:
            report = json.loads(line)
            last = report["report"]
            self._hear(report)
        status = self._process.wait()
        if last not in ("end", "fault"):
            self._hear({"report": "fault", "text": f"the engine ended with status {status}", "exit_code": 3})
        self._ended.set()
