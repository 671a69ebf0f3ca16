"""Calls of this process by function, and the SQL statements that it sends."""

from __future__ import annotations

import os
import sys
from _collections import defaultdict  # type: ignore[import-not-found]
from itertools import count

from .statement_meter import StatementMeter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any


class CallMeter:
    """Counts from its start on, anew from each `begin`; `end` writes `<pid>.bill`.

    Whoever enters a function counts, also a generator or coroutine that goes on.
    """

    def __init__(self, directory: str) -> None:
        self.directory = directory
        # next() of a counter is one step, which no other thread comes between.
        self._counts: Any = defaultdict(count)
        self._statements = StatementMeter()
        self._opened = self._statements.opened
        monitoring = getattr(sys, "monitoring", None)
        if monitoring is None:
            import threading

            threading.setprofile(self._entered)
            sys.setprofile(self._entered)
            return
        tool = next(number for number in (4, 3, 5) if monitoring.get_tool(number) is None)
        monitoring.use_tool_id(tool, "loadledger")
        events = monitoring.events
        for event in (events.PY_START, events.PY_RESUME):
            monitoring.register_callback(tool, event, self._started)
        monitoring.set_events(tool, events.PY_START | events.PY_RESUME)

    def begin(self) -> None:
        """Forget what was counted until now."""
        self._statements.begin()
        self._counts.clear()

    def end(self) -> None:
        """Write down what was counted."""
        import json

        ours = os.path.dirname(__file__)  # noqa: PTH120
        counted, self._counts = self._counts, defaultdict(count)
        calls = [
            [next(times), getattr(code, "co_qualname", code.co_name), code.co_filename, code.co_firstlineno]
            for code, times in list(counted.items())
            if not code.co_filename.startswith(ours)
        ]
        with open(f"{self.directory}/{os.getpid()}.bill", "w", encoding="utf-8") as out:
            json.dump({"calls": calls, "statements": self._statements.end()}, out)

    def _entered(self, frame: Any, event: str, _what: object) -> None:
        if event == "call":
            next(self._counts[frame.f_code])
        if self._opened:
            self._statements.listen()

    def _started(self, code: CodeType, _offset: int) -> None:
        next(self._counts[code])
        if self._opened:
            self._statements.listen()
