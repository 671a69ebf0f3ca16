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


_MODULES = {"builtins": "", "posix": "os.", "_io": "io.", "_socket": "socket.", "_thread": "threading."}
"""Names under which people know modules of C."""


class CallMeter:
    """Counts from its start on, anew from each `begin`; `end` writes `<pid>.bill`.

    Whoever enters a function counts, also a generator or coroutine that goes on. C functions count by name,
    and by the line that calls them.
    """

    def __init__(self, directory: str) -> None:
        self.directory = directory
        # next() of a counter is one step, which no other thread comes between.
        self._counts: Any = defaultdict(count)
        self._in_c: Any = defaultdict(count)
        self._statements = StatementMeter()
        self._opened = self._statements.opened
        monitoring = getattr(sys, "monitoring", None)
        if monitoring is None:
            import threading

            threading.setprofile(self._entered)
            sys.setprofile(self._entered)
            return
        from types import BuiltinFunctionType, ClassMethodDescriptorType, MethodDescriptorType

        self._of_c = frozenset((BuiltinFunctionType, ClassMethodDescriptorType, MethodDescriptorType))
        tool = next(number for number in (4, 3, 5) if monitoring.get_tool(number) is None)
        monitoring.use_tool_id(tool, "loadledger")
        events = monitoring.events
        for event in (events.PY_START, events.PY_RESUME):
            monitoring.register_callback(tool, event, self._started)
        monitoring.register_callback(tool, events.CALL, self._calling)
        monitoring.set_events(tool, events.PY_START | events.PY_RESUME | events.CALL)

    def begin(self) -> None:
        """Forget what was counted until now."""
        self._statements.begin()
        self._counts.clear()
        self._in_c.clear()

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
        counted, self._in_c = self._in_c, defaultdict(count)
        c_calls = [
            [next(times), getattr(code, "co_qualname", code.co_name), code.co_filename, _line(code, at), name]
            for (code, at, name), times in list(counted.items())
            if not code.co_filename.startswith(ours)
        ]
        bill = {"calls": calls, "c_calls": c_calls, "statements": self._statements.end()}
        with open(f"{self.directory}/{os.getpid()}.bill", "w", encoding="utf-8") as out:
            json.dump(bill, out)

    def _entered(self, frame: Any, event: str, what: Any) -> None:
        if event == "call":
            next(self._counts[frame.f_code])
        elif event == "c_call":
            next(self._in_c[frame.f_code, frame.f_lineno, _named(what)])
        if self._opened:
            self._statements.listen()

    def _started(self, code: CodeType, _offset: int) -> None:
        next(self._counts[code])
        if self._opened:
            self._statements.listen()

    def _calling(self, code: CodeType, offset: int, what: Any, _argument: object) -> None:
        if type(what) in self._of_c:
            next(self._in_c[code, -offset, _named(what)])


def _named(what: Any) -> str:
    """A C function by module and name."""
    module = what.__module__ if hasattr(what, "__module__") else None
    if module is None:
        owner = getattr(what, "__objclass__", None) or type(what.__self__)
        module = owner.__module__
    known = _MODULES.get(module, f"{module}.")
    return f"{known}{what.__qualname__}"


def _line(code: CodeType, at: int) -> int:
    """The line that is meant by `at`: itself, or the negative of an offset in `code`."""
    if at > 0:
        return at
    return next(
        (line or 0 for begin, end, line in code.co_lines() if begin <= -at < end), code.co_firstlineno
    )
