"""Counted costs, how far they can be trusted: python tests/studies/costs/compare.py --help."""

import signal
import sys
from pathlib import Path

if __name__ == "__main__":
    # In place of this folder: its modules are a package, and their names must hide nobody else's.
    sys.path[0] = str(Path(__file__).parents[2])
    from studies.costs.command import main

    for number in (signal.SIGINT, signal.SIGTERM):  # also where a shell started this behind itself
        signal.signal(number, signal.default_int_handler)
    sys.exit(main())
