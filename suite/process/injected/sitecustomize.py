"""Starts our agent in a process of the system under test, then gets out of the way.

Any Python may read this file, with or without our packages: standard library and old syntax only.
"""

# ruff: noqa: PTH112, PTH120  (pathlib would cost every process some milliseconds)
import os
import sys

try:
    if os.path.isdir(os.environ.get("LOADLEDGER_AGENT", "")):
        import loadledger_agent  # type: ignore[import-not-found]

        loadledger_agent.start()
except Exception:  # noqa: BLE001, S110  (whatever happens here, the user's process goes on)
    pass

# As if we had never been: the sitecustomize that we hide runs, or there is none (site expects that error).
sys.path[:] = [entry for entry in sys.path if entry != os.path.dirname(__file__)]
del sys.modules[__name__]
import sitecustomize  # type: ignore[import-not-found] # noqa: E402, F401
