"""The agent in a Python process of the system under test: counts collections, answers marks, records.

It lives in processes of others: standard library only, Python 3.8 or later, silent whatever happens, and
it keeps nothing that grows. Modules that start with an underscore are used for what they lack: they import
nothing, and a thread of `_thread` is none of the user's `threading`.
"""

from __future__ import annotations

import os
import sys

from .collections import Collections

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

recorder = None
"""What records this process, if anything does."""
_FRAMES = 6  # each makes a program slower again by what it takes without; json.loads() is three


def _in_main_interpreter() -> bool:
    """A subinterpreter can't end while a thread of ours is in it."""
    for name in ("_interpreters", "_xxsubinterpreters"):
        try:
            module = __import__(name)
            return bool(module.get_current() == module.get_main())
        except ImportError:
            continue
    return True


def start() -> None:
    """What LOADLEDGER_AGENT_MODE says: still, which answers and adds nothing to what the process does; calls
    or allocations, more than that; gc; counters, more than that; objects or trace, more than that."""
    global recorder
    late = os.environ.pop("LOADLEDGER_AGENT_LATE", "") == "1"  # of this process alone
    slower = float(os.environ.get("LOADLEDGER_AGENT_SLOWER", 1.0))
    if slower != 1.0:  # so that threads take turns as often per operation as at the usual speed
        sys.setswitchinterval(sys.getswitchinterval() * slower)
    if not _in_main_interpreter():
        return
    directory = os.environ["LOADLEDGER_AGENT"]
    mode = os.environ.get("LOADLEDGER_AGENT_MODE", "gc")
    objects = None
    if mode != "gc":
        from .desk import Desk  # itself not to be traced
    if mode == "objects":  # before all else: what was made before is not known
        import _tracemalloc

        from .objects import Objects

        _tracemalloc.start(_FRAMES)
        objects = Objects(directory)
    elif mode == "trace":
        import atexit

        from .allocation_recorder import AllocationRecorder

        recorder = AllocationRecorder(directory, os.environ.get("LOADLEDGER_AGENT_NATIVE") == "1", late)
        os.register_at_fork(after_in_child=recorder.forked)
        atexit.register(recorder.stop)
    meter: Any = None
    if mode == "calls":
        from .call_meter import CallMeter

        meter = CallMeter(directory)
    elif mode == "allocations":
        from .allocation_meter import AllocationMeter

        meter = AllocationMeter(directory)
    collections = None
    if mode not in ("still", "calls", "allocations"):
        collections = Collections(directory)
        os.register_at_fork(after_in_child=collections.forked)
    if mode != "gc":
        if sys.version_info >= (3, 12):
            import warnings

            message = r"This process \(pid=\d+\) is multi-threaded, use of fork"  # by our thread
            warnings.filterwarnings("ignore", message, DeprecationWarning)
        desk = Desk(directory, collections, recorder, objects, meter)
        os.register_at_fork(
            before=desk.lock.acquire, after_in_parent=desk.lock.release, after_in_child=desk.lock.release
        )
        os.register_at_fork(after_in_child=desk.reopen)
